// The whole loop on a sample estate, through the control API alone: protect, drill, fail over, commit, re-protect, fail back, protect again.
// After each move of the machines the disks of both sides are compared by SHA-256.
import type { DiskReference } from '../contract/control/disks.ts';
import type { ItemRecord, JobRecord, MachineRecord, PlanGroup } from '../contract/resources.ts';
import type { ControlClient } from './client.ts';
import { Feed, hasEnded, hasSucceeded, showCopy, showTasks } from './follow.ts';
import { jobText } from './jobText.ts';
import { stepUntil } from './labTime.ts';
import type { Output } from './output.ts';
import type { Progress } from './progress.ts';
import { durationText, sizeText } from './texts.ts';

const planName = 'sample';
/** Lab time between the moves, so that the workloads have written something new, and the Mobility service of a machine that came to Azure has registered again. */
const pauseMs = 20 * 60_000;
/** More lab time than any step of the loop needs; what is not done by then hangs. */
const limitMs = 6 * 3_600_000;

export interface Proof {
  readonly step: string;
  readonly machine: string;
  readonly disk: string;
  readonly sizeBytes: number;
  readonly source: string;
  readonly copy: string;
  readonly equal: boolean;
}

interface Loop {
  readonly client: ControlClient;
  readonly output: Output;
  readonly progress: Progress;
}

/** A step that did not end as it should. */
class LoopStopped extends Error {}

/** @returns whether every step succeeded and every copy was equal */
export async function runSampleLoop(client: ControlClient, output: Output): Promise<boolean> {
  await using feed = await Feed.open(client);
  using progress = output.progress();
  using _copies = feed.subscribe(
    (event) => event.kind === 'item' && event.item.disks.some((disk) => disk.stage !== 'DifferentialSync') && showCopy(event.item, progress),
  );
  const loop: Loop = { client, output, progress };
  try {
    await client.call('clock.speed', { speed: 'paused' });
    const items = await protect(loop);
    await drill(loop, items);
    await failOver(loop, items);
    await failBack(loop, items);
    await protectAgain(loop, items);
    return true;
  } catch (error) {
    if (!(error instanceof LoopStopped)) throw error;
    progress.line(`stopped: ${error.message}`, { stopped: error.message });
    return false;
  } finally {
    await client.call('clock.speed', { speed: 1 });
  }
}

async function protect(loop: Loop): Promise<string[]> {
  title(loop, 'protect', 'install the Mobility service, copy the disks, make recovery points');
  const machines = (await loop.client.call('machine.list', {})).filter(
    (machine) => machine.platform !== 'Azure' && machine.notSelectable.length === 0 && machine.item === null,
  );
  await allOf(machines.map((machine) => enable(loop, machine)));
  await finish(loop, loop.client.call('plan.put', { plan: planName, groups: groupsOf(machines) }));
  return machines.map((machine) => machine.machineId);
}

async function enable(loop: Loop, machine: MachineRecord): Promise<void> {
  const { intendedGroup: group } = machine;
  await finish(loop, loop.client.call('item.enable', { machine: machine.machineId, ...(group === null ? {} : { group }) }));
  await untilProtected(loop, machine.machineId);
}

/** Members of a replication group start first and together, everything else after them. */
function groupsOf(machines: readonly MachineRecord[]): PlanGroup[] {
  const grouped = machines.filter((machine) => machine.intendedGroup !== null);
  const alone = machines.filter((machine) => machine.intendedGroup === null);
  return [grouped, alone]
    .filter((members) => members.length > 0)
    .map((members) => ({ kind: 'Boot', machines: members.map((machine) => machine.name), before: [], after: [] }));
}

async function drill(loop: Loop, machines: readonly string[]): Promise<void> {
  title(loop, 'drill', 'test failover to the latest point, replication goes on');
  await workloads(loop, machines, 'stopped');
  await finish(loop, loop.client.call('plan.testFailover', { plan: planName, point: 'Latest' }));
  await prove(loop, machines, { step: 'drill', copyOf: (item) => item.testMachine });
  await finish(loop, loop.client.call('plan.testFailoverCleanup', { plan: planName, notes: 'All checksums were equal.' }));
  await workloads(loop, machines, 'running');
  await passTime(loop);
}

async function failOver(loop: Loop, machines: readonly string[]): Promise<void> {
  title(loop, 'failover', 'shut the site down, start the machines in Azure, commit');
  await workloads(loop, machines, 'stopped');
  await finish(loop, loop.client.call('plan.failover', { plan: planName, point: 'Latest', shutdown: true }));
  await prove(loop, machines, { step: 'failover', copyOf: (item) => item.azureMachine });
  await finish(loop, loop.client.call('plan.commit', { plan: planName }));
  await workloads(loop, machines, 'running');
  await passTime(loop);
}

