// `npm run soak`: the property test for a night. SRLAB_SEEDS sets how many seeds, SRLAB_FIRST_SEED where they begin.
import { availableParallelism } from 'node:os';
import { runSeed } from './world/runSeed.ts';

const seeds = Number(process.env['SRLAB_SEEDS'] ?? 200);
const first = Number(process.env['SRLAB_FIRST_SEED'] ?? 1);
const failed: number[] = [];
let next = first;
let points = 0;

/** Takes one seed after the other until there is none left. */
async function work(): Promise<void> {
  while (next < first + seeds) {
    const seed = next;
    next += 1;
    try {
      const compared = await runSeed(seed);
      points += compared;
      console.log(`seed ${seed}: ${compared} recovery points equal`);
    } catch (error) {
      failed.push(seed);
      console.error(error instanceof Error ? error.message : error);
    }
  }
}

await Promise.all(Array.from({ length: availableParallelism() }, work));
console.log(
  `${seeds - failed.length} of ${seeds} seeds passed, ${points} recovery points compared${failed.length === 0 ? '.' : `; failed: ${failed.join(', ')}.`}`,
);
process.exit(failed.length === 0 ? 0 : 1);
