// Drills: a copy beside production that changes nothing, and its cleanup (asr-behaviour §7.1).
import type { JobDefinition, TaskContext, TaskOutcome } from '../../../kernel/jobDefinition.ts';
import type { JobView } from '../../../kernel/jobRecord.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { PointChoice, RecoveryPoint } from '../../../replication/recoveryPoint.ts';
import { durationMs, type VaultContext } from '../context.ts';
import { changeItem, releaseItem, retakeItem, startItemJob } from '../items/itemJobs.ts';
import { allowedOperations } from '../items/protectionState.ts';
import type { ProtectedItem, TestFailover } from '../items/state.ts';
import { failoverGate, gatedLimitMs, heldAt, startGate, type Gate } from '../plans/gates.ts';
import { requireDirection, type FailoverDirection } from './direction.ts';
import { createAzureCopy, drillNetwork, hydrationMs } from './azureCopies.ts';
import { requireChoice, resolvePoint, settleLatest, sourceIsHeard } from './points.ts';

export interface TestFailoverInput {
  readonly itemId: string;
  readonly choice: PointChoice;
  /** Null: the copy gets no network card. */
  readonly networkName: string | null;
  readonly gate: Gate | null;
}

/** Of one machine. `networkName` absent: the network that its properties name for drills. */
export type TestFailoverRequest = Omit<TestFailoverInput, 'gate' | 'networkName'> & {
  readonly networkName?: string | null;
  readonly direction?: FailoverDirection;
};

/** @throws LabError InvalidFailoverDirection, and as `startTestFailover` */
export function requestTestFailover(context: VaultContext, { direction, networkName, ...request }: TestFailoverRequest): JobView {
  const item = context.records.items.require(request.itemId);
  requireDirection(item, 'failover', direction);
  return startTestFailover(context, {
    ...request,
    networkName: networkName === undefined ? (item.forward.target.testNetworkName ?? null) : networkName,
    gate: null,
  });
}

export interface CleanupInput {
  readonly itemId: string;
  readonly comments: string | null;
}

/** @throws LabError NetworkNotFound, InvalidArgument, OperationNotAllowed, ItemBusy */
export function startTestFailover(context: VaultContext, input: TestFailoverInput, parentJobId?: string): JobView {
  requireChoice(input.choice, 'forward', input.gate === null ? 'machine' : 'plan');
  if (input.networkName !== null && context.deps.network.subnets(input.networkName) === undefined)
    throw new LabError('NetworkNotFound', `${input.networkName}.`);
  return startItemJob(context, {
    itemId: input.itemId,
    kind: 'TestFailover',
    operation: 'TestFailover',
    input,
    ...(parentJobId === undefined ? {} : { parentJobId }),
  });
}

export function startTestFailoverCleanup(context: VaultContext, input: CleanupInput, parentJobId?: string): JobView {
  return startItemJob(context, {
    itemId: input.itemId,
    kind: 'TestFailoverCleanup',
    operation: 'TestFailoverCleanup',
    input,
    ...(parentJobId === undefined ? {} : { parentJobId }),
  });
}

/** Drills that nobody has cleaned up within the profile's time are ended by force (asr-behaviour §7.1). */
export function endOverdueDrills(context: VaultContext): void {
  const { openDrillMs } = context.profile;
  if (openDrillMs === undefined) return;
  const nowMs = context.kernel.clock.now();
  for (const item of context.records.items.list()) {
    const { openSinceMs } = item.testFailover;
    if (typeof openSinceMs !== 'number' || nowMs - openSinceMs < openDrillMs.value || !allowedOperations(item, false).includes('TestFailoverCleanup')) continue;
    startTestFailoverCleanup(context, { itemId: item.itemId, comments: `Ended by force after ${Math.floor((nowMs - openSinceMs) / 86_400_000)} days.` });
  }
}

export function testFailoverJob(context: VaultContext): JobDefinition<TestFailoverInput> {
  return {
    kind: 'TestFailover',
    friendlyName: 'Test failover',
    tasks: ({ gate }) => [
      { name: 'VmTfoPrerequisitesCheck', friendlyName: 'Prerequisites check for test failover', run: (task) => checkPrerequisites(context, task) },
      { name: 'VmTfoInitiateFailover', friendlyName: 'Starting test failover', limitMs: gatedLimitMs(gate), run: (task) => initiate(context, task) },
      { name: 'VmTfoPrepareTestVm', friendlyName: 'Creating test virtual machine', run: (task) => prepareMachine(context, task) },
      { name: 'VmTfoBootTestVm', friendlyName: 'Start the virtual machine', limitMs: gatedLimitMs(gate), run: (task) => boot(context, task.input) },
    ],
    ended: (job, input) => {
      releaseItem(context, job, { itemId: input.itemId });
      // What was made before a failure is there to be cleaned up.
      changeTest(context, input.itemId, (test) => ({
        ...test,
        state: test.copy === null ? 'None' : 'WaitingForCompletion',
        lastRunSucceeded: job.state === 'Succeeded',
        job: test.copy === null ? null : (test.job ?? null),
        openSinceMs: test.copy === null ? null : context.kernel.clock.now(),
      }));
    },
    restarted: (job, input) => retakeItem(context, job, { itemId: input.itemId }),
  };
}

