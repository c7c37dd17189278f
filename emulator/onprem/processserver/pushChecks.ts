// What keeps a push installation from succeeding (asr-behaviour §2.4, §2.5), as data: the documented code and its condition.
import type { ErrorCode } from '../../contract/errors.ts';
import type { MachineDefinition } from '../../machine/definition.ts';
import type { GuestAccount } from '../../machine/guest.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Credentials } from '../../replication/orders.ts';

/** What the process server finds when it knocks. */
export interface InstallSite {
  readonly definition: MachineDefinition;
  readonly account: GuestAccount | undefined;
  readonly credentials: Credentials;
}

/** In the order in which the product meets them: reach, log on, copy, prerequisites. */
interface PushCheck {
  readonly code: ErrorCode;
  readonly os: 'Windows' | 'Linux' | 'any';
  readonly phase: 'copy' | 'prerequisites';
  readonly fails: (site: InstallSite) => boolean;
}

const leastFreeBytes = 100 * 1024 * 1024;

export const pushChecks: readonly PushCheck[] = [
  { code: '95523', os: 'any', phase: 'copy', fails: ({ definition }) => definition.nics.every((nic) => nic.ipAddress === null) },
  { code: '95117', os: 'any', phase: 'copy', fails: ({ definition }) => !definition.guest.reachable },
  { code: '95103', os: 'Windows', phase: 'copy', fails: ({ definition }) => !definition.guest.wmi },
  { code: '95105', os: 'Windows', phase: 'copy', fails: ({ definition }) => !definition.guest.smb },
  { code: '95518', os: 'Windows', phase: 'copy', fails: ({ definition }) => !definition.guest.domainTrust },
  { code: '95521', os: 'Windows', phase: 'copy', fails: ({ definition }) => !definition.guest.logonServers },
  { code: '95522', os: 'Windows', phase: 'copy', fails: ({ definition }) => !definition.guest.netlogonRunning },
  { code: '95519', os: 'any', phase: 'copy', fails: ({ account }) => account?.state === 'disabled' },
  { code: '95520', os: 'any', phase: 'copy', fails: ({ account }) => account?.state === 'lockedOut' },
  { code: '95107', os: 'Windows', phase: 'copy', fails: (site) => !logsOn(site) },
  {
    code: '95108',
    os: 'Linux',
    phase: 'copy',
    fails: (site) => !site.definition.guest.ssh || !site.definition.guest.sftp || !site.definition.guest.passwordAuthentication || !logsOn(site),
  },
  { code: '95517', os: 'any', phase: 'copy', fails: ({ definition }) => !definition.guest.mayCopyFiles },
  { code: '95524', os: 'any', phase: 'copy', fails: ({ definition }) => definition.guest.freeBytes < leastFreeBytes },
  { code: '95310', os: 'any', phase: 'prerequisites', fails: ({ definition }) => bootDisks(definition) === 0 },
  { code: '95311', os: 'any', phase: 'prerequisites', fails: ({ definition }) => bootDisks(definition) > 1 },
  { code: '95309', os: 'Windows', phase: 'prerequisites', fails: ({ definition }) => definition.guest.systemVolume === 'other' },
  { code: '95313', os: 'Linux', phase: 'prerequisites', fails: ({ definition }) => definition.guest.systemVolume === 'other' },
  { code: '95320', os: 'Linux', phase: 'prerequisites', fails: ({ definition }) => !definition.guest.grubByUuid },
];

/** @throws LabError with the documented code of the first condition that fails in this phase */
export function requirePhase(phase: PushCheck['phase'], definition: MachineDefinition, credentials: Credentials): void {
  const account = definition.guest.accounts.find(({ name }) => name === credentials.userName);
  const site: InstallSite = { definition, account, credentials };
  for (const check of pushChecks) {
    if (check.phase === phase && (check.os === 'any' || check.os === definition.osType) && check.fails(site))
      throw new LabError(check.code, `${definition.name}, account ${credentials.userName}.`);
  }
}

function logsOn({ account, credentials }: InstallSite): boolean {
  return account !== undefined && account.password === credentials.password && account.administrator;
}

function bootDisks(definition: MachineDefinition): number {
  return definition.disks.filter((disk) => disk.osDisk).length;
}
