// Push installation against machines with one thing wrong each: the documented code, or success with a remark.
import { expect, test } from 'vitest';
import type { MachineDefinition } from '../../../../emulator/machine/definition.ts';
import { guestConditions, type GuestConditions } from '../../../../emulator/machine/guest.ts';
import { pushInstall, type GuestAccess } from '../../../../emulator/onprem/processserver/pushInstall.ts';
import type { InstallOrder } from '../../../../emulator/replication/orders.ts';
import type { TaskResult } from '../../../../emulator/replication/reports.ts';
import { testKernel } from '../../../support/kernel.ts';

type OsType = MachineDefinition['osType'];

function machine(osType: OsType, guest: Partial<GuestConditions>, change: Partial<MachineDefinition> = {}): MachineDefinition {
  return {
    machineId: 'm-1',
    name: 'web-1',
    platform: 'VmWare',
    osType,
    osVersion: osType === 'Windows' ? 'Windows Server 2016' : 'Ubuntu 16.04',
    architecture: '64-bit',
    firmware: 'BIOS',
    secureBoot: false,
    cpuCount: 2,
    memoryBytes: 4 * 2 ** 30,
    nics: [{ nicId: '00:50:56:00:00:01', network: 'VM Network', ipAddress: '10.0.0.4' }],
    disks: [{ diskId: 'd-1', name: 'Hard disk 1', sizeBytes: 2 ** 30, osDisk: true, dynamic: false, sectorBytes: 512 }],
    guest: guestConditions(osType, guest),
    ...change,
  };
}

interface Attempt {
  readonly definition?: MachineDefinition;
  readonly installed?: boolean;
  readonly password?: string;
  readonly kind?: InstallOrder['kind'];
}

async function attempt({
  definition,
  installed = false,
  password = 'Passw0rd!',
  kind = 'pushInstall',
}: Attempt): Promise<{ result: TaskResult; installations: number; tookMs: number }> {
  const kernel = testKernel();
  let installations = 0;
  const access: GuestAccess | undefined = definition && { definition, installed, installMobilityService: async () => void (installations += 1) };
  const order: InstallOrder = {
    taskId: 't-1',
    kind,
    machineId: 'm-1',
    credentials: { userName: definition?.osType === 'Linux' ? 'root' : 'Administrator', password },
  };
  const startMs = kernel.clock.now();
  let result: TaskResult | undefined;
  kernel.clock.start('push', async () => {
    result = await pushInstall({ kernel, configServerUrl: '', passphrase: '', reachMachine: async () => access }, order);
  });
  await kernel.clock.runUntil(() => result !== undefined, 3_600_000);
  expect(kernel.unexpected).toEqual([]);
  if (result === undefined) throw new Error('The installation did not end.');
  return { result, installations, tookMs: kernel.clock.now() - startMs };
}

const account = { name: 'Administrator', password: 'Passw0rd!', administrator: true, state: 'enabled' } as const;
const twoBootDisks: MachineDefinition['disks'] = [1, 2].map((number) => ({
  diskId: `d-${number}`,
  name: '',
  sizeBytes: 512,
  osDisk: true,
  dynamic: false,
  sectorBytes: 512,
}));

test.each<[string, string, MachineDefinition, string?]>([
  ['95103', 'WMI is blocked', machine('Windows', { wmi: false })],
  ['95105', 'file sharing is off', machine('Windows', { smb: false })],
  ['95107', 'the password is wrong', machine('Windows', {}), 'guess'],
  ['95107', 'the account is unknown', machine('Windows', { accounts: [] })],
  ['95107', 'the account is no administrator', machine('Windows', { accounts: [{ ...account, administrator: false }] })],
  ['95108', 'the password is wrong', machine('Linux', {}), 'guess'],
  ['95108', 'SSH is off', machine('Linux', { ssh: false })],
  ['95108', 'SFTP is off', machine('Linux', { sftp: false })],
  ['95108', 'password authentication is off', machine('Linux', { passwordAuthentication: false })],
  ['95117', 'the machine cannot be reached', machine('Windows', { reachable: false })],
  ['95309', 'boot and system volumes lie apart', machine('Windows', { systemVolume: 'other' })],
  ['95310', 'there is no boot disk', machine('Windows', {}, { disks: [] })],
  ['95311', 'there are two boot disks', machine('Windows', {}, { disks: twoBootDisks })],
  ['95313', 'the root volume lies elsewhere', machine('Linux', { systemVolume: 'other' })],
  ['95320', 'GRUB names devices', machine('Linux', { grubByUuid: false })],
  ['95517', 'files may not be copied', machine('Windows', { mayCopyFiles: false })],
  ['95518', 'the domain does not trust it', machine('Windows', { domainTrust: false })],
  ['95519', 'the account is disabled', machine('Windows', { accounts: [{ ...account, state: 'disabled' }] })],
  ['95520', 'the account is locked out', machine('Windows', { accounts: [{ ...account, state: 'lockedOut' }] })],
  ['95521', 'no logon server answers', machine('Windows', { logonServers: false })],
  ['95522', 'Netlogon does not run', machine('Windows', { netlogonRunning: false })],
  ['95523', 'it has no address', machine('Windows', {}, { nics: [] })],
  ['95524', 'less than 100 MB are free', machine('Windows', { freeBytes: 99 * 2 ** 20 })],
])('%s: the installation fails when %s', async (...[code, , definition, password]) => {
  const { result, installations } = await attempt({ definition, ...(password && { password }) });
  expect(result).toMatchObject({ taskId: 't-1', state: 'failed', error: { code } });
  expect(installations).toBe(0);
});

test('a machine that does not answer at all is 95117', async () => {
  expect((await attempt({})).result).toMatchObject({ state: 'failed', error: { code: '95117' } });
});

test.each<OsType>(['Windows', 'Linux'])('a healthy %s machine gets the Mobility service, in minutes of lab time', async (osType) => {
  const { result, installations, tookMs } = await attempt({ definition: machine(osType, {}) });
  expect(result).toEqual({ taskId: 't-1', state: 'done' });
  expect(installations).toBe(1);
  expect(tookMs).toBeGreaterThan(120_000);
});

test('a VSS provider that cannot be installed is a warning', async () => {
  const { result, installations } = await attempt({ definition: machine('Windows', { vssWorks: false }) });
  expect(result).toMatchObject({ state: 'warning', error: { code: 'VssProviderFailed' } });
  expect(installations).toBe(1);
});

test('a pending reboot is recommended after the installation', async () => {
  expect((await attempt({ definition: machine('Windows', { rebootPending: true }) })).result).toMatchObject({ state: 'warning', error: { code: '95265' } });
});

test('an agent that is there already is left alone, unless it is to be updated', async () => {
  const definition = machine('Windows', { wmi: false });
  expect(await attempt({ definition, installed: true })).toMatchObject({ installations: 0, result: { state: 'done' } });
  expect(await attempt({ definition: machine('Windows', {}), installed: true, kind: 'updateMobilityService' })).toMatchObject({
    installations: 1,
    result: { state: 'done' },
  });
});
