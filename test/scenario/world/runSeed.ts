// From a seed to an estate, a story and a verdict: what the property test and the soak run.
import { runEpisode } from './episode.ts';
import { World } from './world.ts';
import type { WorldMachine } from './worldEstate.ts';

const estates: readonly (readonly WorldMachine[])[] = [
  [
    { name: 'VM01', disks: 2 },
    { name: 'VM02', disks: 1 },
  ],
  [
    { name: 'APP01', disks: 1, group: 'shop' },
    { name: 'DB01', disks: 1, group: 'shop' },
  ],
  [
    { name: 'VM01', disks: 1 },
    { name: 'PHYS01', disks: 1, physical: true },
  ],
  [{ name: 'VM01', disks: 3 }],
];

/** Every so many seeds there is a way to Azure and back; every so many the site's components are processes, to be killed one by one. */
const roundTripEach = 5;
const processesEach = 3;
const actions = 25;
/** A lab of several processes moves its time by asking all of them, which makes it thrice as slow. */
const actionsOfProcesses = 15;
/** In each direction, of those that go there and back. */
const roundTripActions = 12;
/** Of what the components could not do, the last of it is told with a failure. */
const failuresTold = 40;

/** @throws Error with seed, story and the first difference */
export async function runSeed(seed: number): Promise<number> {
  const processes = seed % processesEach === 0 ? (['processserver', 'mastertarget'] as const) : [];
  await using world = await World.open({ seed: String(seed), machines: estates[seed % estates.length] ?? [], processes });
  try {
    const roundTrip = seed % roundTripEach === 0;
    const oneWay = processes.length > 0 ? actionsOfProcesses : actions;
    return await runEpisode(world, { actions: roundTrip ? roundTripActions : oneWay, roundTrip });
  } catch (error) {
    const story = [...world.story, ...world.traceLines('"unexpected"'), ...world.traceLines('Failed"').slice(-failuresTold)];
    throw new Error(`Seed ${seed}: ${error instanceof Error ? error.message : String(error)}\n${story.join('\n')}`, { cause: error });
  }
}
