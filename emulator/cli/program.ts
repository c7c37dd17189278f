// The `srlab` command line: its commands, its help, its errors and exit codes.
import { Command, CommanderError } from 'commander';
import { LabError } from '../kernel/errors.ts';
import { addClockCommands } from './commands/clock.ts';
import { addDiskCommands } from './commands/disks.ts';
import { addEnvironmentCommand } from './commands/environment.ts';
import { addFaultCommands } from './commands/faults.ts';
import { addJobCommands, addPolicyCommands } from './commands/jobs.ts';
import { addLabCommands } from './commands/labs.ts';
import { addMachineCommands } from './commands/machines.ts';
import { addPlanCommands } from './commands/plans.ts';
import { addProtectionCommands } from './commands/protection.ts';
import { addRunCommands } from './commands/run.ts';
import { addRunbookCommands } from './commands/runbooks.ts';
import { addSiteCommands } from './commands/sites.ts';
import { addStartCommand } from './commands/start.ts';
import { addUpCommands } from './commands/up.ts';
import { Output } from './output.ts';
import type { ExitCode, Shell } from './shell.ts';

const helpAfter = `
Examples:
  srlab up --dir ./lab &              start a lab
  srlab machines --dir ./lab          see its machines
  srlab enable web01                  protect one and watch the copy
  srlab drill web01                   prove it, without touching replication
  srlab failover web01 --shutdown     the real thing
  srlab clock speed 60                let an hour pass in a minute

Without --dir a command works on the lab of SRLAB_DIR, of the current folder, or on the one of npm start.
Exit codes: 0 done, 1 failed, 2 command line not understood, 3 no lab runs there, 4 a person has to act.`;

/**
 * Runs one command line.
 * @param args without the program's own name
 * @returns the exit code
 */
export async function runCommandLine(args: readonly string[], surroundings: Omit<Shell, 'exitWith'>): Promise<number> {
  let exitCode = 0;
  const shell: Shell = { ...surroundings, exitWith: (code) => void (exitCode = code) };
  try {
    await createProgram(shell).parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    // A group of commands without one of them: its help has been printed.
    if (error instanceof CommanderError && error.code === 'commander.help') return 2;
    const problem = error instanceof CommanderError ? new LabError('CommandLineInvalid', sentence(error.message), { cause: error }) : error;
    new Output(shell.streams, args.includes('--json')).error(problem);
    return exitCodeOf(problem);
  }
}

export function createProgram(shell: Shell): Command {
  const program = new Command('srlab')
    .description('Practise disaster recovery of VMware and physical machines to Azure, on this computer alone.')
    .usage('<command> [options]')
    .helpCommand(false)
    .showSuggestionAfterError()
    .addHelpText('after', helpAfter);
  addStartCommand(program, shell);
  addUpCommands(program, shell);
  addRunCommands(program, shell);
  addMachineCommands(program, shell);
  addSiteCommands(program, shell);
  addDiskCommands(program, shell);
  addProtectionCommands(program, shell);
  addPlanCommands(program, shell);
  addRunbookCommands(program, shell);
  addJobCommands(program, shell);
  addPolicyCommands(program, shell);
  addLabCommands(program, shell);
  addEnvironmentCommand(program, shell);
  addClockCommands(program, shell);
  addFaultCommands(program, shell);
  for (const command of [program, ...leavesOf(program)]) finish(command, shell);
  return program;
}

/** What holds for every command: --dir and --json where work is done, and errors that are thrown instead of printed. */
function finish(command: Command, { streams }: Shell): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => void streams.stdout.write(text),
    writeErr: (text) => void streams.stderr.write(text),
    outputError: () => undefined,
  });
  if (command.commands.length > 0) return;
  if (!command.options.some((option) => option.long === '--dir')) command.option('--dir <folder>', 'folder of the lab');
  command.option('--json', 'JSON lines for programs');
}

function leavesOf(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...leavesOf(child)]);
}

function sentence(message: string): string {
  const text = message
    .replace(/^error: /, '')
    .trim()
    .replaceAll('\n', ' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') || text.endsWith(')') ? '' : '.'}`;
}

function exitCodeOf(error: unknown): ExitCode {
  if (LabError.is(error, 'CommandLineInvalid')) return 2;
  return LabError.is(error, 'LabNotRunning') ? 3 : 1;
}
