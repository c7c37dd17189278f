// Jobs: stored after each step, taken up by the next process, honest about waits, failures and cancels.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LabError } from '../../../emulator/kernel/errors.ts';
import { JobRunner } from '../../../emulator/kernel/jobs.ts';
import type { TaskDefinition, TaskOutcome } from '../../../emulator/kernel/jobDefinition.ts';
import { allowedActions } from '../../../emulator/kernel/jobRecord.ts';
import { Store } from '../../../emulator/kernel/store.ts';
import { testKernel } from '../azure/vault/estate.ts';

const target = { targetId: 'vm', targetName: 'VM', targetType: 'Machine' };
let folder: string;
let store: Store;
let world: ReturnType<typeof testKernel>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jobs-'));
  store = new Store(join(folder, 'jobs.db'));
  world = testKernel();
});
afterEach(() => {
  world.clock.close();
  store[Symbol.dispose]();
  rmSync(folder, { recursive: true, force: true });
  expect(world.defects).toEqual([]);
});

function runner(tasks: readonly TaskDefinition<unknown>[], more: { ended?: () => void } = {}): JobRunner {
  const jobs = new JobRunner({ kernel: world.kernel, store });
  jobs.define({ kind: 'Work', friendlyName: 'Some work', tasks: () => tasks, ...more });
  return jobs;
}
const task = (name: string, run: TaskDefinition<unknown>['run'], more: Partial<TaskDefinition<unknown>> = {}): TaskDefinition<unknown> => ({
  name,
  friendlyName: name,
  run,
  ...more,
});

test('the list of tasks is whole before the first has run, and a skipped task is Other', async () => {
  await using jobs = runner([task('a', () => 'skipped'), task('b', () => 'done')]);
  const { jobId } = jobs.start('Work', {}, { target });
  expect(jobs.get(jobId).tasks.map((one) => one.state)).toEqual(['NotStarted', 'NotStarted']);
  await world.clock.settle();
  expect(jobs.get(jobId)).toMatchObject({ state: 'Succeeded', stateDescription: 'Completed' });
  expect(jobs.get(jobId).tasks.map((one) => `${one.state} ${one.stateDescription}`)).toEqual(['Other Skipped', 'Succeeded Completed']);
});

test('a task waits for a time or a wake, whichever comes first', async () => {
  let ready = false;
  await using jobs = runner([task('time', (context) => context.notBefore(5000) ?? 'done'), task('event', () => (ready ? 'done' : { wait: 'the bell' }))]);
  const { jobId } = jobs.start('Work', {}, { target });
  await world.clock.advance(4999);
  expect(jobs.get(jobId).tasks[0]?.state).toBe('InProgress');
  await world.clock.advance(1);
  expect(jobs.get(jobId).tasks[1]?.wait?.reason).toBe('the bell');
  ready = true;
  jobs.wake();
  await world.clock.settle();
  expect(jobs.get(jobId).state).toBe('Succeeded');
});

test('a wait past its limit fails and says what was waited for', async () => {
  await using jobs = runner([task('never', () => ({ wait: 'Godot' }), { limitMs: 60_000 })]);
  const { jobId } = jobs.start('Work', {}, { target });
  await world.clock.advance(61_000);
  expect(jobs.get(jobId).errors[0]).toMatchObject({ code: 'JobTimedOut', message: expect.stringContaining('Godot') as string });
});

test('a link that is down is waited for, any other failure ends the job, which can be restarted where it failed', async () => {
  let trouble: LabError | undefined = new LabError('LinkDown');
  let firstRuns = 0;
  await using jobs = runner([
    task('first', () => ((firstRuns += 1), 'done')),
    task('second', () => {
      if (trouble !== undefined) throw trouble;
      return 'done';
    }),
  ]);
  const { jobId } = jobs.start('Work', {}, { target });
  await world.clock.advance(20_000);
  expect(jobs.get(jobId).state).toBe('InProgress');
  trouble = new LabError('NotFound', 'disk');
  await world.clock.advance(5000);
  expect(jobs.get(jobId)).toMatchObject({ state: 'Failed', errors: [{ code: 'NotFound' }] });
  expect(allowedActions(jobs.get(jobId))).toEqual(['Restart']);
  trouble = undefined;
  jobs.restart(jobId);
  await world.clock.settle();
  expect(jobs.get(jobId)).toMatchObject({ state: 'Succeeded', attempt: 2, errors: [] });
  expect(firstRuns).toBe(1);
});

