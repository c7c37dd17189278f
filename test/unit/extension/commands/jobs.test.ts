// A job followed by what the model says, to the orchestrator's own verdict.
import { describe, expect, test } from 'vitest';
import type { JobRecord } from '../../../../emulator/contract/resources.ts';
import { followJob, instructionOf, progressText } from '../../../../extension/commands/jobFollower.ts';
import { verdictOf } from '../../../../extension/commands/verdict.ts';
import type { Job } from '../../../../extension/client/vaultClient.ts';
import type { LabSnapshot } from '../../../../extension/model/snapshot.ts';
import { snapshotOf } from '../operations/site.ts';

/** The model's members that a follower sees. */
class Feed {
  snapshot: LabSnapshot = snapshotOf({});
  readonly #listeners = new Set<(snapshot: LabSnapshot) => void>();

  async caughtUp(): Promise<void> {}

  get listeners(): number {
    return this.#listeners.size;
  }

  onChange(listener: (snapshot: LabSnapshot) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  say(snapshot: LabSnapshot): void {
    this.snapshot = snapshot;
    for (const listener of this.#listeners) listener(snapshot);
  }
}

function record(change: Partial<JobRecord> = {}): JobRecord {
  return {
    jobId: 'j1',
    kind: 'TestFailover',
    friendlyName: 'Test failover',
    subject: 'web01',
    state: 'InProgress',
    stateDescription: 'In progress',
    allowedActions: ['Cancel'],
    startedMs: 0,
    endedMs: null,
    tasks: [],
    errors: [],
    ...change,
  };
}

function job(state: string, properties: NonNullable<Job['properties']> = {}): Job {
  return { name: 'j1', properties: { state, targetObjectName: 'web01', ...properties } };
}

const running = (change: Partial<JobRecord> = {}): LabSnapshot => snapshotOf({}, { runningJobs: new Map([['j1', record(change)]]) });
const ended = (state: string): LabSnapshot => snapshotOf({ jobs: [job(state)] });

describe('Following', () => {
  test('ends when the vault says that the job has ended, and reads it whole', async () => {
    const feed = new Feed();
    const seen: string[] = [];
    const following = followJob({ model: feed, vault: { job: async (name) => ({ name, properties: { state: 'Succeeded' } }) } }, 'j1', ({ state }) =>
      seen.push(state),
    );
    feed.say(running({ state: 'NotStarted' }));
    feed.say(running());
    // The feed has let go of it, but the list was not read yet.
    feed.say(snapshotOf({ jobs: [job('InProgress')] }));
    feed.say(ended('Succeeded'));
    expect(await following).toEqual({ name: 'j1', properties: { state: 'Succeeded' } });
    expect(seen).toEqual(['NotStarted', 'InProgress']);
    expect(feed.listeners).toBe(0);
  });

  test('of a job that ended before anybody looked ends at once', async () => {
    const feed = new Feed();
    feed.say(ended('Failed'));
    expect((await followJob({ model: feed, vault: { job: async () => job('Failed') } }, 'j1', () => undefined)).properties?.state).toBe('Failed');
  });

  test('a job of a lab that is lost ends with what to do', async () => {
    const feed = new Feed();
    feed.say(running());
    const following = followJob({ model: feed, vault: { job: async () => job('') } }, 'j1', () => undefined);
    feed.say({ ...running(), state: 'lost' });
    await expect(following).rejects.toMatchObject({ code: 'LabLost' });
    expect(feed.listeners).toBe(0);
  });
});

describe('Progress', () => {
  const task = (friendlyName: string, change: Partial<JobRecord['tasks'][number]> = {}): JobRecord['tasks'][number] => ({
    name: friendlyName,
    friendlyName,
    state: 'NotStarted',
    stateDescription: '',
    startedMs: 0,
    endedMs: null,
    childJobIds: [],
    ...change,
  });

  test('names the task that is being done', () => {
    const tasks = [
      task('Prerequisites check', { state: 'Succeeded', endedMs: 1 }),
      task('Creating test virtual machine', { state: 'InProgress' }),
      task('Start'),
    ];
    expect(progressText(record({ tasks }))).toBe('2 of 3: Creating test virtual machine');
    expect(progressText(record({ state: 'NotStarted' }))).toBe('Starting');
  });

  test('of a job that waits for a person has what is asked of them', () => {
    expect(instructionOf(record({ state: 'Suspended', tasks: [task('Manual action', { state: 'Suspended', instruction: 'Switch the DNS' })] }))).toBe(
      'Switch the DNS',
    );
    expect(instructionOf(record())).toBeUndefined();
  });
});

describe('Verdict', () => {
  test('is success only when the orchestrator says so', () => {
    expect(verdictOf('Failover', job('Succeeded'))).toEqual({ kind: 'succeeded', text: 'Failover of web01 succeeded.' });
    expect(verdictOf('Create Recovery Plan', job('Succeeded', { targetObjectName: 'shop', targetInstanceType: 'RecoveryPlan' })).text).toBe(
      'Create Recovery Plan (shop) succeeded.',
    );
    expect(verdictOf('Failover', job('Succeeded', { targetObjectName: 'שרת 1' })).text).toBe('Failover of \u2068שרת 1\u2069 succeeded.');
    expect(verdictOf('Failover', job('Cancelled'))).toEqual({ kind: 'cancelled', text: 'Failover of web01 was cancelled.' });
    expect(verdictOf('Failover', job('PartiallySucceeded')).kind).toBe('information');
    expect(verdictOf('Failover', job('SomethingNew')).kind).toBe('failed');
  });

  test('of a failure has code, cause and action', () => {
    const errors = [
      {
        serviceErrorDetails: {
          code: '28031',
          message: 'The machine could not be made.',
          possibleCauses: 'The quota is used up.',
          recommendedAction: 'Raise it.',
        },
      },
    ];
    expect(verdictOf('Failover', job('Failed', { errors })).text).toBe(
      'Failover of web01 failed. The machine could not be made. (28031) Possible causes: The quota is used up. What to do: Raise it.',
    );
  });
});
