// The life of a guest: power, services, programs, and what it refuses.
import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { RawDisk } from '../../../emulator/disk/rawDisk.ts';
import { LabError } from '../../../emulator/kernel/errors.ts';
import { guestConditions } from '../../../emulator/machine/guest.ts';
import type { GuestService } from '../../../emulator/machine/machine.ts';
import { FileChurn } from '../../../emulator/machine/workload/fileChurn.ts';
import { Ledger } from '../../../emulator/machine/workload/ledger.ts';
import { verifyLedger } from '../../../emulator/machine/workload/ledgerVerdict.ts';
import { LogWriter, verifyLog } from '../../../emulator/machine/workload/logWriter.ts';
import { makeWorkload } from '../../../emulator/machine/workload/makeWorkload.ts';
import { damagedFiles, formatSampleDisk, sampleDiskEnd } from '../../../emulator/machine/workload/sampleDisk.ts';
import { guestLab, type GuestLab } from './guestLab.ts';

const labs: GuestLab[] = [];
afterEach(async () => {
  for (const lab of labs.splice(0)) {
    expect(lab.failures).toEqual([]);
    await lab[Symbol.asyncDispose]();
  }
});
const newLab = (): GuestLab => {
  const lab = guestLab();
  labs.push(lab);
  return lab;
};
const codeOf = async (work: Promise<unknown>): Promise<string> =>
  LabError.from(
    await work.then(
      () => undefined,
      (error: unknown) => error,
    ),
  ).code;

test('disks are open while the machine runs and only then', async () => {
  const machine = await newLab().machine('web');
  expect(() => machine.disk('disk0')).toThrowError(expect.objectContaining({ code: 'MachineNotRunning' }));
  await machine.powerOn();
  await machine.disk('disk0').write(512, Buffer.alloc(512, 'a'));
  expect(() => machine.disk('disk7')).toThrowError(expect.objectContaining({ code: 'NotFound' }));
  await machine.powerOff();
  expect(machine.state).toBe('poweredOff');
  await machine.powerOn();
  expect((await machine.disk('disk0').read(512, 512)).toString()).toBe('a'.repeat(512));
});

test('services start before programs write, and stop after them', async () => {
  const lab = newLab();
  const machine = await lab.machine('web');
  const seen: string[] = [];
  const churn = new FileChurn(lab.kernel, { kind: 'fileChurn', diskId: 'disk0', offset: 2 ** 20, sizeBytes: 2 ** 20, bytesPerSecond: 2 ** 20 });
  const service: GuestService = {
    start: async () => void seen.push(`start, churn running: ${churn.describe().running}`),
    stop: async (how) =>
      void seen.push(`${how}, churn running: ${churn.describe().running}, disk open: ${(await machine.disk('disk0').read(0, 512)).length === 512}`),
  };
  await machine.install(service);
  await machine.run(churn);
  await machine.powerOn();
  await lab.clock.advance(2000);
  await machine.shutDown();
  expect(seen).toEqual(['start, churn running: false', 'graceful, churn running: false, disk open: true']);
});

test('pulling the plug ends a shutdown that hangs', async () => {
  const machine = await newLab().machine('web');
  const { promise, resolve } = Promise.withResolvers<void>();
  await machine.install({ start: async () => undefined, stop: async (how) => (how === 'killed' ? resolve() : promise) });
  await machine.powerOn();
  const shuttingDown = machine.shutDown();
  while (machine.state !== 'poweringOff') await new Promise((done) => setImmediate(done));
  await machine.powerOff();
  await shuttingDown;
  expect(machine.state).toBe('poweredOff');
});

test('a machine whose disk cannot be opened stays off with nothing left open', async () => {
  const machine = await newLab().machine('web');
  const { disks } = machine.definition;
  await machine.redefine({
    ...machine.definition,
    disks: [...disks, { diskId: 'gone', name: 'gone', sizeBytes: 512, osDisk: false, dynamic: false, sectorBytes: 512 }],
  });
  expect(await codeOf(machine.powerOn())).toBe('DiskFileMissing');
  expect(machine.state).toBe('poweredOff');
  await machine.redefine({ ...machine.definition, disks });
  await machine.powerOn();
  expect(machine.state).toBe('poweredOn');
});

test('two programs of one name are refused', async () => {
  const lab = newLab();
  const machine = await lab.machine('web');
  const settings = { kind: 'logWriter', diskId: 'disk0', offset: 2 ** 20, sizeBytes: 8192, linesPerSecond: 3 } as const;
  await machine.run(makeWorkload(lab.kernel, settings));
  expect(await codeOf(machine.run(makeWorkload(lab.kernel, settings)))).toBe('WorkloadExists');
});

test('a ledger is clean after a shutdown and recovers after a power cut', async () => {
  const lab = newLab();
  const machine = await lab.machine('db');
  const ledger = new Ledger(lab.kernel, { kind: 'ledger', ledgerId: 'db', diskId: 'disk0', offset: 2 ** 20, transfersPerSecond: 20 });
  await machine.run(ledger);
  const verdict = async (): Promise<string> => {
    await using disk = await RawDisk.open({ path: lab.diskPath('db', 'disk0'), readOnly: true });
    return (await verifyLedger({ device: disk, offset: 2 ** 20 })).state;
  };
  await machine.powerOn();
  await lab.clock.advance(5000);
  await machine.powerOff();
  expect(await verdict()).toBe('recovered');
  await machine.powerOn();
  await lab.clock.advance(5000);
  await machine.shutDown();
  expect(await verdict()).toBe('clean');
});

