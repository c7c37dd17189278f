// Snapshots: the bytes of their instant, whatever is written, taken, removed or killed afterwards.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import fc from 'fast-check';
import { appendFileSync, mkdtempSync, readdirSync, rmSync, truncateSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { BlockDevice } from '../../../../emulator/disk/blockDevice.ts';
import { RawDisk } from '../../../../emulator/disk/rawDisk.ts';
import { FileChurn } from '../../../../emulator/machine/workload/fileChurn.ts';
import { mergeAway, SnapshotDisk } from '../../../../emulator/onprem/vcenter/snapshotDisk.ts';
import { layerBlockBytes, SnapshotLayer } from '../../../../emulator/onprem/vcenter/snapshotLayer.ts';
import { accounts, diskBytes } from './siteSpec.ts';
import { vCenterLab, type VCenterLab } from './vcenterLab.ts';

const folders: string[] = [];
const sites: VCenterLab[] = [];
afterEach(async () => {
  for (const site of sites.splice(0)) await site[Symbol.asyncDispose]();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'srlab-snapshot-'));
  folders.push(folder);
  return folder;
};
const whole = (device: BlockDevice): Promise<Buffer> => device.read(0, device.sizeBytes);

test('a snapshot reads as the disk was, after any writes, other snapshots, removals and restarts', async () => {
  const sizeBytes = 3 * layerBlockBytes + 512;
  const sectors = sizeBytes / 512;
  const write = fc.record({ kind: fc.constant('write' as const), sector: fc.nat(sectors - 1), count: fc.integer({ min: 1, max: 200 }), fill: fc.nat(255) });
  const step = fc.oneof(
    { weight: 5, arbitrary: write },
    fc.constant({ kind: 'take' as const }),
    fc.record({ kind: fc.constant('remove' as const), which: fc.nat(9) }),
    fc.constant({ kind: 'reopen' as const }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const folder = newFolder();
      const path = join(folder, 'disk.raw');
      await (await RawDisk.create({ path, sizeBytes }))[Symbol.asyncDispose]();
      const model = Buffer.alloc(sizeBytes);
      let kept: { layer: SnapshotLayer; bytes: Buffer }[] = [];
      let disk = new SnapshotDisk(await RawDisk.open({ path }), []);
      for (const [number, action] of steps.entries()) {
        if (action.kind === 'write') {
          const offset = action.sector * 512;
          const length = Math.min(action.count * 512, sizeBytes - offset);
          model.fill(action.fill, offset, offset + length);
          await (action.fill === 0 ? disk.zero(offset, length) : disk.write(offset, Buffer.alloc(length, action.fill)));
        } else if (action.kind === 'take') {
          const layer = SnapshotLayer.open(join(folder, `${number}.layer`));
          disk.begin(layer);
          kept.push({ layer, bytes: Buffer.from(model) });
        } else if (action.kind === 'remove') {
          const [removed] = kept.splice(action.which % (kept.length + 1), 1);
          if (removed !== undefined) disk.end(removed.layer);
        } else {
          await disk[Symbol.asyncDispose]();
          kept = kept.map(({ layer, bytes }) => ({ layer: SnapshotLayer.open(layer.path), bytes }));
          disk = new SnapshotDisk(
            await RawDisk.open({ path }),
            kept.map(({ layer }) => layer),
          );
        }
        expect((await whole(disk)).equals(model)).toBe(true);
        for (const { layer, bytes } of kept) {
          const view = disk.at(layer);
          expect((await whole(view)).equals(bytes)).toBe(true);
          const holes = Buffer.from(bytes);
          for (const { offset, length } of await view.allocated({ offset: 0, length: sizeBytes })) holes.fill(0, offset, offset + length);
          expect(holes.every((byte) => byte === 0)).toBe(true);
        }
      }
      await disk[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true });
    }),
    { numRuns: 60, seed: 11 },
  );
});

test('concurrent writes to one block save what was there before all of them', async () => {
  const folder = newFolder();
  await using base = await RawDisk.create({ path: join(folder, 'disk.raw'), sizeBytes: layerBlockBytes });
  await base.write(0, Buffer.alloc(layerBlockBytes, 'a'));
  const disk = new SnapshotDisk(base, []);
  const layer = SnapshotLayer.open(join(folder, '1.layer'));
  disk.begin(layer);
  await Promise.all(Array.from({ length: 16 }, (_, index) => disk.write(index * 512, Buffer.alloc(512, 'b'))));
  expect((await whole(disk.at(layer))).toString()).toBe('a'.repeat(layerBlockBytes));
  await expect(disk.at(layer).write()).rejects.toMatchObject({ code: 'DiskReadOnly' });
});

test('a torn record at the end of a layer is cut off, what came before it stays', () => {
  const path = join(newFolder(), '1.layer');
  const layer = SnapshotLayer.open(path);
  layer.keep(0, Buffer.alloc(layerBlockBytes, 'a'));
  const good = statSync(path).size;
  layer.keep(1, Buffer.alloc(layerBlockBytes, 'b'));
  layer[Symbol.dispose]();
  truncateSync(path, good + 1000);
  const torn = SnapshotLayer.open(path);
  expect(torn.blocks).toEqual([0]);
  torn[Symbol.dispose]();
  appendFileSync(path, Buffer.alloc(40, 'x'));
  const foreign = SnapshotLayer.open(path);
  expect(foreign.blocks).toEqual([0]);
  expect(statSync(path).size).toBe(good);
  foreign.keep(1, Buffer.alloc(512, 'c'));
  const rest = [SnapshotLayer.open(path), foreign];
  expect(rest[0]?.read(1)?.toString()).toBe('c'.repeat(512));
  mergeAway(rest, rest[0] as SnapshotLayer);
  foreign[Symbol.dispose]();
});

