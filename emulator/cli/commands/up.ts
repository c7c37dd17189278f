// Commands that are the lab themselves: up, exec.
import { Option, type Command } from 'commander';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { LabOptions, LabPorts, SeparateRole } from '../../contract/labOptions.ts';
import type { ClockSpeed } from '../../contract/resources.ts';
import { clientEnvironment, type Environment } from '../environment.ts';
import { Output } from '../output.ts';
import type { Shell } from '../shell.ts';
import { wallDelay } from '../../kernel/wallTime.ts';
import { parseWholeNumber, parsePort, parseSpeed } from '../values.ts';

export interface UpOptions {
  readonly dir: string;
  readonly scenario: string;
  readonly seed: string;
  readonly speed: ClockSpeed;
  readonly processes?: readonly SeparateRole[];
  readonly json?: true;
  readonly owned?: true;
  readonly linger?: number;
  readonly portArm?: number;
  readonly portVcenter?: number;
  readonly portConfigserver?: number;
  readonly portProcessserver?: number;
  readonly portMastertarget?: number;
  readonly portBlob?: number;
  readonly portControl?: number;
}

export function addUpCommands(program: Command, shell: Shell): void {
  addLabOptions(program.command('up').description('start a lab in the foreground; one JSON line says where everything listens').helpGroup('Lab:'), '.')
    .option('--owned', 'stop when standard input closes: the owner is gone')
    .option('--linger <seconds>', 'stop when nobody has followed the feed of news for so long', parseWholeNumber)
    .addHelpText('after', '\nExamples:\n  srlab up --dir ./lab\n  srlab up --dir ./lab --speed 60 --port-vcenter 8443\n  srlab up --scenario empty --seed 42')
    .action((options: UpOptions) => up(shell, options));
  addLabOptions(
    program
      .command('exec')
      .argument('<command>', 'a command line for the shell')
      .description('start a lab, run a command with its endpoints in the environment, stop, pass the exit code on')
      .helpGroup('Lab:'),
    undefined,
  )
    .addHelpText(
      'after',
      '\nThe command finds SRLAB_DIR, SRLAB_CA, SRLAB_CONTROL_URL, SRLAB_TOKEN, SRLAB_VCENTER_URL, SRLAB_BLOB_URL and all that srlab env prints;\nsrlab itself then works on this lab without --dir.\n\nExample:\n  srlab exec "srlab enable web01 && srlab drill web01"',
    )
    .action((command: string, options: Partial<UpOptions> & Omit<UpOptions, 'dir'>) => exec(shell, command, options));
}

export function addLabOptions(command: Command, defaultDir: string | undefined): Command {
  command
    .option('--dir <folder>', 'folder of the lab', defaultDir)
    .option('--scenario <name>', 'sample estate, or a file that describes one', 'sample')
    .option('--seed <text>', 'the same seed gives the same run', '1')
    .option('--speed <speed>', 'paused, max, or lab seconds per second', parseSpeed, 1)
    .addOption(new Option('--processes <roles...>', 'components that run as processes of their own').choices(['processserver', 'mastertarget']));
  for (const role of ['arm', 'vcenter', 'configserver', 'processserver', 'mastertarget', 'blob', 'control'])
    command.option(`--port-${role} <port>`, 'default: a free one', parsePort);
  return command;
}

export function labOptions(dir: string, options: Omit<UpOptions, 'dir'>, output: Output): LabOptions {
  const ports: Record<keyof LabPorts, number | undefined> = {
    arm: options.portArm,
    vcenter: options.portVcenter,
    configServer: options.portConfigserver,
    processServer: options.portProcessserver,
    masterTarget: options.portMastertarget,
    blob: options.portBlob,
    control: options.portControl,
  };
  const chosen = Object.fromEntries(Object.entries(ports).filter(([, port]) => port !== undefined));
  return {
    dir: resolve(dir),
    scenario: options.scenario,
    seed: options.seed,
    speed: options.speed,
    ports: chosen,
    ...(options.processes === undefined ? {} : { processes: options.processes }),
    onProgress: (message) => output.note(message),
  };
}

async function up(shell: Shell, options: UpOptions): Promise<void> {
  const output = new Output(shell.streams, options.json === true);
  await using lab = await shell.openLab(labOptions(options.dir, options, output));
  shell.streams.stdout.write(`${JSON.stringify(lab.ready)}\n`);
  await untilStopped(shell, { owned: options.owned === true, lingerSeconds: options.linger, watched: lab.watched });
  output.note('Stopping …');
}

/** When a process that serves ends by itself; absent: only when it is asked to. */
export interface Ending {
  /** When standard input closes. */
  readonly owned?: boolean;
  readonly lingerSeconds?: number | undefined;
  readonly watched?: (() => boolean) | undefined;
}

/** Ends when the process is asked to end, its owner is gone, or nobody has watched it for long. */
export async function untilStopped(shell: Shell, { owned = false, lingerSeconds, watched }: Ending): Promise<void> {
  const { promise, resolve: stop } = Promise.withResolvers<void>();
  if (shell.stop.aborted) return;
  shell.stop.addEventListener('abort', () => stop(), { once: true });
  if (owned) shell.stdin.once('end', stop).once('close', stop).resume();
  const ended = new AbortController();
  if (lingerSeconds !== undefined && watched !== undefined) void unwatchedFor({ lingerSeconds, watched, ended: ended.signal }).then(stop);
  // A pending promise alone keeps no process alive: the lab's sockets do.
  await promise;
  ended.abort();
}

async function unwatchedFor({ lingerSeconds, watched, ended }: { lingerSeconds: number; watched: () => boolean; ended: AbortSignal }): Promise<void> {
  for (let seconds = 0; seconds < lingerSeconds && !ended.aborted; seconds = watched() ? 0 : seconds + 1) await wallDelay(1000, ended);
}

async function exec(shell: Shell, command: string, options: Partial<UpOptions> & Omit<UpOptions, 'dir'>): Promise<void> {
  const output = new Output(shell.streams, options.json === true);
  const temporary = options.dir === undefined ? await mkdtemp(join(tmpdir(), 'srlab-')) : undefined;
  try {
    await using lab = await shell.openLab(labOptions(options.dir ?? (temporary as string), options, output));
    shell.exitWith(await runCommand(shell, command, await clientEnvironment(lab.ready)));
  } finally {
    if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  }
}

async function runCommand(shell: Shell, command: string, environment: Environment): Promise<number> {
  const child = spawn(command, { shell: true, stdio: 'inherit', env: { ...process.env, ...environment } });
  const { promise, resolve: end, reject } = Promise.withResolvers<number>();
  child.on('error', reject);
  child.on('exit', (code, signal) => end(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
  const forward = (): void => void child.kill('SIGTERM');
  shell.stop.addEventListener('abort', forward, { once: true });
  if (shell.stop.aborted) forward();
  return promise;
}
