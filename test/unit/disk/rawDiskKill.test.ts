// A process that writes is killed at any moment: every acknowledged write is on the disk, and the map covers it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { BlockDevice } from '../../../emulator/disk/blockDevice.ts';
import { RawDisk } from '../../../emulator/disk/rawDisk.ts';
import { seededRandom } from '../../../emulator/kernel/random.ts';
import { temporaryFolder } from './folder.ts';

const writer = fileURLToPath(new URL('killedWriter.ts', import.meta.url));
const sizeBytes = 64 * 1024 * 1024;
const rounds = 8;

interface Change {
  readonly offset: number;
  readonly length: number;
  readonly fill: number;
}

test('what a killed process had acknowledged is there, and what was never written is not called allocated', async () => {
  using folder = temporaryFolder();
  const path = folder.file('disk.raw');
  await (await RawDisk.create({ path, sizeBytes }))[Symbol.asyncDispose]();
  const model = Buffer.alloc(sizeBytes);
  const random = seededRandom('kill');
  for (let round = 0; round < rounds; round += 1) {
    const unfinished = await runAndKill({ path, seed: `kill ${round}`, afterWrites: random.integer(400), model });
    // Opened as after a crash: the map is as the killed process left it.
    await using disk = await RawDisk.open({ path });
    await settle(disk, unfinished, model);
    expect((await disk.read(0, sizeBytes)).equals(model), `round ${round}`).toBe(true);
    const uncovered = Buffer.from(model);
    for (const range of await disk.allocated({ offset: 0, length: sizeBytes })) uncovered.fill(0, range.offset, range.offset + range.length);
    expect(uncovered.equals(Buffer.alloc(sizeBytes)), `round ${round}`).toBe(true);
  }
});

/** Follows what the writer acknowledges into the model. @returns the changes that were under way when it died */
async function runAndKill(run: { path: string; seed: string; afterWrites: number; model: Buffer }): Promise<Change[]> {
  const child = spawn(process.execPath, [writer, run.path, run.seed], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const underWay = new Map<string, Change>();
  let acknowledged = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [kind, worker = '', offset, length, fill] = line.split(' ');
    if (kind === 'begin') underWay.set(worker, { offset: Number(offset), length: Number(length), fill: Number(fill) });
    const change = underWay.get(worker);
    if (kind !== 'done' || change === undefined) continue;
    run.model.fill(change.fill, change.offset, change.offset + change.length);
    underWay.delete(worker);
    acknowledged += 1;
    if (acknowledged > run.afterWrites) child.kill('SIGKILL');
  }
  await closed;
  expect(child.signalCode).toBe('SIGKILL');
  return [...underWay.values()];
}

/** A change that was cut off may be there, in part, or not at all: sectors of it are old or new, and are taken over as they are. */
async function settle(disk: BlockDevice, unfinished: readonly Change[], model: Buffer): Promise<void> {
  for (const { offset, length, fill } of unfinished) {
    const found = await disk.read(offset, length);
    for (let at = 0; at < length; at += 512) {
      const sector = found.subarray(at, at + 512);
      const old = model.subarray(offset + at, offset + at + 512);
      expect(sector.equals(old) || sector.equals(Buffer.alloc(512, fill))).toBe(true);
      sector.copy(old);
    }
  }
}
