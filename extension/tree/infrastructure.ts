// The tree of what replication runs on: the vault, the servers of the site, links, faults, and the machines in Azure.
import type { InMageAzureV2PolicyDetails } from '@azure/arm-recoveryservices-siterecovery';
import type { HealthError, LinkState } from '../../emulator/contract/resources.ts';
import type { FaultRule } from '../../emulator/contract/faults.ts';
import type { AzureVirtualMachine, Policy } from '../client/vaultClient.ts';
import { faultPointName } from '../model/faultNames.ts';
import { linkName } from '../model/linkNames.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { t } from '../texts.ts';
import { contextOf, type AllowedOperations } from './context.ts';
import { durationText, rateText, sizeText } from './figures.ts';
import type { TreeNode } from './node.ts';
import { fabricRow } from './siteRows.ts';
import { timesText, virtualMachinesText } from '../counts.ts';

export function infrastructureRows(snapshot: LabSnapshot, allowed: AllowedOperations): readonly TreeNode[] {
  if (snapshot.state !== 'running') return [];
  const { lab, vault } = snapshot;
  return [
    vaultRow(snapshot, allowed),
    ...vault.fabrics.map((fabric) => fabricRow(snapshot, fabric, allowed)),
    ...(lab === undefined ? [] : [linksRow(snapshot, lab.links, allowed), ...faultRows(snapshot, lab.faults, allowed)]),
    azureRow(snapshot, allowed),
  ];
}

function vaultRow(snapshot: LabSnapshot, allowed: AllowedOperations): TreeNode {
  const { lab, vault } = snapshot;
  const subject = { kind: 'vault' } as const;
  return {
    id: 'infrastructure:vault',
    label: lab?.vault ?? t('Recovery Services Vault'),
    description: t('Recovery Services vault'),
    icon: { name: 'shield' },
    context: contextOf('vault', undefined, allowed(snapshot, subject)),
    expanded: true,
    children: [...(lab?.healthErrors ?? []).map(problemRow), ...vault.policies.map((policy) => policyRow(snapshot, policy, allowed))],
    subject,
  };
}

function problemRow(error: HealthError, place: number): TreeNode {
  return {
    id: `infrastructure:problem:${error.code}:${place}`,
    label: error.message,
    description: error.code,
    tooltip: [error.message, error.possibleCauses, error.recommendedAction].filter((line) => line !== '').join('\n\n'),
    icon: error.level === 'Critical' ? { name: 'error', color: 'list.errorForeground' } : { name: 'warning', color: 'list.warningForeground' },
    context: contextOf('healthError', error.level),
  };
}

function policyRow(snapshot: LabSnapshot, { id = '', name = '', properties }: Policy, allowed: AllowedOperations): TreeNode {
  const details = properties?.providerSpecificDetails as InMageAzureV2PolicyDetails | undefined;
  const subject = { kind: 'policy', id } as const;
  const label = properties?.friendlyName ?? name;
  const words = policyWords(details);
  const back = String(details?.instanceType) === 'InMage';
  return {
    id: `infrastructure:policy:${id}`,
    label,
    description: [...(back ? [t('failback')] : []), ...words].join(' · '),
    tooltip: [label, ...words].join('\n'),
    icon: { name: 'law' },
    context: contextOf('policy', back ? 'failback' : 'replication', allowed(snapshot, subject)),
    command: { id: 'siteRecoveryLab.showDocument', arguments: [{ kind: 'policy', id }] },
    subject,
  };
}

/** Zero is off. */
function policyWords(details: InMageAzureV2PolicyDetails | undefined): readonly string[] {
  const { recoveryPointHistory: kept = 0, recoveryPointThresholdInMinutes: threshold = 0, appConsistentFrequencyInMinutes: consistent = 0 } = details ?? {};
  const minutes = (count: number): string => durationText(count * 60_000);
  return [
    ...(kept > 0 ? [t('keeps {0}', minutes(kept))] : []),
    ...(threshold > 0 ? [t('RPO threshold {0}', minutes(threshold))] : []),
    ...(consistent > 0 ? [t('app-consistent every {0}', minutes(consistent))] : []),
  ];
}