test('quiescing brings every program to rest, and fails when VSS does not work', async () => {
  const lab = newLab();
  const machine = await lab.machine('db');
  await machine.run(new Ledger(lab.kernel, { kind: 'ledger', ledgerId: 'db', diskId: 'disk0', offset: 2 ** 20, transfersPerSecond: 20 }));
  await machine.run(new LogWriter(lab.kernel, { kind: 'logWriter', diskId: 'disk0', offset: 8 * 2 ** 20, sizeBytes: 64 * 1024, linesPerSecond: 20 }));
  expect(await codeOf(machine.quiesce())).toBe('MachineNotRunning');
  await machine.powerOn();
  await lab.clock.advance(2500);
  await machine.quiesce();
  const before = readFileSync(lab.diskPath('db', 'disk0'));
  await lab.clock.advance(5000);
  expect(readFileSync(lab.diskPath('db', 'disk0')).equals(before)).toBe(true);
  expect(await codeOf(machine.quiesce())).toBe('QuiesceFailed');
  await machine.resume();
  await lab.clock.advance(5000);
  expect(readFileSync(lab.diskPath('db', 'disk0')).equals(before)).toBe(false);
  await machine.redefine({ ...machine.definition, guest: guestConditions('Linux', { vssWorks: false }) });
  expect(await codeOf(machine.quiesce())).toBe('QuiesceFailed');
});

test('a frozen disk does not keep a machine from being switched off', async () => {
  const lab = newLab();
  const machine = await lab.machine('db');
  await machine.run(new FileChurn(lab.kernel, { kind: 'fileChurn', diskId: 'disk0', offset: 0, sizeBytes: 2 ** 20, bytesPerSecond: 2 ** 20 }));
  await machine.powerOn();
  await machine.disk('disk0').freeze();
  const moving = lab.clock.advance(1500);
  await new Promise((done) => setImmediate(done));
  await machine.powerOff();
  await moving;
  expect(machine.state).toBe('poweredOff');
});

test('the churn writes what its rate says, from the seed, and inside its region', async () => {
  const bytesOf = async (): Promise<Buffer> => {
    const lab = newLab();
    const machine = await lab.machine('web');
    await machine.run(
      new FileChurn(lab.kernel, { kind: 'fileChurn', diskId: 'disk0', offset: 2 ** 20, sizeBytes: 4 * 2 ** 20, bytesPerSecond: 100_000, blockBytes: 4096 }),
    );
    await machine.powerOn();
    await lab.clock.advance(10_000);
    expect(machine.workloads[0]?.describe().writtenBytes).toBe(Math.floor(1_000_000 / 4096) * 4096);
    await machine.powerOff();
    return readFileSync(lab.diskPath('web', 'disk0'));
  };
  const first = await bytesOf();
  expect(first.equals(await bytesOf())).toBe(true);
  expect(first.subarray(0, 2 ** 20).every((byte) => byte === 0)).toBe(true);
  expect(first.subarray(5 * 2 ** 20).every((byte) => byte === 0)).toBe(true);
});

test('the log is one unbroken run of lines, before and after its ring is full and across a restart', async () => {
  const lab = newLab();
  const machine = await lab.machine('web');
  const region = { offset: 2 ** 20, sizeBytes: 8192 };
  await machine.run(new LogWriter(lab.kernel, { kind: 'logWriter', diskId: 'disk0', ...region, linesPerSecond: 7 }));
  await machine.powerOn();
  for (let second = 0; second < 30; second += 1) {
    await lab.clock.advance(1000);
    expect(await verifyLog(machine.disk('disk0'), region)).toMatchObject({ state: 'whole', lastLine: 7 * (second + 1) });
  }
  await machine.powerOff();
  await machine.powerOn();
  await lab.clock.advance(1000);
  expect(await verifyLog(machine.disk('disk0'), region)).toMatchObject({ state: 'whole', lastLine: 217 });
  const torn = await machine.disk('disk0').read(region.offset, 512);
  await machine.disk('disk0').write(region.offset, Buffer.alloc(512));
  expect(await verifyLog(machine.disk('disk0'), region)).toMatchObject({ state: 'broken' });
  expect(torn.length).toBe(512);
});

test('a sample disk knows its files, and sees a changed byte', async () => {
  const lab = newLab();
  const machine = await lab.machine('web');
  await machine.powerOn();
  const disk = machine.disk('disk0');
  expect(await damagedFiles(disk)).toBeNull();
  await formatSampleDisk(disk, { machineName: 'web', osType: 'Windows', random: lab.kernel.random });
  expect(await damagedFiles(disk)).toEqual([]);
  await disk.write(sampleDiskEnd - 512, Buffer.alloc(512, 1));
  expect(await damagedFiles(disk)).toEqual(['Users/Public/readme.txt']);
});

test('the churn refuses a region that holds no block', () => {
  const { kernel } = newLab();
  expect(() => new FileChurn(kernel, { kind: 'fileChurn', diskId: 'disk0', offset: 100, sizeBytes: 2 ** 20, bytesPerSecond: 1 })).toThrowError(
    expect.objectContaining({ code: 'InvalidArgument' }),
  );
});
