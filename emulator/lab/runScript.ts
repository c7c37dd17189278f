// Runs the script of a recovery plan's action as a program of this computer; it reads the RecoveryPlanContext from standard input (asr-behaviour §8).
import { spawn } from 'node:child_process';
import { LabError } from '../kernel/errors.ts';
import type { RunScript } from '../azure/vault/deps.ts';

const keptOutputCharacters = 64 * 1024;

/** `path` is a command line for the shell. The limit is wall time: the script is a real program. */
export const runScript: RunScript = async ({ path, timeoutMs }, context) => {
  const child = spawn(path, {
    shell: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: timeoutMs,
    env: { ...process.env, RECOVERY_PLAN_CONTEXT: JSON.stringify(context) },
  });
  let output = '';
  const keep = (text: Buffer): void => void (output = (output + text.toString('utf8')).slice(-keptOutputCharacters));
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  // A script that does not read its input may end first.
  child.stdin.on('error', () => undefined);
  child.stdin.end(JSON.stringify(context));
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.once('error', (error) => reject(new LabError('ScriptFailed', `${path}: ${error.message}`, { cause: error })));
  child.once('close', (code, signal) => {
    if (code === 0) resolve(output);
    else reject(new LabError('ScriptFailed', `${path} ended with ${signal === null ? `exit code ${String(code)}` : signal}. ${output.trim().slice(-500)}`));
  });
  return { output: await promise };
};
