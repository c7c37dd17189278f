// What users and the world do wrong, one line of the list each: a coded error with a remedy, and nothing lost, byte for byte.
//
// | what                     | held by                                                                                  |
// |--------------------------|------------------------------------------------------------------------------------------|
// | wrong passphrase         | unit/onprem/configserver/registration.test.ts, unit/machine/mobility/mobilityService.test.ts |
// | expired credentials file | unit/onprem/configserver/site.test.ts, unit/azure/vault/routes.test.ts                   |
// | foreign certificate      | unit/onprem/configserver/registration.test.ts, unit/onprem/processserver/dataPort.test.ts |
// | truncated batch          | unit/onprem/processserver/dataPort.test.ts                                               |
// | replayed batch           | unit/onprem/processserver/dataPort.test.ts                                               |
// | wrong checksum           | unit/onprem/processserver/dataPort.test.ts, and a batch damaged behind it: here          |
// | disk too large           | here, unit/disk/importExport.test.ts                                                     |
// | unknown format           | here, unit/disk/importExport.test.ts                                                     |
// | corrupt `.hrl`           | here                                                                                     |
// | full cache disk          | here, unit/onprem/processserver/dataPort.test.ts                                         |
// | full retention drive     | unit/onprem/mastertarget/vmdkReplica.test.ts                                             |
// | port in use              | here, unit/disk/nbdServer.test.ts                                                        |
// | second `up` on a folder  | here, unit/cli/program.test.ts                                                           |
// | damaged state database   | here, unit/kernel/store.test.ts                                                          |
// | unknown flags            | unit/cli/program.test.ts                                                                 |
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DiskReference } from '../../emulator/contract/control/disks.ts';
import type { ErrorCode } from '../../emulator/contract/errors.ts';
import { compareDevices } from '../../emulator/disk/hash.ts';
import { openLab } from '../../emulator/lab.ts';
import type { Estate } from '../../emulator/lab/estate.ts';
import { seededRandom } from '../../emulator/kernel/random.ts';
import { useFolder } from '../support/folder.ts';
import { LabUnderTest, linuxMachine, smallDiskBytes } from '../support/lab.ts';

const mebibyte = 2 ** 20;
const machine = 'WEB01';
const limitMs = 200_000;
const disk: DiskReference = { location: 'onPremises', machine, disk: '0', at: 'present' };
/** Every error says what to do. */
const coded = (code: ErrorCode): Error => expect.objectContaining({ code, recommendedAction: expect.stringMatching(/\w{3,}.*\./) }) as Error;

async function protectedLab(estate: Partial<Estate> = {}): Promise<LabUnderTest> {
  const lab = await LabUnderTest.open({ virtualMachines: [linuxMachine(machine)], ...estate });
  await lab.finish(lab.call('item.enable', { machine }));
  await lab.untilProtected(machine);
  return lab;
}

/** Incompressible bytes that differ from one call to the next. */
async function write(lab: LabUnderTest, offset: number, length: number): Promise<void> {
  await lab.call('disk.write', { disk, offset, base64: seededRandom(`bytes at ${offset}`).bytes(length).toString('base64') });
}

/** The first byte in which a point of now differs from what the disk holds now. */
async function differenceOfPoint(lab: LabUnderTest): Promise<number | null> {
  const { pointId } = await lab.call('machine.mark', { machine, consistency: 'CrashConsistent' });
  await using source = await lab.lab.disks.borrow(disk);
  await using copy = await lab.lab.disks.borrow({ ...disk, at: { pointId } });
  return await compareDevices(source.device, copy.device);
}

test(
  'files that cannot become the disk are refused by name, and the disk stays as it was',
  async () => {
    await using lab = await LabUnderTest.open({ virtualMachines: [linuxMachine(machine, { disks: [{ sizeBytes: smallDiskBytes, contentBytes: mebibyte }] })] });
    const before = await lab.call('disk.sha256', { disk });
    const page = lab.file('page.xml');
    writeFileSync(page, '<?xml version="1.0"?><domain type="kvm"/>\n');
    const descriptor = lab.file('half.vmdk');
    writeFileSync(descriptor, '# Disk DescriptorFile\nversion=1\nCID=fffffffe\ncreateType="monolithicFlat"\nRW 8 FLAT "gone-flat.vmdk" 0\n');
    const large = lab.file('large.raw');
    writeFileSync(large, '');
    truncateSync(large, smallDiskBytes + mebibyte);

    const refusal = (path: string) => lab.call('disk.import', { machine, disk: '0', path });
    await expect(refusal(large)).rejects.toThrow(coded('MachineMustBeOff'));
    await lab.call('machine.power', { machine, to: 'shutdown' });
    await expect(refusal(page)).rejects.toThrow(coded('DiskFormatUnknown'));
    await expect(refusal(descriptor)).rejects.toThrow(coded('DiskFileMissing'));
    await expect(refusal(lab.file('nowhere.raw'))).rejects.toThrow(coded('DiskFileMissing'));
    await expect(refusal(large)).rejects.toThrow(coded('DiskTooLarge'));
    truncateSync(large, 4096 * 1024 * mebibyte);
    await expect(lab.call('disk.import', { machine, path: large })).rejects.toThrow(coded('DiskTooLarge'));
    expect(await lab.call('disk.sha256', { disk })).toEqual(before);
    expect((await lab.call('disk.list', { machine })).length).toBe(1);
  },
  limitMs,
);

