// Runs one script as a program of this computer with a RecoveryPlanContext: for actions of recovery plans, and for trying runbooks alone.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { RecoveryPlanContext } from '../../azure/vault/plans/context.ts';
import { LabError } from '../../kernel/errors.ts';
import { contextFileVariable, contextVariable, invocationOf, isScriptFile, scriptVariable, type Invocation } from './interpreter.ts';

export interface ScriptOrder {
  /** A script file whose ending names its interpreter, or a command line for the shell. */
  readonly path: string;
  /** Wall time: the script is a real program. */
  readonly timeoutMs: number;
  readonly context: RecoveryPlanContext;
  /** Ends the script when it fires. */
  readonly signal?: AbortSignal;
  /** Hears what the script prints, as it comes. */
  readonly onOutput?: (text: string) => void;
  /** Default: that of this process. */
  readonly environment?: NodeJS.ProcessEnv;
}

const keptOutputCharacters = 64 * 1024;
const shownOutputCharacters = 500;
/** What a script that is told to end may take to do so. */
const graceMs = 2000;
/** A program that the script left running may hold its output open. */
const drainMs = 500;
/** Longer ones than a timer can hold are no limit. */
const longestTimeoutMs = 2 ** 31 - 1;

/** @throws LabError ScriptFailed, ScriptTimedOut, ScriptNotFound, InterpreterMissing; the reason of `signal` when that fires */
export async function runScript(order: ScriptOrder): Promise<{ output: string }> {
  const environment = order.environment ?? process.env;
  const context = JSON.stringify(order.context);
  const path = isScriptFile(order.path) ? resolve(order.path) : order.path;
  if (isScriptFile(order.path) && !existsSync(path)) throw new LabError('ScriptNotFound', path);
  const invocation = invocationOf(path, context, environment['PATH'] ?? environment['Path'] ?? '');
  const folder = await mkdtemp(join(tmpdir(), 'srlab-context-'));
  try {
    const file = join(folder, 'context.json');
    await writeFile(file, context);
    const given = { [contextVariable]: context, [contextFileVariable]: file, [scriptVariable]: path };
    return await run(order, { invocation, input: context, environment: { ...environment, ...given } });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Start {
  readonly invocation: Invocation;
  readonly input: string;
  readonly environment: NodeJS.ProcessEnv;
}

async function run(order: ScriptOrder, { invocation, input, environment }: Start): Promise<{ output: string }> {
  const limit = AbortSignal.timeout(Math.min(order.timeoutMs, longestTimeoutMs));
  const stop = order.signal === undefined ? limit : AbortSignal.any([limit, order.signal]);
  order.signal?.throwIfAborted();
  const child = spawn(invocation.command, invocation.args, {
    shell: invocation.shell,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: environment,
    // A group of its own, so that all that it has started ends with it.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  let output = '';
  const keep = (text: string): void => {
    output = (output + text).slice(-keptOutputCharacters);
    order.onOutput?.(text);
  };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', keep);
  // A script that does not read its input may end first.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const end = endOf(child);
  const ending = (): void => endGroup(child);
  stop.addEventListener('abort', ending, { once: true });
  try {
    const { code, signal } = await end;
    order.signal?.throwIfAborted();
    if (limit.aborted) throw new LabError('ScriptTimedOut', `${order.path} had ${order.timeoutMs / 1000} s. ${tail(output)}`.trim());
    if (code === 0) return { output };
    throw new LabError('ScriptFailed', `${order.path} ended with ${signal ?? `exit code ${String(code)}`}. ${tail(output)}`.trim());
  } finally {
    stop.removeEventListener('abort', ending);
  }
}

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

async function endOf(child: ChildProcess): Promise<End> {
  const end = Promise.withResolvers<End>();
  const closed = Promise.withResolvers<void>();
  child.once('error', (error) => end.reject(new LabError('ScriptFailed', error.message, { cause: error })));
  child.once('exit', (code, signal) => end.resolve({ code, signal }));
  child.once('close', () => closed.resolve());
  const ended = await end.promise;
  const drained = Promise.withResolvers<void>();
  AbortSignal.timeout(drainMs).addEventListener('abort', () => drained.resolve(), { once: true });
  await Promise.race([closed.promise, drained.promise]);
  return ended;
}

function endGroup(child: ChildProcess): void {
  signalGroup(child, 'SIGTERM');
  AbortSignal.timeout(graceMs).addEventListener('abort', () => signalGroup(child, 'SIGKILL'), { once: true });
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || process.platform === 'win32') return void child.kill(signal);
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // Gone already.
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ESRCH') throw error;
  }
}

function tail(output: string): string {
  return output.trim().slice(-shownOutputCharacters);
}
