// What a person at a terminal does: types a command line, and reads what came of it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach } from 'vitest';
import { runCommandLine } from '../../../emulator/cli/program.ts';
import type { JobRecord } from '../../../emulator/contract/resources.ts';
import { controlServer, type Answers, type ControlServer } from '../../support/controlServer.ts';

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

interface Terminal {
  /** A folder of the test's own, empty when it begins. */
  readonly dir: string;
  /** Lets a lab listen there that answers from a table, until the test ends. */
  readonly lab: (answers: Answers) => Promise<ControlServer>;
}

/** To be called once in a test file: each test of it has a folder, and the labs that it lets listen. */
export function useTerminal(): Terminal {
  let dir = '';
  let open = new AsyncDisposableStack();
  beforeEach(() => {
    open = new AsyncDisposableStack();
    dir = mkdtempSync(join(tmpdir(), 'cli-'));
    open.defer(() => rmSync(dir, { recursive: true, force: true }));
  });
  afterEach(() => open.disposeAsync());
  return {
    get dir() {
      return dir;
    },
    lab: async (answers) => open.use(await controlServer(dir, answers)),
  };
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
