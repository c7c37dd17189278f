// Az PowerShell's own commands, with the lines that fill the variables they name.
import { namesIn } from './azureCall.ts';

export function powerShellQuoted(text: string): string {
  // PowerShell takes typographic quotes for ends of a text as well; each is doubled.
  return `'${text.replaceAll(/['\u2018\u2019\u201A\u201B]/g, (quote) => quote + quote)}'`;
}

/** For a command that takes a point when one is chosen. */
export function quotedPoint(pointId: string | undefined): string {
  return pointId === undefined ? '' : ' -RecoveryPoint $point';
}

/** `$item`, and `$point` when there is an id of one. @param id ARM id of the protected item */
export function itemCmdlet(id: string, command: string, pointId?: string): string {
  const [fabric = '', container = '', item = ''] = namesIn(id);
  return lines(id, [
    `$fabric = Get-AzRecoveryServicesAsrFabric -Name ${powerShellQuoted(fabric)}`,
    `$container = Get-AzRecoveryServicesAsrProtectionContainer -Fabric $fabric -Name ${powerShellQuoted(container)}`,
    `$item = Get-AzRecoveryServicesAsrReplicationProtectedItem -ProtectionContainer $container -Name ${powerShellQuoted(item)}`,
    ...(pointId === undefined
      ? []
      : [`$point = Get-AzRecoveryServicesAsrRecoveryPoint -ReplicationProtectedItem $item -Name ${powerShellQuoted(pointId.split('/').at(-1) ?? '')}`]),
    command,
  ]);
}

/** `$plan`. */
export function planCmdlet(id: string, command: string): string {
  return lines(id, [`$plan = Get-AzRecoveryServicesAsrRecoveryPlan -Name ${powerShellQuoted(namesIn(id).at(-1) ?? '')}`, command]);
}

/** `$job`. */
export function jobCmdlet(id: string, command: string): string {
  return lines(id, [`$job = Get-AzRecoveryServicesAsrJob -Name ${powerShellQuoted(namesIn(id).at(-1) ?? '')}`, command]);
}

/** `$policy`. */
export function policyCmdlet(id: string, command: string): string {
  return lines(id, [`$policy = Get-AzRecoveryServicesAsrPolicy -Name ${powerShellQuoted(namesIn(id).at(-1) ?? '')}`, command]);
}

function lines(id: string, commands: readonly string[]): string {
  const [, resourceGroup = '', vault = ''] = /\/resourceGroups\/([^/]+)\/.*?\/vaults\/([^/]+)/i.exec(id) ?? [];
  return [
    `$vault = Get-AzRecoveryServicesVault -ResourceGroupName ${powerShellQuoted(resourceGroup)} -Name ${powerShellQuoted(vault)}`,
    'Set-AzRecoveryServicesAsrVaultContext -Vault $vault',
    ...commands,
  ].join('\n');
}