export function testFailoverCleanupJob(context: VaultContext): JobDefinition<CleanupInput> {
  return {
    kind: 'TestFailoverCleanup',
    friendlyName: 'Test failover cleanup',
    cancellable: false,
    tasks: () => [
      { name: 'VmTfoCleanupPreflightsCheck', friendlyName: 'Prerequisites check for test failover cleanup', run: () => 'done' },
      {
        name: 'VmTfoEndFailover',
        friendlyName: 'Ending test failover',
        run: ({ input }) => {
          changeTest(context, input.itemId, (test) => ({ ...test, state: 'MarkedForDeletion', comments: input.comments }));
          return 'done';
        },
      },
      { name: 'VmTfoDeleteTestVm', friendlyName: 'Clean up the test virtual machine', run: (task) => cleanUp(context, task) },
    ],
    ended: (job, input) => releaseItem(context, job, { itemId: input.itemId }),
    restarted: (job, input) => retakeItem(context, job, { itemId: input.itemId }),
  };
}

function checkPrerequisites(context: VaultContext, { input, job }: TaskContext<TestFailoverInput>): TaskOutcome {
  const item = context.records.items.require(input.itemId);
  resolvePoint(context, item, input);
  changeTest(context, item.itemId, (test) => ({ ...test, state: 'InProgress', job: { jobId: job.jobId, startMs: job.startMs ?? job.createdMs } }));
  return 'done';
}

async function initiate(context: VaultContext, task: TaskContext<TestFailoverInput>): Promise<TaskOutcome> {
  const { input } = task;
  const held = heldAt(context, input.gate, failoverGate);
  if (held !== undefined) return held;
  const item = context.records.items.require(input.itemId);
  if (input.choice === 'Latest') {
    const waiting = await settleLatest(context, task, {
      item,
      source: sourceIsHeard(context, item) && item.forward.replication === 'running' ? 'running' : 'lost',
    });
    if (waiting !== undefined) return waiting;
  }
  task.remember('point', resolvePoint(context, item, input));
  return 'done';
}

async function prepareMachine(context: VaultContext, task: TaskContext<TestFailoverInput>): Promise<TaskOutcome> {
  const { input } = task;
  const item = context.records.items.require(input.itemId);
  if (task.recall('made') === undefined) {
    const copy = await createAzureCopy(context, item, {
      point: task.recall<RecoveryPoint>('point') as RecoveryPoint,
      name: drillName(context, item),
      drill: true,
      network: drillNetwork(context, item, input.networkName),
    });
    changeTest(context, item.itemId, (test) => ({ ...test, copy }));
    task.remember('made', true);
  }
  return task.notBefore(hydrationMs(context, item), 'The drivers of the machine are being prepared.') ?? 'done';
}

async function boot(context: VaultContext, input: TestFailoverInput): Promise<TaskOutcome> {
  const held = input.gate === null ? undefined : heldAt(context, input.gate, startGate(input.gate.group));
  if (held !== undefined) return held;
  const item = context.records.items.require(input.itemId);
  if (item.testFailover.copy === null) throw new Error('The test machine was made by the task before.');
  await context.deps.compute.start(item.testFailover.copy.machineId);
  changeTest(context, item.itemId, (test) => ({ ...test, state: 'WaitingForCompletion' }));
  return 'done';
}

async function cleanUp(context: VaultContext, task: TaskContext<CleanupInput>): Promise<TaskOutcome> {
  const { input } = task;
  const pause = task.notBefore(durationMs(context, 'testCleanupMs'));
  if (pause !== undefined) return pause;
  const { testFailover } = context.records.items.require(input.itemId);
  if (testFailover.copy !== null) await context.deps.compute.delete(testFailover.copy.machineId);
  // A drill counts only when its cleanup succeeded as well (asr-behaviour §5.3).
  changeTest(context, input.itemId, (test) => ({
    ...test,
    copy: null,
    job: null,
    openSinceMs: null,
    lastSuccessMs: test.lastRunSucceeded ? context.kernel.clock.now() : test.lastSuccessMs,
    lastRunSucceeded: false,
  }));
  return 'done';
}

/** The configured name with `-Test`, within the length that Azure allows. */
export function drillName(context: VaultContext, item: ProtectedItem): string {
  return `${item.forward.target.azureMachineName.slice(0, context.profile.azureNameLength.value - 5)}-Test`;
}

function changeTest(context: VaultContext, itemId: string, change: (test: TestFailover) => TestFailover): void {
  changeItem(context, itemId, (item) => ({ ...item, testFailover: change(item.testFailover) }));
}
