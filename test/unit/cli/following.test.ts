// Commands that wait: for the end of a job, for a person, for time that stands still.
import { describe, expect, test } from 'vitest';
import type { JobRecord } from '../../../emulator/contract/resources.ts';
import { LabError } from '../../../emulator/kernel/errors.ts';
import type { ControlServer } from '../../support/controlServer.ts';
import { job, srlab, useTerminal } from './terminal.ts';

const terminal = useTerminal();
const { lab } = terminal;

describe('Following a job', () => {
  const done = {
    name: 'Commit',
    friendlyName: 'Commit',
    state: 'Succeeded',
    stateDescription: 'Completed',
    startedMs: 0,
    endedMs: 1,
    childJobIds: [],
  } as const;

  /** A commit that ends as `ended` after the command has begun to listen. */
  async function commitThatEnds(ended: JobRecord): Promise<ControlServer> {
    const server: ControlServer = await lab({
      'clock.show': () => ({ timeMs: 0, speed: 1 }),
      'item.commit': () => {
        server.publish({ kind: 'job', job: ended });
        return job('InProgress');
      },
      'job.show': () => ended,
    });
    return server;
  }

  test('the command ends with the job, and shows each task once', async () => {
    await commitThatEnds(job('Succeeded', { endedMs: 1, tasks: [done] }));
    const { code, out, errors } = await srlab(['commit', 'web01', '--dir', terminal.dir]);
    expect(code).toBe(0);
    expect(errors.match(/done {2}Commit/g)).toHaveLength(1);
    expect(out).toMatch(/^Commit of web01: Succeeded/);
  });

  test('on a paused clock the command lets time go on, and not further than the job needs', async () => {
    let timeMs = 0;
    const server = await lab({
      'clock.show': () => ({ timeMs, speed: 'paused' }),
      'clock.step': ({ stepMs }) => ({ timeMs: (timeMs += stepMs), speed: 'paused' }),
      'item.commit': () => job('InProgress'),
      'job.show': () => (timeMs < 30_000 ? job('InProgress') : job('Succeeded', { endedMs: timeMs, tasks: [done] })),
    });
    const { code, errors } = await srlab(['commit', 'web01', '--dir', terminal.dir]);
    expect(code).toBe(0);
    expect(errors).toMatch(/The clock is paused.*\n(.*\n)*.*done {2}Commit/);
    expect(server.calls.filter(({ name }) => name === 'clock.step')).toHaveLength(2);
  });

  test('on a paused clock an answer that needs no time takes none', async () => {
    const server = await lab({
      'clock.show': () => ({ timeMs: 0, speed: 'paused' }),
      'clock.step': () => ({ timeMs: 0, speed: 'paused' }),
      'machine.power': () => {
        throw new LabError('NotFound', 'web01');
      },
    });
    const { code } = await srlab(['power', 'shutdown', 'web01', '--dir', terminal.dir]);
    expect(code).toBe(1);
    expect(server.calls.filter(({ name, request }) => name === 'clock.step' && (request as { stepMs: number }).stepMs > 0)).toEqual([]);
  });

  test('a failed job shows its errors and remedies and ends with code 1', async () => {
    await commitThatEnds(job('Failed', { errors: [new LabError('LinkDown', 'configserver-vault is cut.').toBody()] }));
    const { code, out } = await srlab(['commit', 'web01', '--dir', terminal.dir]);
    expect(code).toBe(1);
    expect(out).toMatch(/Failed.*\n {2}LinkDown: .*\n {2}What to do: Restore the link/);
  });

  test('a job that waits for a person says for what, and ends with code 4', async () => {
    await commitThatEnds(
      job('Suspended', {
        stateDescription: 'WaitingForManualAction',
        tasks: [{ ...done, state: 'Suspended', endedMs: null, instruction: 'Point the name at Azure.' }],
      }),
    );
    const { code, out } = await srlab(['commit', 'web01', '--dir', terminal.dir]);
    expect(code).toBe(4);
    expect(out).toContain('Waits for you: Point the name at Azure.\n  Then: srlab job resume j-1');
  });

  test('a lab that dies meanwhile is an error, not a success', async () => {
    const server: ControlServer = await lab({
      'clock.show': () => ({ timeMs: 0, speed: 1 }),
      'item.commit': () => {
        setImmediate(() => void server.die());
        return job('InProgress');
      },
    });
    const { code, lines } = await srlab(['commit', 'web01', '--json', '--dir', terminal.dir]);
    expect(code).toBe(1);
    expect(lines.at(-1)).toEqual({ error: expect.objectContaining({ code: 'PeerUnreachable' }) });
  });
});