async function failBack(loop: Loop, machines: readonly string[]): Promise<void> {
  title(loop, 'reprotect', 'build the site-to-site link, send what changed in Azure back to the site');
  await loop.client.call('link.set', { path: 'site-to-site', state: 'up' });
  // Only now do the machines in Azure reach the configuration server, and their Mobility service registers again.
  await passTime(loop);
  await finish(loop, loop.client.call('plan.reprotect', { plan: planName }));
  await allOf(machines.map((machine) => untilProtected(loop, machine)));
  title(loop, 'failback', 'shut the Azure VMs down, start the machines at the site, commit');
  await workloads(loop, machines, 'stopped');
  await finish(loop, loop.client.call('plan.failback', { plan: planName, point: 'Latest', shutdown: true }));
  await prove(loop, machines, { step: 'failback', copyOf: (item) => item.azureMachine });
  await finish(loop, loop.client.call('plan.commit', { plan: planName }));
  await workloads(loop, machines, 'running');
}

async function protectAgain(loop: Loop, machines: readonly string[]): Promise<void> {
  title(loop, 'protect again', 'replicate to Azure as before');
  await finish(loop, loop.client.call('plan.reprotect', { plan: planName }));
  await allOf(machines.map((machine) => untilProtected(loop, machine)));
}

/** Compares each disk at the site with the one in Azure, while time stands still. @throws LoopStopped when one differs, or there is none */
async function prove(loop: Loop, machines: readonly string[], { step, copyOf }: { step: string; copyOf: (item: ItemRecord) => string | null }): Promise<void> {
  const sha256 = (disk: DiskReference): Promise<{ sha256: string; sizeBytes: number }> => loop.client.call('disk.sha256', { disk });
  let proofs = 0;
  let differ = 0;
  for (const machine of machines) {
    const item = await loop.client.call('item.show', { machine });
    for (const { diskId: disk, name } of item.disks) {
      const source = await sha256({ location: 'onPremises', machine: item.machineId, disk, at: 'present' });
      const copy = await sha256({ location: 'azure', machine: copyOf(item) ?? item.machineName, disk, at: 'present' });
      const equal = source.sha256 === copy.sha256 && source.sizeBytes === copy.sizeBytes;
      const proof: Proof = { step, machine: item.machineName, disk: name, sizeBytes: source.sizeBytes, source: source.sha256, copy: copy.sha256, equal };
      loop.progress.line(proofText(proof), { ...proof });
      proofs += 1;
      differ += equal ? 0 : 1;
    }
  }
  if (proofs === 0 || differ > 0) throw new LoopStopped(`${step}: ${differ} of ${proofs} copies differ`);
}

async function finish(loop: Loop, starting: Promise<JobRecord>): Promise<void> {
  const { jobId } = await starting;
  const shown = new Set<string>();
  const ended = await passUntil(loop, async () => {
    const job = await loop.client.call('job.show', { jobId });
    showTasks(job, shown, loop.progress);
    return hasEnded(job) ? job : undefined;
  });
  if (hasSucceeded(ended)) return;
  loop.output.record(ended, jobText);
  throw new LoopStopped(`${ended.friendlyName}: ${ended.state}`);
}

async function untilProtected(loop: Loop, machine: string): Promise<void> {
  const item = await passUntil(loop, async () => {
    const newest = await loop.client.call('item.show', { machine });
    return (newest.protectionState === 'Protected' && newest.recoveryPoints > 0) || newest.protectionState.endsWith('Failed') ? newest : undefined;
  });
  const { machineName, protectionState: state, protectionStateDescription, direction, rpoMs, healthErrors } = item;
  const rpo = rpoMs === null ? '' : `, RPO ${durationText(rpoMs)}`;
  loop.progress.line(`  ${machineName}: ${protectionStateDescription}, ${direction === 'forward' ? 'to Azure' : 'to the site'}${rpo}`, {
    machine: machineName,
    state,
    direction,
    rpoMs,
    healthErrors,
  });
  if (state !== 'Protected') throw new LoopStopped(state);
}

/** Time stands still except for steps, so the loop is the same on every computer, and nothing is written while disks are read. */
function passUntil<T>({ client }: Loop, look: () => Promise<T | undefined>): Promise<T> {
  return stepUntil(client, look, limitMs);
}

async function workloads(loop: Loop, machines: readonly string[], to: 'running' | 'stopped'): Promise<void> {
  for (const machine of machines) await loop.client.call('machine.workload', { machine, to });
}

async function passTime(loop: Loop): Promise<void> {
  await loop.client.call('clock.step', { stepMs: pauseMs });
}

/** Waits for all even when one fails: none may go on stepping time behind the back of what follows. */
async function allOf(works: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

function title(loop: Loop, step: string, sentence: string): void {
  loop.progress.line(`${step}: ${sentence}`, { step });
}

function proofText({ machine, disk, sizeBytes, source, copy, equal }: Proof): string {
  return `  ${equal ? 'equal ' : 'DIFFER'}  ${machine} ${disk} (${sizeText(sizeBytes)})\n            source ${source}\n            copy   ${copy}`;
}
