// One disk's way from its source to its replica: the promise "every recovery point equals the source at its mark".
import { describe, expect, test } from 'vitest';
import { linkWorld, spentBatches } from './linkWorld.ts';

describe('the way of a write', () => {
  test('what was on the disk before, and what is written after, is on the replica at the mark', async () => {
    await using world = await linkWorld('plain');
    for (let count = 0; count < 20; count += 1) await world.writeSomething();
    await world.startSource();
    await world.kernel.clock.settle();
    expect(world.source.report().stage).toBe('ResyncStepII');
    expect(world.mark()).toBe(true);
    await world.kernel.clock.settle();
    expect(world.source.report().stage).toBe('DifferentialSync');
    for (let count = 0; count < 20; count += 1) await world.writeSomething();
    expect(world.mark()).toBe(true);
    await world.quiet();
    expect(await world.verify()).toBe(2);
    expect(world.kernel.unexpected).toEqual([]);
  });

  test('applied batches leave the log together, also those that the target left there before a restart', async () => {
    await using world = await linkWorld('spent');
    await world.startSource();
    await world.kernel.clock.settle();
    const held: number[] = [];
    for (let count = 0; count < 4 * spentBatches; count += 1) {
      await world.writeSomething();
      world.mark();
      await world.quiet();
      held.push((await world.log.list('pair', 0)).length);
      if (count % 3 === 2) await world.restartTarget();
    }
    expect(Math.max(...held)).toBe(spentBatches);
    expect(held.filter((count) => count === 0).length).toBeGreaterThanOrEqual(2);
    await world.verify();
    expect(world.kernel.unexpected).toEqual([]);
  });

  test.for(['before', 'after', 'never'] as const)(
    'a process server that took a batch without saying so is left: its batch comes to the log %s that of the next, and nothing is lost',
    async (delivered) => {
      await using world = await linkWorld(`left ${delivered}`);
      await world.startSource();
      await world.kernel.clock.settle();
      world.mark();
      await world.quiet();

      world.source.update(world.order, world.muteRelay);
      for (let count = 0; count < 10; count += 1) await world.writeSomething();
      await world.kernel.clock.advance(60_000);
      expect(world.mute.size).toBe(1);
      // What is written now is not in the batch that the first one took.
      for (let count = 0; count < 10; count += 1) await world.writeSomething();
      if (delivered === 'before') await world.deliverMute();
      world.source.update(world.order, world.otherRelay);
      await world.quiet();
      if (delivered === 'after') await world.deliverMute();
      for (let count = 0; count < 10; count += 1) await world.writeSomething();
      await world.quiet();
      expect(world.source.report()).toMatchObject({ stage: 'ResyncStepII', pendingBytes: 0 });
      expect(world.mark()).toBe(true);
      await world.quiet();
      expect(await world.verify()).toBe(2);
      expect(world.kernel.unexpected).toEqual([]);
    },
  );

  test('a change log over its bound becomes a bitmap; points come again when it has drained and a fresh mark has passed', async () => {
    await using world = await linkWorld('bitmap');
    await world.startSource();
    await world.kernel.clock.settle();
    world.mark();
    await world.kernel.clock.settle();
    world.cut = true;
    for (let count = 0; count < 60; count += 1) await world.writeSomething();
    expect(world.source.report().mode).toBe('bitmap');
    expect(world.mark()).toBe(false);
    await world.quiet();
    expect(world.source.report()).toMatchObject({ mode: 'data', pendingBytes: 0, stage: 'DifferentialSync' });
    expect(world.mark()).toBe(true);
    await world.quiet();
    expect(await world.verify()).toBe(2);
    expect(world.kernel.unexpected).toEqual([]);
  });

  test('a resynchronisation finds a difference that no log knows of and sends little else', async () => {
    await using world = await linkWorld('resync');
    for (let count = 0; count < 40; count += 1) await world.writeSomething();
    await world.startSource();
    await world.kernel.clock.settle();
    world.mark();
    await world.quiet();
    const stray = world.random.bytes(8192);
    await world.replica.apply({
      pairId: 'pair',
      sequence: 1,
      stage: 'DifferentialSync',
      extents: [{ offset: 65_536, length: 8192 }],
      capturedMs: 0,
      payload: stray,
    });
    world.source.update({ ...world.order, resyncId: 'again' }, world.relay);
    await world.kernel.clock.settle();
    expect(world.source.report().resyncId).toBe('again');
    expect(world.source.report().transferredBytes).toBeLessThanOrEqual(8192);
    expect(world.mark()).toBe(true);
    await world.quiet();
    await expect(world.verify()).resolves.toBeGreaterThanOrEqual(1);
    expect(world.kernel.unexpected).toEqual([]);
  });

  const seeds = Array.from({ length: Number(process.env['SRLAB_SEEDS'] ?? 12) }, (_, index) => `link-${index}`);
  test.each(seeds)('any order of writes, marks, cuts, lost answers, restarts and resynchronisations (%s)', async (seed) => {
    await using world = await linkWorld(seed);
    for (let count = world.random.integer(20); count > 0; count -= 1) await world.writeSomething();
    await world.startSource();
    for (let step = 0; step < 120; step += 1) {
      const dice = world.random.next();
      if (dice < 0.55) await world.writeSomething();
      else if (dice < 0.7) world.mark();
      else if (dice < 0.75) world.cut = !world.cut;
      else if (dice < 0.79) world.loseAnswers = world.loseAnswers === 0 ? 0.3 : 0;
      else if (dice < 0.83) await world.restartSource();
      else if (dice < 0.86) await world.restartTarget();
      else if (dice < 0.87) world.source.update((world.order = { ...world.order, resyncId: `resync-${step}` }), world.relay);
      else if (dice < 0.9) await Promise.all(Array.from({ length: 1 + world.random.integer(3) }, () => world.kernel.clock.advance(world.random.integer(4000))));
      else await world.kernel.clock.advance(world.random.integer(20_000));
    }
    await world.quiet();
    world.mark();
    await world.quiet();
    expect(await world.verify()).toBeGreaterThanOrEqual(1);
    expect(world.kernel.unexpected).toEqual([]);
  });

  test('a batch that the target leaves out turns the comparison red', async () => {
    await using world = await linkWorld('broken');
    await world.startSource();
    await world.kernel.clock.settle();
    world.kernel.faults.add({ id: 'skip', point: 'target.apply', effect: { kind: 'skip' }, times: 1 });
    await world.writeSomething();
    world.mark();
    await world.quiet();
    await expect(world.verify()).rejects.toThrow(/equals the source/);
  });
});
