// Whatever happens to a lab, at rest every recovery point is what was written, and no acknowledged write is lost. The test itself is tested too.
import { describe, expect, test } from 'vitest';
import type { FaultRule } from '../../emulator/contract/faults.ts';
import { comeToRest, verifyEverything } from './world/atRest.ts';
import { protect } from './world/episode.ts';
import { runSeed } from './world/runSeed.ts';
import { World } from './world/world.ts';

const seeds = Number(process.env['SRLAB_SEEDS'] ?? 20);
/** Ends only a run that hangs, on however busy a machine. */
const limitMs = 600_000;

describe.concurrent('after writes, cuts, kills, switches and resynchronisations', () => {
  test.for(Array.from({ length: seeds }, (_, number) => number + 1))(
    'every recovery point of seed %i is what was written',
    { timeout: limitMs },
    async (seed) => {
      expect(await runSeed(seed)).toBeGreaterThan(0);
    },
  );
});

describe.concurrent('a switch that leaves out one batch or one write is noticed', () => {
  const points: readonly FaultRule['point'][] = ['agent.capture', 'processserver.upload', 'target.apply'];
  test.for(points)('at %s', { timeout: limitMs }, async (point) => {
    await using world = await World.open({ seed: point, machines: [{ name: 'VM01', disks: 1 }] });
    await protect(world);
    const [machine] = world.machines;
    if (machine === undefined) throw new Error('There is no machine.');
    expect(await verifyEverything(world)).toBeGreaterThan(0);

    await world.call('fault.add', { rule: { point, effect: { kind: 'skip' }, times: 1 } });
    for (let number = 0; number < 4; number += 1) await world.write(machine);
    await world.step(5 * 60_000);
    for (let number = 0; number < 4; number += 1) await world.write(machine);
    await world.step(30 * 60_000);
    // Nobody killed or cut anything, so nothing may need a resynchronisation.
    const verdict = async (): Promise<void> => {
      expect((await world.item(machine)).resyncRequired).toBe(false);
      await comeToRest(world);
      await verifyEverything(world);
    };
    await expect(verdict()).rejects.toThrow(/differ|expected true to be false|is not|not within/);
  });
});

test('a batch that is lost for good asks for a resynchronisation, which repairs the replica and leaves no wrong point', { timeout: limitMs }, async () => {
  await using world = await World.open({ seed: 'lost batch', machines: [{ name: 'VM01', disks: 2 }] });
  await protect(world);
  const [machine] = world.machines;
  if (machine === undefined) throw new Error('There is no machine.');
  await world.call('fault.add', { rule: { point: 'processserver.upload', effect: { kind: 'skip' }, times: 1 } });
  for (let minutes = 0; minutes < 40; minutes += 4) {
    for (let number = 0; number < 4; number += 1) await world.write(machine);
    await world.step(4 * 60_000);
  }
  expect((await world.item(machine)).resyncRequired).toBe(true);
  await comeToRest(world);
  expect(await verifyEverything(world)).toBeGreaterThan(0);
});
