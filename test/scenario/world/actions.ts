// What may happen to a lab: writes, time, marks, cuts, kills, resynchronisations, switches, drills, changed policies. All from the world's own chance.
import { LabError } from '../../../emulator/kernel/errors.ts';
import { requireDisk, requirePoint } from './atRest.ts';
import type { TrackedMachine, World } from './world.ts';
import { siteProcessServers } from './worldEstate.ts';

type Action = (world: World) => Promise<void>;

const minuteMs = 60_000;
/** A burst of writes takes longer than the latest moment of its kill. */
const burst = { writes: 40, killWithinMs: 200 } as const;

function anyMachine(world: World): TrackedMachine {
  return world.random.pick(world.machines);
}

const writeSome: Action = async (world) => {
  const machine = anyMachine(world);
  const count = 1 + world.random.integer(12);
  world.tell(`${count} writes on ${machine.name}`);
  for (let number = 0; number < count; number += 1) await world.write(machine);
};

const passTime: Action = async (world) => {
  const stepMs = 1000 * (1 + world.random.integer(world.random.next() < 0.7 ? 60 : 720));
  world.tell(`${stepMs / 1000} s pass`);
  await world.step(stepMs);
};

const mark: Action = async (world) => {
  const machine = anyMachine(world);
  const consistency = world.random.next() < 0.5 ? 'CrashConsistent' : 'ApplicationConsistent';
  world.tell(`${consistency} mark of ${machine.name}`);
  await world.attempt('machine.mark', { machine: machine.name, consistency });
  await world.refreshTime();
};

/** The private connection is cut where it has been built. */
const cut: Action = async (world) => {
  const up = (await world.call('link.list', {})).filter(({ state }) => state === 'up');
  if (up.length === 0) return;
  const { path } = world.random.pick(up);
  world.tell(`cut ${path}`);
  await world.call('link.set', { path, state: 'cut' });
};

const mend: Action = async (world) => {
  const cutOnes = (await world.call('link.list', {})).filter(({ state }) => state === 'cut');
  if (cutOnes.length === 0) return;
  const { path } = world.random.pick(cutOnes);
  world.tell(`mend ${path}`);
  await world.call('link.set', { path, state: 'up' });
};

/** SIGKILL of a process beside the lab's while time and writes go on. */
const killRole: Action = async (world) => {
  const { roles } = await world.call('lab.status', {});
  const role = world.random.pick(roles.filter(({ pid }) => pid !== undefined)).name;
  const machine = anyMachine(world);
  world.tell(`kill ${role} while ${machine.name} writes`);
  const work = async (): Promise<void> => {
    if (machine.location === 'onPremises') for (let number = 0; number < 4; number += 1) await world.write(machine);
    await world.step(minuteMs);
  };
  await Promise.all([world.call('role.restart', { role, kill: true }), work()]);
};

const killLab: Action = async (world) => {
  world.tell('kill the lab');
  await world.killLab(() => world.call('clock.step', { stepMs: 5 * minuteMs }), 400);
};

/** In the middle of a burst of writes: one of them is under way and has no answer. */
const killLabWriting: Action = async (world) => {
  const machine = anyMachine(world);
  const writes = Array.from({ length: burst.writes }, () => world.planWrite(machine));
  world.tell(`kill the lab while ${machine.name} writes`);
  await world.killLab(async () => {
    for (const write of writes) await world.perform(machine, write);
  }, burst.killWithinMs);
};

const resync: Action = async (world) => {
  const machine = anyMachine(world);
  world.tell(`resynchronise ${machine.name}`);
  await world.attempt('item.resync', { machine: machine.name });
};

const switchProcessServer: Action = async (world) => {
  const machine = anyMachine(world);
  const { processServer } = await world.item(machine);
  const other = siteProcessServers.find((name) => name !== processServer);
  if (other === undefined) return;
  world.tell(`${machine.name} goes to process server ${other}`);
  await world.attempt('item.switchProcessServer', { machine: machine.name, processServer: other });
};

const changePolicy: Action = async (world) => {
  const hours = 1 + world.random.integer(24);
  world.tell(`retention of ${hours} hours`);
  await world.attempt('policy.update', {
    name: 'policy',
    retentionMs: hours * 60 * minuteMs,
    appConsistentIntervalMs: world.random.pick([30, 60, 120]) * minuteMs,
  });
};

/** A test failover to any point: the copy must hold what the point holds. */
const drill: Action = async (world) => {
  const machine = anyMachine(world);
  const points = await world.call('item.points', { machine: machine.name });
  if (points.length === 0) return;
  const point = world.random.pick(points);
  world.tell(`drill of ${machine.name}`);
  const job = await world.attempt('item.testFailover', { machine: machine.name, point: { pointId: point.pointId } });
  if (job instanceof LabError) return;
  await world.until('drill', async () => (await world.call('job.show', { jobId: job.jobId })).endedMs !== null);
  const { state } = await world.call('job.show', { jobId: job.jobId });
  const { testMachine } = await world.item(machine);
  if (state === 'Succeeded' && testMachine !== null) {
    const [span] = await requirePoint(world, machine, point).catch((error: unknown) => {
      // Thinned away meanwhile.
      if (LabError.is(error, 'NotFound')) return [];
      throw error;
    });
    for (const [number, content] of (span?.content ?? []).entries())
      await requireDisk(world, {
        what: `drill of ${machine.name} disk ${number}`,
        disk: { location: 'azure', machine: testMachine, disk: String(number), at: 'present' },
        content,
      });
  } else world.tell(`  ${state}`);
  if (testMachine !== null) {
    const cleanup = await world.attempt('item.testFailoverCleanup', { machine: machine.name });
    if (!(cleanup instanceof LabError)) await world.until('cleanup', async () => (await world.call('job.show', { jobId: cleanup.jobId })).endedMs !== null);
  }
  await world.refreshTime();
};

interface Choice {
  readonly weight: number;
  readonly action: Action;
}

const always: readonly Choice[] = [
  { weight: 10, action: writeSome },
  { weight: 7, action: passTime },
  { weight: 2, action: mark },
  { weight: 2, action: cut },
  { weight: 3, action: mend },
  { weight: 2, action: killRole },
  { weight: 1, action: killLab },
  { weight: 1, action: killLabWriting },
  { weight: 1, action: resync },
];
const forwardOnly: readonly Choice[] = [
  { weight: 1, action: switchProcessServer },
  { weight: 1, action: changePolicy },
  { weight: 1, action: drill },
];

/** Lets this much happen, drawn from the world's chance. */
export async function live(world: World, actions: number, direction: 'forward' | 'reverse'): Promise<void> {
  const choices = direction === 'forward' ? [...always, ...forwardOnly] : always;
  const total = choices.reduce((sum, { weight }) => sum + weight, 0);
  for (let number = 0; number < actions; number += 1) {
    let drawn = world.random.integer(total);
    for (const { weight, action } of choices) {
      drawn -= weight;
      if (drawn >= 0) continue;
      await action(world);
      break;
    }
  }
}
