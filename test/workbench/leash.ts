// Runs a program for as long as somebody holds the other end of its standard input; then ends it, all that it started, and its folder.
// `node leash.ts <folder> <program> <arguments …>`: a test run that was killed leaves neither processes nor files.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a program may take to end by itself. */
const graceMs = 1_500;
const [folder = '', program = '', ...args] = process.argv.slice(2);
const mark = `SRLAB_WORKBENCH_FOLDER=${folder}`;
const [name = '', value = ''] = mark.split('=', 2);

const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'], detached: true, env: { ...process.env, [name]: value } });
const gone = new Promise<number>((resolve) => {
  child.on('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    resolve(127);
  });
  child.on('exit', (code) => resolve(code ?? 1));
});
const released = new Promise<number>((resolve) => {
  process.stdin.resume().on('close', () => resolve(0));
});

process.exitCode = await Promise.race([gone, released]);
endGroup('SIGTERM');
await Promise.race([gone, sleep(graceMs, undefined, { ref: false })]);
endGroup('SIGKILL');
// A process that went its own way, as a lab does that outlives a window, still has the mark.
for (let left = marked(); left.length > 0; left = marked()) {
  for (const id of left) send(id, 'SIGKILL');
  await sleep(20);
}
rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
process.exit();

function endGroup(signal: NodeJS.Signals): void {
  if (child.pid !== undefined) send(-child.pid, signal);
}

function send(id: number, signal: NodeJS.Signals): void {
  try {
    process.kill(id, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Processes that were started with the mark in their environment; a zombie has none. */
function marked(): number[] {
  return readdirSync('/proc').flatMap((entry) => (/^\d+$/.test(entry) && environmentOf(entry).includes(mark) ? [Number(entry)] : []));
}

function environmentOf(id: string): string[] {
  try {
    return readFileSync(`/proc/${id}/environ`, 'utf8').split('\0');
  } catch (error) {
    // It ended while we looked, or is not ours.
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}
