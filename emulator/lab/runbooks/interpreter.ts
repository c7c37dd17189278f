// Which program runs a script, by the ending of its file's name, and how it is given the RecoveryPlanContext (asr-behaviour §8).
import { accessSync, constants } from 'node:fs';
import { delimiter, extname, join } from 'node:path';
import { LabError } from '../../kernel/errors.ts';

export interface Invocation {
  readonly command: string;
  readonly args: readonly string[];
  /** The text is a command line for the shell. */
  readonly shell: boolean;
}

/** Names in which the script finds its context, beside standard input. */
export const contextVariable = 'RECOVERY_PLAN_CONTEXT';
export const contextFileVariable = 'RECOVERY_PLAN_CONTEXT_FILE';
export const scriptVariable = 'RECOVERY_PLAN_SCRIPT';

/** As in an Automation account: the parameter is an object already, and an error that nobody catches fails the runbook. */
const powerShellStart = [
  `$context = $env:${contextVariable} | ConvertFrom-Json`,
  `$script = $env:${scriptVariable}`,
  '$given = @{}',
  "if ((Get-Command -Name $script).Parameters.ContainsKey('RecoveryPlanContext')) { $given.RecoveryPlanContext = $context }",
  '$global:LASTEXITCODE = 0',
  '& $script @given',
  'exit $LASTEXITCODE',
].join('; ');

type Interpreter = { readonly names: readonly string[]; readonly args: (path: string, context: string) => readonly string[] };

const withArgument = (path: string, context: string): readonly string[] => [path, context];
const javaScript: Interpreter = { names: [process.execPath], args: withArgument };
const interpreters: Readonly<Record<string, Interpreter>> = {
  '.ps1': { names: ['pwsh', 'powershell'], args: () => ['-NoProfile', '-NonInteractive', '-Command', powerShellStart] },
  '.js': javaScript,
  '.mjs': javaScript,
  '.cjs': javaScript,
  // Automation gives Python runbooks their parameters as arguments.
  '.py': { names: ['python3', 'python'], args: withArgument },
  '.sh': { names: ['bash'], args: withArgument },
};

/** Whether the ending is one that has its own interpreter; any other text is a command line. */
export function isScriptFile(path: string): boolean {
  return Object.hasOwn(interpreters, extname(path).toLowerCase());
}

/**
 * @param context as JSON
 * @param searchPath value of PATH
 * @throws LabError InterpreterMissing
 */
export function invocationOf(path: string, context: string, searchPath: string): Invocation {
  const interpreter = interpreters[extname(path).toLowerCase()];
  if (interpreter === undefined) return { command: path, args: [], shell: true };
  const command = interpreter.names.map((name) => findProgram(name, searchPath)).find((found) => found !== undefined);
  if (command === undefined) throw new LabError('InterpreterMissing', `${path} needs ${interpreter.names.join(' or ')}.`);
  return { command, args: interpreter.args(path, context), shell: false };
}

function findProgram(name: string, searchPath: string): string | undefined {
  if (name === process.execPath) return name;
  const endings = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : [''];
  return searchPath
    .split(delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => endings.map((ending) => join(folder, `${name}${ending}`)))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not ours to run: the next folder may have it.
    return false;
  }
}
