// A master target takes disks from vCenter, writes into them what comes from Azure, and gives them back.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../../../emulator/contract/errors.ts';
import { HttpClient } from '../../../../emulator/http/client.ts';
import { attachErrors, type AttachFacts } from '../../../../emulator/onprem/mastertarget/prerequisites.ts';
import { blockChecksums } from '../../../../emulator/replication/checksum.ts';
import type { Mark } from '../../../../emulator/replication/stations.ts';
import { diskBytes } from '../vcenter/siteSpec.ts';
import { FailbackWorld, key, minuteMs } from './failbackWorld.ts';

const markOf = (sequence: number): Mark => ({
  id: `mark-${sequence}`,
  timeMs: Date.UTC(2017, 5, 1) + sequence,
  consistency: 'CrashConsistent',
  members: ['azure-vm'],
  disks: ['disk'],
});

describe('a failback to the original location', () => {
  let world: FailbackWorld;
  beforeEach(async () => {
    world = await FailbackWorld.open();
  });
  afterEach(() => world[Symbol.asyncDispose]());

  test('powers the machine off, merges its snapshots, takes its disks, and gives them back as they were at the chosen point', async () => {
    const machineId = world.machineId('web');
    await world.site.vCenter.power(machineId, 'start');
    await world.snapshot('web');
    const attach = world.attachOf('web');
    expect(await world.give(attach)).toMatchObject({ state: 'done', output: { machineId } });
    expect(world.site.vCenter.list().find(({ name }) => name === 'web')).toMatchObject({ power: 'POWERED_OFF', snapshots: [] });
    const pairId = attach.disks[0]?.pairId as string;
    const [first, second] = [Buffer.alloc(8192, 1), Buffer.alloc(8192, 2)];
    await world.send(pairId, 1, { offset: 4096, bytes: first, mark: markOf(1) });
    await world.send(pairId, 2, { offset: 8192, bytes: second, mark: markOf(2) });
    await world.site.lab.clock.advance(minuteMs);
    const reported = world.report?.masterTargets?.[0];
    expect(reported?.pairs[0]).toMatchObject({ pairId, sequence: 2 });
    expect(reported?.pairs[0]?.snapshots.map(({ mark }) => mark.id)).toEqual(['mark-1', 'mark-2']);
    const snapshotId = reported?.pairs[0]?.snapshots[0]?.id as string;
    expect(await world.give({ kind: 'detachDisks', masterTargetId: world.masterTarget.hostId, machineId, disks: [{ pairId, snapshotId }] })).toMatchObject({
      state: 'done',
    });
    await using disk = await world.site.vCenter.openStoppedDisk(machineId, attach.disks[0]?.diskId as string);
    expect((await disk.read(0, 16_384)).equals(Buffer.alloc(16_384).fill(1, 4096, 12_288))).toBe(true);
    expect(world.report?.masterTargets?.[0]?.attachedDisks).toBe(0);
    expect(world.site.lab.failures).toEqual([]);
  });

  test('a restart goes on with the disks it holds, and answers the checksums of what it received', async () => {
    const attach = world.attachOf('web');
    await world.give(attach);
    const pairId = attach.disks[0]?.pairId as string;
    const bytes = world.site.kernel.random.bytes(65_536);
    await world.send(pairId, 1, { offset: 0, bytes });
    await world.reopen();
    expect(await world.processServer.json(`/pairs/${pairId}`)).toMatchObject({ through: 1, sequences: [] });
    await world.send(pairId, 1, { offset: 0, bytes });
    const sums = await world.processServer.call(`/pairs/${pairId}/checksums?offset=0&length=65536&block=4096`);
    expect(sums.bytes.equals(blockChecksums(bytes, 4096))).toBe(true);
  });

  test('doing the same again does no harm', async () => {
    const attach = world.attachOf('db', { masterTargetId: world.masterTarget.hostId });
    await world.give({ ...world.attachOf('web') });
    await world.give({ ...world.attachOf('web') });
    expect(world.report?.masterTargets?.[0]?.attachedDisks).toBe(1);
    // The other machine runs Windows, and this master target is a Linux one.
    expect((await world.give(attach))?.error?.code).toBe('MasterTargetOsMismatch');
  });

  test('a batch that was changed on its way breaks the pair and says so', async () => {
    const attach = world.attachOf('web');
    await world.give(attach);
    const pairId = attach.disks[0]?.pairId as string;
    await world.processServer.call(`/pairs/${pairId}/batches/1`, { method: 'PUT', body: Buffer.alloc(100, 1) });
    await world.site.lab.clock.advance(minuteMs);
    expect(world.report?.masterTargets?.[0]?.validationErrors.map(({ code }) => code)).toContain('SealBroken');
  });

  test('all that stands in the way is told at once', async () => {
    const result = await world.give(
      world.attachOf('web', {
        retentionDrive: 'F:',
        disks: Array.from({ length: 61 }, (_, place) => ({ pairId: `p${place}`, diskId: 'x', sizeBytes: diskBytes, key: '' })),
      }),
    );
    expect(result?.error?.details?.map(({ code }) => code)).toEqual(['MasterTargetDisksExceeded', 'RetentionDriveUnsuitable']);
    expect((await world.give(world.attachOf('web', { retentionDrive: 'Q:' })))?.error?.code).toBe('RetentionDriveMissing');
  });

  test('an unknown pair, a request that is none and a caller that is no process server are refused', async () => {
    await expect(world.processServer.call('/pairs/nobody')).rejects.toMatchObject({ code: 'MasterTargetUnknownPair' });
    await expect(world.processServer.call('/pairs/nobody/batches/x', { method: 'PUT', body: Buffer.alloc(1) })).rejects.toMatchObject({
      code: 'MalformedRequest',
    });
    await using stranger = new HttpClient({
      url: world.masterTarget.url,
      identity: { ca: world.configServer.authorityCertificate },
      network: world.site.kernel.network,
      paths: [],
    });
    await expect(stranger.call('/pairs/nobody')).rejects.toMatchObject({ code: 'CertificateNotTrusted' });
  });
});

