// One seed's story: protect, live, judge; in some of them over to Azure and back, living and judging on each side.
import { comeToRest, requirePoint, requirePresent, verifyEverything } from './atRest.ts';
import { live } from './actions.ts';
import type { TrackedMachine, World } from './world.ts';

export interface EpisodeOptions {
  /** Random actions in each direction. */
  readonly actions: number;
  readonly roundTrip: boolean;
}

/** @returns how many recovery points were compared */
export async function runEpisode(world: World, { actions, roundTrip }: EpisodeOptions): Promise<number> {
  await protect(world);
  await live(world, actions, 'forward');
  let compared = await judge(world);
  if (!roundTrip) return compared;
  await failOver(world);
  await reprotect(world);
  await live(world, actions, 'reverse');
  compared += await judge(world);
  await failBack(world);
  await reprotect(world);
  await live(world, Math.ceil(actions / 2), 'forward');
  return compared + (await judge(world));
}

async function judge(world: World): Promise<number> {
  world.tell('comes to rest');
  await comeToRest(world);
  return verifyEverything(world);
}

export async function protect(world: World): Promise<void> {
  for (const machine of world.machines) for (let number = 0; number < 8; number += 1) await world.write(machine);
  for (const { name: machine, group } of world.machines) await world.finish(await world.call('item.enable', { machine, ...(group === null ? {} : { group }) }));
  await comeToRest(world);
}

/** To any point, or the latest after a shutdown: the machine goes on from what that point holds. */
async function failOver(world: World): Promise<void> {
  for (const machine of world.machines) {
    const points = await world.call('item.points', { machine: machine.name });
    const shutdown = world.random.next() < 0.5;
    const point = world.random.pick(points);
    world.tell(`failover of ${machine.name} to ${shutdown ? 'the latest point' : new Date(point.timeMs).toISOString()}`);
    const content = shutdown ? machine.model.present : ((await requirePoint(world, machine, point))[0]?.content ?? []);
    await world.finish(
      await world.call('item.failover', {
        machine: machine.name,
        point: shutdown ? 'Latest' : { pointId: point.pointId },
        shutdown,
        acknowledgeRunningSource: !shutdown,
      }),
    );
    await moved(world, machine, { to: 'azure', content });
    await world.finish(await world.call('item.commit', { machine: machine.name }));
    for (let number = 0; number < 6; number += 1) await world.write(machine);
  }
}

async function reprotect(world: World): Promise<void> {
  const inAzure = world.machines.some((machine) => machine.location === 'azure');
  if (inAzure) await world.call('link.set', { path: 'site-to-site', state: 'up' });
  // The Mobility service registers again on the other side.
  await world.step(20 * 60_000);
  for (const { name: machine, group } of world.machines) {
    if (group !== null) continue;
    world.tell(`reprotect ${machine}`);
    await world.finish(await world.call('item.reprotect', { machine }));
  }
  // Members of a replication group go together, which takes a plan.
  const members = world.machines.filter(({ group }) => group !== null).map(({ name }) => name);
  if (members.length > 0) {
    world.tell(`reprotect ${members.join(' and ')}`);
    await world.finish(await world.call('plan.put', { plan: 'group', groups: [{ kind: 'Boot', machines: members, before: [], after: [] }] }));
    await world.finish(await world.call('plan.reprotect', { plan: 'group' }));
  }
  await comeToRest(world);
}

async function failBack(world: World): Promise<void> {
  for (const machine of world.machines) {
    world.tell(`failback of ${machine.name}`);
    const content = machine.model.present;
    await world.finish(await world.call('item.failback', { machine: machine.name, point: 'Latest', shutdown: true }));
    await moved(world, machine, { to: 'onPremises', content });
    await world.finish(await world.call('item.commit', { machine: machine.name }));
    for (let number = 0; number < 6; number += 1) await world.write(machine);
  }
}

/** The machine works on the other side, with exactly this content. */
async function moved(
  world: World,
  machine: TrackedMachine,
  { to, content }: { to: TrackedMachine['location']; content: TrackedMachine['model']['present'] },
): Promise<void> {
  await world.refreshTime();
  machine.location = to;
  const { machineId, azureMachine } = await world.item(machine);
  machine.address = to === 'onPremises' ? machineId : (azureMachine ?? machine.name);
  world.became(machine, content);
  await requirePresent(world, machine);
}