test('a task that goes on after errors lets the next run, and the job fails at its end', async () => {
  const ran: string[] = [];
  await using jobs = runner([
    task('bad', () => ({ failed: new LabError('NotFound') }), { onError: 'continue' }),
    task('good', () => (ran.push('good'), 'done')),
  ]);
  const { jobId } = jobs.start('Work', {}, { target });
  await world.clock.settle();
  expect(ran).toEqual(['good']);
  expect(jobs.get(jobId).state).toBe('Failed');
});

test('a manual action suspends the job until somebody resumes it with a comment', async () => {
  await using jobs = runner([task('manual', () => ({ suspend: 'WaitingForManualAction' })), task('after', () => 'done')]);
  const { jobId } = jobs.start('Work', {}, { target });
  await world.clock.advance(3_600_000 * 48);
  expect(jobs.get(jobId)).toMatchObject({ state: 'Suspended', stateDescription: 'WaitingForManualAction' });
  jobs.resumeSuspended(jobId, 'checked');
  await world.clock.settle();
  expect(jobs.get(jobId)).toMatchObject({ state: 'Succeeded', comment: 'checked' });
});

test('a cancelled job ends at its wait, tells its definition, and cannot be cancelled twice', async () => {
  const ended: string[] = [];
  await using jobs = runner([task('long', () => ({ wait: 'something' }))], { ended: () => ended.push('ended') });
  const { jobId } = jobs.start('Work', {}, { target });
  await world.clock.settle();
  jobs.cancel(jobId);
  await world.clock.settle();
  expect(jobs.get(jobId).state).toBe('Cancelled');
  expect(ended).toEqual(['ended']);
  expect(() => jobs.cancel(jobId)).toThrow(expect.objectContaining({ code: 'JobActionNotAllowed' }) as Error);
  expect(() => jobs.get('nobody')).toThrow(expect.objectContaining({ code: 'JobNotFound' }) as Error);
});

test('a remark is kept and the job completes with information', async () => {
  await using jobs = runner([task('warn', () => ({ information: new LabError('FaultInjected', 'VSS') }))]);
  const { jobId } = jobs.start('Work', {}, { target });
  await world.clock.settle();
  expect(jobs.get(jobId)).toMatchObject({ state: 'CompletedWithInformation', errors: [{ code: 'FaultInjected' }] });
});

test('the next process takes up an unfinished job at its task, with its memory and its children', async () => {
  let ready = false;
  const definition = (jobs: JobRunner): void => {
    jobs.define({
      kind: 'Parent',
      friendlyName: 'Parent',
      tasks: () => [
        task('note', (context) => (context.remember('note', 42), 'done')),
        task('group', (context): TaskOutcome => {
          const child = context.child('one', (parentJobId) => jobs.start('Child', {}, { target, parentJobId }));
          return child.endMs === null ? { wait: 'child' } : 'done';
        }),
      ],
    });
    jobs.define({ kind: 'Child', friendlyName: 'Child', tasks: () => [task('wait', () => (ready ? 'done' : { wait: 'ready' }))] });
  };
  const first = new JobRunner({ kernel: world.kernel, store });
  definition(first);
  const { jobId } = first.start('Parent', {}, { target });
  await world.clock.settle();
  await first[Symbol.asyncDispose]();
  await using second = new JobRunner({ kernel: world.kernel, store });
  definition(second);
  second.resume();
  await world.clock.settle();
  expect(second.get(jobId).memory['note']).toBe(42);
  ready = true;
  second.wake();
  await world.clock.settle();
  expect(second.get(jobId).state).toBe('Succeeded');
  expect(second.list().map((job) => job.kind)).toEqual(['Parent', 'Child']);
});