test('to an alternate location a new machine is made first, and a name that is taken is refused', async () => {
  await using world = await FailbackWorld.open();
  const newMachine = { name: 'returned', osType: 'Linux', firmware: 'BIOS', cpuCount: 2, memoryBytes: 2 ** 32 } as const;
  const disks = [{ pairId: 'returned-0', diskId: 'physical-0', sizeBytes: diskBytes, key: key.toString('base64') }];
  const refused = await world.give(world.attachOf('web', { newMachine: { ...newMachine, name: 'db' }, disks }));
  expect(refused?.error?.code).toBe('78052');
  const nfs = await world.give(world.attachOf('web', { newMachine, datastore: 'nfs1', disks }));
  expect(nfs?.error?.code).toBe('DatastoreNotSupported');
  const done = await world.give(world.attachOf('web', { newMachine, disks }));
  expect(done).toMatchObject({ state: 'done', output: { machineId: world.machineId('returned') } });
  await world.send('returned-0', 1, { offset: 0, bytes: Buffer.alloc(4096, 9), mark: markOf(1) });
  await world.site.lab.clock.advance(minuteMs);
  const snapshotId = world.report?.masterTargets?.[0]?.pairs[0]?.snapshots[0]?.id as string;
  await world.give({
    kind: 'detachDisks',
    masterTargetId: world.masterTarget.hostId,
    machineId: world.machineId('returned'),
    disks: [{ pairId: 'returned-0', snapshotId }],
  });
  const made = world.site.vCenter.list().find(({ name }) => name === 'returned');
  await using disk = await world.site.vCenter.openStoppedDisk(made?.instanceUuid as string, made?.disks[0]?.diskId as string);
  expect((await disk.read(0, 4096)).equals(Buffer.alloc(4096, 9))).toBe(true);
});

test('with a read-only account discovery works and the disks cannot be taken', async () => {
  await using world = await FailbackWorld.open(1);
  expect((await world.give(world.attachOf('web')))?.error).toMatchObject({ code: 'VCenterPermissionDenied' });
});

test.each<[string, Partial<AttachFacts>, ErrorCode]>([
  ['the 61st disk', { attachedDisks: 60 }, 'MasterTargetDisksExceeded'],
  ['a snapshot of the master target', { masterTarget: { osType: 'Linux', snapshots: 1, scsiTypes: [] } }, 'MasterTargetHasSnapshots'],
  ['a paravirtual controller', { masterTarget: { osType: 'Linux', snapshots: 0, scsiTypes: ['PVSCSI'] } }, 'MasterTargetParavirtual'],
  ['a machine of the other family', { machineOsType: 'Windows' }, 'MasterTargetOsMismatch'],
  ['an NFS datastore', { datastores: [{ name: 'nfs', type: 'NFS', accessible: true }] }, 'DatastoreNotSupported'],
  ['a datastore out of reach', { datastores: [{ name: 'far', type: 'VMFS', accessible: false }] }, '8061'],
  ['a FAT drive', { volume: { volumeName: 'R:', folder: '', capacityBytes: 1, fileSystem: 'FAT' } }, 'RetentionDriveUnsuitable'],
  ['a drive without a size', { volume: { volumeName: 'R:', folder: '', capacityBytes: 0, fileSystem: 'NTFS' } }, 'RetentionDriveUnsuitable'],
  ['no retention drive', { volume: undefined }, 'RetentionDriveMissing'],
  ['a machine of the same name', { nameTaken: 'web' }, '78052'],
])('%s is refused', (_what, change, code) => {
  const healthy: AttachFacts = {
    retentionDrive: 'R:',
    volume: { volumeName: 'R:', folder: '', capacityBytes: 1, fileSystem: 'NTFS' },
    attachedDisks: 59,
    addedDisks: 1,
    masterTarget: { osType: 'Linux', snapshots: 0, scsiTypes: ['LSILOGIC'] },
    machineOsType: 'Linux',
    datastores: [{ name: 'vmfs', type: 'VMFS', accessible: true }],
    nameTaken: null,
  };
  expect(attachErrors(healthy)).toEqual([]);
  expect(attachErrors({ ...healthy, ...change }).map((error) => error.code)).toEqual([code]);
});
