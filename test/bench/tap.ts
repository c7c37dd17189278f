// A guest's small writes through the tap, against the same file without it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BlockDevice } from '../../emulator/disk/blockDevice.ts';
import { RawDisk } from '../../emulator/disk/rawDisk.ts';
import { CapturedDisk } from '../../emulator/replication/capture.ts';
import { testKernel } from '../support/kernel.ts';
import { incompressible } from './content.ts';
import { gibibyte, mebibyte, timeMs, type Measure } from './measure.ts';

const diskBytes = gibibyte;
const blockBytes = 4096;
const writes = 100_000;
const writesInFlight = 16;
const rounds = 3;

export const tap: Measure = {
  name: 'tap',
  title: 'write through the tap, 4 KiB random',
  referenceTitle: 'the same file without the tap',
  aim: '>= 0.7',
  run: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'srlab-bench-'));
    try {
      const plain = await RawDisk.create({ path: join(folder, 'plain.img'), sizeBytes: diskBytes });
      const beneath = await RawDisk.create({ path: join(folder, 'tapped.img'), sizeBytes: diskBytes });
      const kernel = testKernel();
      await using tapped = await CapturedDisk.open({ device: beneath, folder, name: 'disk', limitBytes: 16 * gibibyte, kernel });
      await tapped.start();
      await randomWrites(plain);
      await randomWrites(tapped);
      let plainMs = 0;
      let tappedMs = 0;
      for (let round = 0; round < rounds; round += 1) {
        plainMs += await timeMs(() => randomWrites(plain));
        tappedMs += await timeMs(() => randomWrites(tapped));
        // As a source that keeps up would: what was sent goes.
        tapped.log.trim(tapped.log.end);
      }
      await plain[Symbol.asyncDispose]();
      const ratio = plainMs / tappedMs;
      const perSecond = (ms: number): number => (rounds * writes) / (ms / 1000);
      return {
        value: `${perSecond(tappedMs).toFixed(0)} writes/s`,
        reference: `${perSecond(plainMs).toFixed(0)} writes/s`,
        ratio,
        reached: ratio >= 0.7,
        figures: { tappedPerSecond: perSecond(tappedMs), plainPerSecond: perSecond(plainMs) },
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function randomWrites(device: BlockDevice): Promise<void> {
  const block = incompressible(0).subarray(0, mebibyte);
  let state = 1;
  let left = writes;
  const writer = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      // A linear congruence: chance good enough for places, and next to free.
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const place = state % (diskBytes / blockBytes);
      const from = (state % 255) * blockBytes;
      await device.write(place * blockBytes, block.subarray(from, from + blockBytes));
    }
  };
  await Promise.all(Array.from({ length: writesInFlight }, writer));
}
