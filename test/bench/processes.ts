// Programs of the bench that run beside it: started, watched for a line of output, weighed by /proc, and ended.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** Linux counts CPU time in hundredths of a second for user space, whatever the kernel does. */
const tickMs = 10;
const endLimitMs = 15_000;

export interface Running extends AsyncDisposable {
  readonly pid: number;
  /** The line that was waited for. */
  readonly line: string;
  /** From the start of the command to that line. */
  readonly startMs: number;
}

/** @param ready whether a line says that the program is up. @throws Error when it ends before */
export async function startProgram(args: readonly string[], ready: (line: string) => boolean, env = process.env): Promise<Running> {
  const began = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
  const line = await lineOf(child, ready);
  const startMs = performance.now() - began;
  return { pid: child.pid as number, line, startMs, [Symbol.asyncDispose]: () => end(child) };
}

async function lineOf(child: ChildProcess, ready: (line: string) => boolean): Promise<string> {
  if (child.stdout === null) throw new Error('The program has no output to watch.');
  for await (const line of createInterface({ input: child.stdout })) if (ready(line)) return line;
  throw new Error(`The program ended before it was ready: ${child.spawnargs.join(' ')}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const limit = setTimeout(() => child.kill('SIGKILL'), endLimitMs);
  await ended;
  clearTimeout(limit);
}

export interface Weight {
  readonly cpuMs: number;
  /** Proportional: pages shared between processes count once. */
  readonly memoryBytes: number;
  readonly processes: number;
}

/** What a process and all that it started have used. */
export function weigh(pid: number): Weight {
  const family = [pid];
  for (const parent of family) family.push(...childrenOf(parent));
  let cpuMs = 0;
  let memoryBytes = 0;
  for (const member of family) {
    const stat = readFileSync(`/proc/${member}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    cpuMs += (Number(fields[11]) + Number(fields[12])) * tickMs;
    memoryBytes += Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${member}/smaps_rollup`, 'utf8'))?.[1] ?? 0) * 1024;
  }
  return { cpuMs, memoryBytes, processes: family.length };
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')
      .split(' ')
      .filter((child) => child !== '')
      .map(Number),
  );
}