function linksRow(snapshot: LabSnapshot, links: readonly LinkState[], allowed: AllowedOperations): TreeNode {
  const cut = links.filter(({ state }) => state === 'cut').length;
  return {
    id: 'infrastructure:links',
    label: t('Links'),
    description: cut > 0 ? t('{0} cut', cut) : '',
    icon: cut > 0 ? { name: 'debug-disconnect', color: 'list.errorForeground' } : { name: 'plug' },
    context: contextOf('links', undefined),
    children: links.map((link) => linkRow(snapshot, link, allowed)),
  };
}

function linkRow(snapshot: LabSnapshot, link: LinkState, allowed: AllowedOperations): TreeNode {
  const { path, state, bandwidthBps, latencyMs } = link;
  const subject = { kind: 'link', path } as const;
  const label = linkName(path);
  const words = [
    state === 'up' ? t('up') : state === 'cut' ? t('cut') : t('not built'),
    ...(bandwidthBps > 0 ? [rateText(bandwidthBps)] : []),
    ...(latencyMs > 0 ? [t('{0} ms latency', latencyMs)] : []),
    ...(link.carriedBytes > 0 ? [t('{0} carried', sizeText(link.carriedBytes))] : []),
  ];
  return {
    id: `infrastructure:link:${path}`,
    label,
    description: [...words, path].join(' · '),
    tooltip: [label, path, ...words].join('\n'),
    icon:
      state === 'cut'
        ? { name: 'debug-disconnect', color: 'list.errorForeground' }
        : state === 'absent'
          ? { name: 'circle-outline' }
          : { name: 'plug', color: 'testing.iconPassed' },
    context: contextOf('link', state, allowed(snapshot, subject)),
    subject,
  };
}

function faultRows(snapshot: LabSnapshot, faults: readonly FaultRule[], allowed: AllowedOperations): readonly TreeNode[] {
  if (faults.length === 0) return [];
  const children = faults.map((fault): TreeNode => {
    const subject = { kind: 'fault', id: fault.id } as const;
    const label = faultPointName(fault.point);
    const machine = snapshot.lab?.machines.find(({ machineId }) => machineId === fault.subject)?.name;
    const words = [effectText(fault), machine ?? fault.subject ?? t('everywhere')];
    return {
      id: `infrastructure:fault:${fault.id}`,
      label,
      description: [...words, fault.point].join(' · '),
      tooltip: [label, fault.point, ...words, ...(fault.times === undefined ? [] : [timesText(fault.times)])].join('\n'),
      icon: { name: 'flame', color: 'list.warningForeground' },
      context: contextOf('fault', fault.effect.kind, allowed(snapshot, subject)),
      subject,
    };
  });
  return [
    {
      id: 'infrastructure:faults',
      label: t('Active Faults'),
      description: String(faults.length),
      icon: { name: 'flame', color: 'list.warningForeground' },
      context: contextOf('faults', undefined),
      expanded: true,
      children,
    },
  ];
}

function effectText({ effect }: FaultRule): string {
  switch (effect.kind) {
    case 'error':
      return t('error {0}', effect.code);
    case 'delay':
      return t('delay of {0}', durationText(effect.delayMs));
    case 'skip':
      return t('left out');
    case 'corrupt':
      return t('damaged');
  }
}

function azureRow(snapshot: LabSnapshot, allowed: AllowedOperations): TreeNode {
  const machines = snapshot.vault.virtualMachines;
  return {
    id: 'infrastructure:azure',
    label: t('Azure'),
    description: machines.length === 0 ? t('no virtual machines') : virtualMachinesText(machines.length),
    icon: { name: 'azure' },
    context: contextOf('azure', undefined),
    ...(machines.length === 0 ? {} : { expanded: true, children: machines.map((machine) => azureMachineRow(snapshot, machine, allowed)) }),
  };
}

function azureMachineRow(snapshot: LabSnapshot, { id, name, size, powerState }: AzureVirtualMachine, allowed: AllowedOperations): TreeNode {
  const subject = { kind: 'virtualMachine', id } as const;
  const on = powerState === 'VM running';
  return {
    id: `infrastructure:vm:${id}`,
    label: name,
    description: [powerState, size].filter((word) => word !== '').join(' · '),
    icon: on ? { name: 'vm-running', color: 'testing.iconPassed' } : { name: 'vm' },
    context: contextOf('virtualMachine', on ? 'running' : 'stopped', allowed(snapshot, subject)),
    subject,
  };
}
