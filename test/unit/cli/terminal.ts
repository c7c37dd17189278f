// What a person at a terminal does: types a command line, and reads what came of it.
import { PassThrough, Readable } from 'node:stream';
import { runCommandLine } from '../../../emulator/cli/program.ts';
import type { JobRecord } from '../../../emulator/contract/resources.ts';

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
  readonly lines: readonly unknown[];
}

export async function srlab(args: readonly string[], input = ''): Promise<Ended> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const refuse = async (): Promise<never> => {
    throw new Error('this command must not start a lab');
  };
  const code = await runCommandLine(args, {
    streams: { stdout, stderr },
    stdin: Readable.from([Buffer.from(input)]),
    stop: new AbortController().signal,
    openLab: refuse,
    openRole: refuse,
  });
  const out = String(stdout.read() ?? '');
  const lines = args.includes('--json')
    ? out
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line))
    : [];
  return { code, out, errors: String(stderr.read() ?? ''), lines };
}

/** A commit of web01. */
export function job(state: JobRecord['state'], change: Partial<JobRecord> = {}): JobRecord {
  return {
    jobId: 'j-1',
    kind: 'CommitFailover',
    friendlyName: 'Commit',
    subject: 'web01',
    state,
    stateDescription: state,
    allowedActions: [],
    startedMs: 0,
    endedMs: null,
    tasks: [],
    errors: [],
    ...change,
  };
}