/** Where a damage is done in the newest change log; all come after acknowledged writes that were not sent. */
const damages: readonly (readonly [string, (path: string) => void])[] = [
  ['a flipped byte in its middle', (path) => rewrite(path, (bytes) => void (bytes[100_000] = (bytes[100_000] ?? 0) ^ 1))],
  ['a length that points past its end', (path) => rewrite(path, (bytes) => void bytes.writeUInt32LE(0x7fff_ffff, recordAfterMarks(bytes) + 16))],
  ['nothing left of it', (path) => rmSync(path)],
];

function rewrite(path: string, damage: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path);
  damage(bytes);
  writeFileSync(path, bytes);
}

/** Where the first record of 64 KiB begins. */
function recordAfterMarks(bytes: Buffer): number {
  for (let at = 0; at + 32 <= bytes.length; at += 32 + (bytes.readUInt32LE(at + 4) === 2 ? 0 : bytes.readUInt32LE(at + 16)))
    if (bytes.readUInt32LE(at + 16) === 65_536) return at;
  throw new Error('No such record.');
}

test.each(damages)(
  'a change log with %s is not believed: all is compared, and the copy is the disk again',
  async (_what, damage) => {
    await using lab = await protectedLab();
    await lab.call('link.set', { path: 'machine-processserver', state: 'cut' });
    for (let place = 0; place < 16; place += 1) await write(lab, place * mebibyte, 65_536);
    await lab.restart(() => {
      const root = join(lab.dir, '.srlab', 'vcenter');
      const logs = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.hrl'));
      expect(logs.length).toBe(1);
      damage(join(root, logs[0] ?? ''));
    });
    await write(lab, 100 * mebibyte, 65_536);
    await lab.step(30 * 60_000);
    await lab.untilProtected(machine);
    expect(await differenceOfPoint(lab)).toBeNull();
  },
  limitMs,
);

test(
  'a full cache folder holds the machine back; when the uploads go on, all of it arrives',
  async () => {
    const processServers = [{ name: 'CS01', inAzure: false, cacheLimitBytes: 16 * mebibyte }];
    await using lab = await protectedLab({ processServers });
    await lab.call('link.set', { path: 'processserver-storage', state: 'cut' });
    for (let place = 0; place < 12; place += 1) await write(lab, 10 * mebibyte * place, 4 * mebibyte);
    await lab.step(10 * 60_000);
    const held = await lab.call('item.show', { machine });
    expect(held.disks[0]?.pendingBytes).toBeGreaterThan(20 * mebibyte);
    await lab.call('link.set', { path: 'processserver-storage', state: 'up' });
    await lab.step(10 * 60_000);
    expect(await differenceOfPoint(lab)).toBeNull();
  },
  limitMs,
);

test(
  'a batch that was damaged behind the process server is found, and after a resynchronisation the copy is the disk again',
  async () => {
    await using lab = await protectedLab();
    await lab.call('fault.add', { rule: { point: 'processserver.upload', effect: { kind: 'corrupt' }, times: 1 } });
    await write(lab, mebibyte, mebibyte);
    await lab.until('notice', async () => (await lab.call('item.show', { machine })).resyncRequired);
    await lab.finish(lab.call('item.resync', { machine }));
    await lab.until('comparison', async () => !(await lab.call('item.show', { machine })).resyncRequired);
    expect(await differenceOfPoint(lab)).toBeNull();
  },
  limitMs,
);

test(
  'a port that is taken keeps a lab from starting, whichever role it is for, and without it the folder is as good as new',
  async () => {
    using folder = useFolder();
    const options = { dir: folder.path, scenario: 'empty', seed: '1', speed: 'paused' } as const;
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    const { port } = squatter.address() as AddressInfo;
    try {
      for (const role of ['control', 'vcenter', 'configServer', 'processServer', 'masterTarget', 'blob'] as const)
        await expect(openLab({ ...options, ports: { [role]: port } })).rejects.toThrow(coded('PortInUse'));
    } finally {
      squatter.close();
    }
    await using lab = await openLab({ ...options, ports: {} });
    expect(lab.vault.records.configServers.list()).toHaveLength(1);
  },
  limitMs,
);

test(
  'a second lab in one folder is refused, and the first one does not notice',
  async () => {
    await using lab = await protectedLab();
    const again = openLab({ dir: lab.dir, scenario: 'empty', seed: '1', speed: 'paused', ports: {} });
    await expect(again).rejects.toThrow(coded('LabFolderInUse'));
    await write(lab, mebibyte, mebibyte);
    expect(await differenceOfPoint(lab)).toBeNull();
  },
  limitMs,
);

test.each(['lab.db', 'azure.db'])(
  'a damaged %s keeps the lab from starting and stays as it is; put right again, nothing was lost',
  async (name) => {
    await using lab = await protectedLab();
    await write(lab, mebibyte, mebibyte);
    const path = join(lab.dir, '.srlab', name);
    let whole = Buffer.alloc(0);
    const damaged = Buffer.from('Whatever this was, it is no database now.'.repeat(1000));
    await expect(
      lab.restart(() => {
        whole = readFileSync(path);
        writeFileSync(path, damaged);
      }),
    ).rejects.toThrow(coded('StateDatabaseDamaged'));
    expect(readFileSync(path)).toEqual(damaged);
    await lab.restart(() => writeFileSync(path, whole));
    await lab.untilProtected(machine);
    expect(await differenceOfPoint(lab)).toBeNull();
  },
  limitMs,
);
