// Scripts of plans as real programs: what each language is given, how failure, time and an end from outside are told.
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeEach, expect, test, afterEach } from 'vitest';
import type { RecoveryPlanContext } from '../../../emulator/azure/vault/plans/context.ts';
import type { ErrorCode } from '../../../emulator/contract/errors.ts';
import { LabError } from '../../../emulator/kernel/errors.ts';
import { runScript, type ScriptOrder } from '../../../emulator/lab/runbooks/runScript.ts';
import { useFolder } from '../../support/folder.ts';

const coded = (code: ErrorCode): Error => expect.objectContaining({ code }) as Error;
const context: RecoveryPlanContext = {
  RecoveryPlanName: 'shop',
  FailoverType: 'Test',
  FailoverDirection: 'PrimaryToSecondary',
  GroupId: '1',
  VmMap: { 'vm-1': { SubscriptionId: 's', ResourceGroupName: 'g', CloudServiceName: '', RoleName: 'web\'s "01" ü', RecoveryPointId: '' } },
};

let folder: ReturnType<typeof useFolder>;
beforeEach(() => {
  folder = useFolder();
});
afterEach(() => folder[Symbol.dispose]());

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function file(name: string, text: string): string {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
}

const run = (path: string, change: Partial<ScriptOrder> = {}): Promise<{ output: string }> => runScript({ path, timeoutMs: 30_000, context, ...change });

test.each([
  [
    'node',
    'one.mjs',
    "import { readFileSync } from 'node:fs'; const texts = [process.argv[2], process.env.RECOVERY_PLAN_CONTEXT, readFileSync(process.env.RECOVERY_PLAN_CONTEXT_FILE, 'utf8'), readFileSync(0, 'utf8')];",
  ],
  [
    'python3',
    'one.py',
    "import json, os, sys\ntexts = [sys.argv[1], os.environ['RECOVERY_PLAN_CONTEXT'], open(os.environ['RECOVERY_PLAN_CONTEXT_FILE']).read(), sys.stdin.read()]\n",
  ],
  ['bash', 'one.sh', 'print() { printf "%s\\n" "$1" "$RECOVERY_PLAN_CONTEXT" "$(cat "$RECOVERY_PLAN_CONTEXT_FILE")" "$(cat)"; }\n'],
])('a script for %s finds its context as argument, in the environment, in a file and on its input', async (_program, name, start) => {
  const ends: Readonly<Record<string, string>> = { mjs: "console.log(texts.join('\\n'));", py: "print('\\n'.join(texts))", sh: 'print "$1"' };
  const { output } = await run(file(name, `${start}${ends[name.split('.')[1] as string]}\n`));
  expect(output.trim().split('\n')).toEqual(Array.from({ length: 4 }, () => JSON.stringify(context)));
});

test('PowerShell gets the context as an object under the name of the parameter', async () => {
  // Stands for pwsh where it is not installed: it shows what it was told to do.
  const pwsh = file('pwsh', '#!/bin/bash\nprintf "%s\\n" "$@"; printf "%s\\n" "$RECOVERY_PLAN_SCRIPT"\n');
  chmodSync(pwsh, 0o755);
  const script = file('two.ps1', 'param([Object]$RecoveryPlanContext)');
  const { output } = await run(script, { environment: { ...process.env, PATH: [folder.path, process.env['PATH']].join(delimiter) } });
  const [profile, interactive, command, start, path] = output.trim().split('\n');
  expect([profile, interactive, command, path]).toEqual(['-NoProfile', '-NonInteractive', '-Command', script]);
  expect(start).toMatch(/ConvertFrom-Json.*RecoveryPlanContext.*exit \$LASTEXITCODE/);
});

test('a text with another ending is a command line of the shell', async () => {
  expect((await run('cat')).output).toBe(JSON.stringify(context));
});

test('another exit code than 0 is a failure, with the end of what was printed', async () => {
  await expect(run(file('bad.py', 'import sys\nprint("no record")\nsys.exit(3)\n'))).rejects.toThrow(/bad\.py ended with exit code 3\. no record/);
  await expect(run(file('bad.py', 'raise ValueError("boom")\n'))).rejects.toThrow(coded('ScriptFailed'));
});

test('what is printed is heard as it comes', async () => {
  const heard: string[] = [];
  await run(file('loud.sh', 'echo one; echo two >&2\n'), { onOutput: (text) => heard.push(text) });
  expect(heard.join('').trim().split('\n').sort()).toEqual(['one', 'two']);
});

test('a script that takes too long is ended with all that it has started', async () => {
  const pidPath = join(folder.path, 'pid');
  const script = file('slow.sh', `sleep 30 &\necho $! > ${pidPath}\nwait\n`);
  await expect(run(script, { timeoutMs: 500 })).rejects.toThrow(coded('ScriptTimedOut'));
  // The signal is sent to all at once; each goes in its own time.
  const pid = Number(readFileSync(pidPath, 'utf8'));
  await expect.poll(() => isThere(pid), { timeout: 10_000 }).toBe(false);
});

test('a script ends when its lab does', async () => {
  const stop = new AbortController();
  const running = run(file('slow.sh', 'echo begun; sleep 30\n'), { signal: stop.signal, onOutput: () => stop.abort(new LabError('PeerUnreachable', 'bye')) });
  await expect(running).rejects.toThrow(coded('PeerUnreachable'));
});

test('a program that a script leaves behind does not hold it up', async () => {
  expect((await run(file('leave.sh', 'sleep 5 & echo done\n'))).output.trim()).toBe('done');
});

test('a file that is not there, and a language that is not installed, are told apart', async () => {
  await expect(run(join(folder.path, 'none.py'))).rejects.toThrow(coded('ScriptNotFound'));
  await expect(run(file('three.ps1', ''), { environment: { PATH: folder.path } })).rejects.toThrow(coded('InterpreterMissing'));
});

test('nothing of the context stays behind', async () => {
  const { output } = await run(file('where.sh', 'echo "$RECOVERY_PLAN_CONTEXT_FILE"\n'));
  expect(output.trim()).not.toBe('');
  expect(existsSync(output.trim())).toBe(false);
  expect(readFileSync(join(folder.path, 'where.sh'), 'utf8')).toContain('echo');
});
