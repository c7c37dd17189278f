// What every command is given, and how a command reaches the lab it works on.
import type { Command } from 'commander';
import type { Readable } from 'node:stream';
import type { OperationName, ReplyOf, RequestOf } from '../contract/control.ts';
import type { ReadyLine } from '../contract/labLocator.ts';
import type { LabOptions } from '../contract/labOptions.ts';
import type { RoleOptions, RoleReadyLine } from '../contract/role.ts';
import type { JobRecord } from '../contract/resources.ts';
import { ControlClient } from './client.ts';
import { Feed, followJob, hasEnded, hasSucceeded, showTasks } from './follow.ts';
import { isPaused, stepUntil } from './labTime.ts';
import { findLab, findLabFolder } from './locator.ts';
import { jobText } from './jobText.ts';
import { Output, type Streams } from './output.ts';

/** 0 done · 1 failed · 2 the command line was not understood · 3 no lab runs there · 4 a person has to act. */
export type ExitCode = 0 | 1 | 2 | 3 | 4;

/** The process around the command line, and what is loaded only when a command needs it. */
export interface Shell {
  readonly streams: Streams;
  readonly stdin: Readable;
  /** Fires when the process is asked to end. */
  readonly stop: AbortSignal;
  openLab(options: LabOptions): Promise<AsyncDisposable & { readonly ready: ReadyLine; readonly watched?: () => boolean }>;
  openRole(options: RoleOptions): Promise<AsyncDisposable & { readonly ready: RoleReadyLine }>;
  exitWith(code: number): void;
}

/** One command's connection to its lab. */
export interface Session {
  readonly client: ControlClient;
  readonly output: Output;
  readonly shell: Shell;
  /** false with --no-wait. */
  readonly wait: boolean;
}

export interface CommonOptions {
  readonly dir?: string;
  readonly json?: boolean;
  readonly wait?: boolean;
}

/** The action of a command that works on a running lab; `work` gets the command's options and its arguments. */
export function onLab<Options, Arguments extends readonly unknown[]>(
  shell: Shell,
  work: (session: Session, options: Options & CommonOptions, values: Arguments) => Promise<void>,
) {
  return async (...given: readonly unknown[]): Promise<void> => {
    const command = given.at(-1) as Command;
    const options = command.opts<Options & CommonOptions>();
    const output = new Output(shell.streams, options.json === true);
    await using client = await ControlClient.open(await findLab(options.dir ?? process.env['SRLAB_DIR']));
    await work({ client, output, shell, wait: options.wait !== false }, options, given.slice(0, -2) as unknown as Arguments);
  };
}

/** The action of a command that works on a lab's folder, whether a lab runs there or not. */
export function onFolder<Arguments extends readonly unknown[] = []>(
  shell: Shell,
  work: (session: { readonly dir: string; readonly output: Output }, values: Arguments) => Promise<void>,
) {
  return async (...given: readonly unknown[]): Promise<void> => {
    const { dir, json } = (given.at(-1) as Command).opts<CommonOptions>();
    await work(
      { dir: findLabFolder(dir ?? process.env['SRLAB_DIR']), output: new Output(shell.streams, json === true) },
      given.slice(0, -2) as unknown as Arguments,
    );
  };
}

/** Nobody else moves the time of a paused lab: a command that waits would wait for ever. */
const pausedNote = 'The clock is paused: this command lets time go on until it is done (--no-wait does not).';

/** Operations that are answered with a job. */
type JobOperation = { [Name in OperationName]: ReplyOf<Name> extends JobRecord ? Name : never }[OperationName];

/** Starts a job, shows it to its end unless --no-wait, and lets the exit code tell. */
export async function runJob<Name extends JobOperation>(session: Session, name: Name, request: RequestOf<Name>): Promise<JobRecord> {
  const { client, output, shell, wait } = session;
  if (!wait) {
    const started: JobRecord = await client.call(name, request);
    output.record(started, jobText);
    return started;
  }
  await using feed = await Feed.open(client);
  const paused = await isPaused(client);
  if (paused) output.note(pausedNote);
  const job = await followToEnd({ client, feed, output, paused }, await client.call(name, request));
  output.record(job, jobText);
  if (job.state === 'Suspended') shell.exitWith(4);
  else if (!hasSucceeded(job)) shell.exitWith(1);
  return job;
}

interface Following {
  readonly client: ControlClient;
  readonly feed: Feed;
  readonly output: Output;
  readonly paused: boolean;
}

async function followToEnd({ client, feed, output, paused }: Following, started: JobRecord): Promise<JobRecord> {
  if (hasEnded(started)) return started;
  using progress = output.progress();
  const { jobId } = started;
  if (paused) {
    const shown = new Set<string>();
    return stepUntil(client, async () => {
      const job = await client.call('job.show', { jobId });
      showTasks(job, shown, progress);
      return hasEnded(job) ? job : undefined;
    });
  }
  await followJob(feed, started, progress);
  // The feed may leave out what a list leaves out; the job itself is whole.
  return client.call('job.show', { jobId });
}