test('a snapshot over the wire of a running machine holds its instant, and merging leaves the present', async () => {
  const site = await vCenterLab();
  sites.push(site);
  const admin = await site.client(accounts[0]);
  const vm = site.vCenter.list().find(({ name }) => name === 'web') as ReturnType<typeof site.vCenter.list>[number];
  const machine = site.vCenter.machine(vm.instanceUuid);
  const { diskId, vmdkFile } = vm.disks[0] as (typeof vm.disks)[number];
  await machine.run(new FileChurn(site.kernel, { kind: 'fileChurn', diskId, offset: 0, sizeBytes: diskBytes, bytesPerSecond: 500_000, blockBytes: 4096 }));
  await site.vCenter.power(vm.instanceUuid, 'start');
  await site.lab.clock.advance(3000);
  const expected = await whole(machine.disk(diskId));
  const taken = await admin.call(`/api/vcenter/vm/${vm.id}/snapshots`, { body: { name: 'before', quiesce: true } });
  expect(taken).toMatchObject({ status: 201, body: expect.stringMatching(/^snapshot-\d+$/) });
  await site.lab.clock.advance(5000);
  const present = await whole(machine.disk(diskId));
  expect(present.equals(expected)).toBe(false);
  const snapshotId = String(taken.body);
  expect((await whole(await site.vCenter.openSnapshot(vm.instanceUuid, snapshotId, vmdkFile))).equals(expected)).toBe(true);
  await site.vCenter.power(vm.instanceUuid, 'stop');
  await site.reopen();
  {
    await using stopped = await site.vCenter.openSnapshot(vm.instanceUuid, snapshotId, vmdkFile);
    expect((await whole(stopped)).equals(expected)).toBe(true);
  }
  const later = await site.client(accounts[0]);
  expect((await later.call(`/api/vcenter/vm/${vm.id}/snapshots`)).body).toMatchObject([{ snapshot: snapshotId, name: 'before' }]);
  const mt = site.vCenter.list().find(({ name }) => name === 'mt')?.id;
  expect(
    await later.call(`/api/vcenter/vm/${mt}/hardware/disk`, { body: { type: 'SCSI', backing: { type: 'VMDK_FILE', vmdk_file: vmdkFile } } }),
  ).toMatchObject({ status: 400, body: { error_type: 'NOT_ALLOWED_IN_CURRENT_STATE' } });
  expect((await later.call(`/api/vcenter/vm/${vm.id}/snapshots/${snapshotId}`, { method: 'DELETE' })).status).toBe(204);
  expect((await later.call(`/api/vcenter/vm/${vm.id}/snapshots/${snapshotId}`, { method: 'DELETE' })).status).toBe(404);
  expect(readdirSync(site.vCenter.file('[datastore1] web')).filter((name) => name.endsWith('.layer'))).toEqual([]);
  await using disk = await site.vCenter.openStoppedDisk(vm.instanceUuid, diskId);
  expect((await whole(disk)).equals(present)).toBe(true);
});

test('a snapshot that shall be quiesced fails when VSS does not work, and the machine goes on', async () => {
  const site = await vCenterLab();
  sites.push(site);
  const admin = await site.client(accounts[0]);
  const vm = site.vCenter.list().find(({ name }) => name === 'db') as ReturnType<typeof site.vCenter.list>[number];
  await site.vCenter.power(vm.instanceUuid, 'start');
  await site.vCenter.setGuest(vm.instanceUuid, { vssWorks: false });
  expect((await admin.call(`/api/vcenter/vm/${vm.id}/snapshots`, { body: { name: 'before', quiesce: true } })).status).toBe(409);
  expect((await admin.call(`/api/vcenter/vm/${vm.id}/snapshots`)).body).toEqual([]);
  expect(site.vCenter.machine(vm.instanceUuid).state).toBe('poweredOn');
});

test('a process killed while a machine overwrites its disk loses neither an acknowledged write nor a byte of the snapshot', async () => {
  const site = await vCenterLab();
  sites.push(site);
  const folder = `${site.lab.folder}/killed`;
  const child = spawn(process.execPath, [join(import.meta.dirname, 'killedCenter.ts'), folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged = new Map<number, number>();
  for await (const line of createInterface({ input: child.stdout })) {
    const [sector, round] = line.split(' ').map(Number);
    if (round !== undefined) acknowledged.set(Number(sector), round);
    if (acknowledged.size === 500) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  await site.reopen(folder);
  const vm = site.vCenter.list()[0] as ReturnType<typeof site.vCenter.list>[number];
  expect([vm.power, vm.snapshots.length]).toEqual(['POWERED_ON', 1]);
  await site.vCenter.resume();
  const { diskId, vmdkFile } = vm.disks[0] as (typeof vm.disks)[number];
  const present = await whole(site.vCenter.machine(vm.instanceUuid).disk(diskId));
  const lost = [...acknowledged].filter(([sector, round]) => Number.parseInt(present.toString('latin1', sector * 512, sector * 512 + 12), 10) < round);
  expect(lost).toEqual([]);
  const snapshot = await site.vCenter.openSnapshot(vm.instanceUuid, vm.snapshots[0]?.id as string, vmdkFile);
  expect((await whole(snapshot)).equals(Buffer.alloc(diskBytes, 'a'))).toBe(true);
});
