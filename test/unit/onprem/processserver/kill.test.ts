// SIGKILL at any moment: whatever was acknowledged is in the cache folder or was released, whole and in order.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { CacheFolder } from '../../../../emulator/onprem/processserver/cacheFolder.ts';

const writer = join(import.meta.dirname, 'batchWriter.ts');

/** Lets the writer acknowledge so many batches, kills it, and returns the newest that it acknowledged. */
async function writeAndKill(folder: string, acknowledgements: number): Promise<number> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', writer, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  let count = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
    count += chunk.toString().split('\n').length - 1;
    if (count >= acknowledgements) child.kill('SIGKILL');
  });
  await once(child, 'close');
  return Number(printed.slice(0, printed.lastIndexOf('\n')).split('\n').at(-1));
}

test('a killed process server has every batch that it acknowledged', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'srlab-cache-'));
  try {
    for (const acknowledgements of [1, 7, 23, 40]) {
      const newest = await writeAndKill(folder, acknowledgements);
      const cache = new CacheFolder({ folder, limitBytes: 2 ** 30, memoryBytes: 0 });
      const { position, batches } = cache.load('disk-a', 0);
      const sequences = batches.map((batch) => batch.sequence);
      expect(Math.max(position.accepted, ...sequences)).toBeGreaterThanOrEqual(newest);
      expect(sequences).toEqual(sequences.map((_, index) => position.uploaded + 1 + index));
      for (const batch of batches) expect((await cache.read('disk-a', batch)).length).toBe(batch.sizeBytes);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
