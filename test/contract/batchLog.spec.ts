// What every log of sealed batches must do: run for block blobs and for the master target's retention drive.
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../emulator/kernel/random.ts';
import type { BatchLog } from '../../emulator/replication/stations.ts';

/** One log, empty at first. */
export interface BatchLogFixture extends AsyncDisposable {
  /** The first call makes the log; a later one gives a second client of the same log, as after a restart of its user. */
  open(): Promise<BatchLog>;
}

/** @param make a fixture with an empty log */
export function batchLogSpec(name: string, make: () => Promise<BatchLogFixture>): void {
  describe(`${name} as a log of batches`, () => {
    contentSpec(make);
    orderSpec(make);
  });
}

function contentSpec(make: () => Promise<BatchLogFixture>): void {
  test('what was appended is read back, byte for byte', async () => {
    await using fixture = await make();
    const log = await fixture.open();
    const sealed = [1, 2, 3].map((sequence) => seededRandom(`batch ${sequence}`).bytes(sequence * 100_003));
    for (const [place, bytes] of sealed.entries()) await log.append('pair', place + 1, bytes);
    for (const [place, bytes] of sealed.entries()) expect((await log.read('pair', place + 1)).equals(bytes)).toBe(true);
  });

  test('appending the same sequence again keeps one batch', async () => {
    await using fixture = await make();
    const log = await fixture.open();
    const sealed = Buffer.from('sealed');
    await log.append('pair', 1, sealed);
    await log.append('pair', 1, sealed);
    expect(await log.list('pair', 0)).toEqual([1]);
    expect((await log.read('pair', 1)).equals(sealed)).toBe(true);
  });

  test('what was appended is there for the next client', async () => {
    await using fixture = await make();
    const first = await fixture.open();
    await Promise.all([1, 2, 3].map((sequence) => first.append('pair', sequence, Buffer.from(`batch ${sequence}`))));
    const second = await fixture.open();
    expect(await second.list('pair', 0)).toEqual([1, 2, 3]);
    expect((await second.read('pair', 2)).toString()).toBe('batch 2');
  });

  test('reading a batch that is not held is refused as NotFound', async () => {
    await using fixture = await make();
    const log = await fixture.open();
    await expect(log.read('pair', 1)).rejects.toMatchObject({ code: 'NotFound' });
  });
}

function orderSpec(make: () => Promise<BatchLogFixture>): void {
  test('sequences are listed in the order of numbers, above the given one, also past a power of ten', async () => {
    await using fixture = await make();
    const log = await fixture.open();
    const sequences = [...Array.from({ length: 12 }, (_, place) => place + 1), 99, 100, 1000];
    await Promise.all([...sequences].reverse().map((sequence) => log.append('pair', sequence, Buffer.from([sequence & 0xff]))));
    expect(await log.list('pair', 0)).toEqual(sequences);
    expect(await log.list('pair', 9)).toEqual([10, 11, 12, 99, 100, 1000]);
    expect(await log.list('pair', 1000)).toEqual([]);
  });

  test('removing batches leaves the others and the other pairs', async () => {
    await using fixture = await make();
    const log = await fixture.open();
    for (const pairId of ['pair', 'pair-2'])
      for (let sequence = 1; sequence <= 5; sequence += 1) await log.append(pairId, sequence, Buffer.from(`${pairId} ${sequence}`));
    await log.remove('pair', [1, 2, 3]);
    await log.remove('pair', [1, 2, 3]);
    expect(await log.list('pair', 0)).toEqual([4, 5]);
    expect(await log.list('pair-2', 0)).toEqual([1, 2, 3, 4, 5]);
    expect((await log.read('pair', 4)).toString()).toBe('pair 4');
  });

  test('a pair that never had a batch has none', async () => {
    await using fixture = await make();
    const log = await fixture.open();
    expect(await log.list('pair', 0)).toEqual([]);
    await log.remove('pair', [10]);
  });
}
