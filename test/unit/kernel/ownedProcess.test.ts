// A process that belongs to another: it is there when it says so, comes back when it dies, and ends with its owner.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LabError } from '../../../emulator/kernel/errors.ts';
import { OwnedProcess, type OwnedProcessReady } from '../../../emulator/kernel/ownedProcess.ts';
import { useFolder } from '../../support/folder.ts';
import { testKernel, type TestKernel } from '../../support/kernel.ts';

interface Ready extends OwnedProcessReady {
  readonly place: string;
}

/** Says that it is ready, at the place it was given, and lives until its input ends. */
const obedient = `process.stdout.write(JSON.stringify({ pid: process.pid, place: process.env.PLACE }) + '\\n'); process.stdin.resume().on('end', () => process.exit(0));`;

function start(
  kernel: TestKernel,
  script: string,
  { environment = {}, onDeath = async () => undefined }: { environment?: Record<string, string>; onDeath?: () => Promise<void> } = {},
): Promise<OwnedProcess<Ready>> {
  return OwnedProcess.start<Ready>({
    kernel,
    name: 'child',
    command: (former) => ({ args: ['-e', script], environment: { PLACE: former === undefined ? 'first' : `after ${former.place}`, ...environment } }),
    failure: (reason) => new LabError('RoleProcessFailed', reason),
    onDeath,
  });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('a killed process is back when the kill has ended, and was told where it stood before', async () => {
  const kernel = testKernel();
  await using child = await start(kernel, obedient);
  const { pid, place } = child.ready;
  expect(place).toBe('first');
  await child.kill();
  expect(child.ready.place).toBe('after first');
  expect(child.ready.pid).not.toBe(pid);
  expect(isAlive(pid)).toBe(false);
});

test('a process that cannot start again at once is tried again after a pause, while lab time waits', async () => {
  using folder = useFolder();
  const kernel = testKernel();
  const starts = join(folder.path, 'starts');
  writeFileSync(starts, '');
  // The second and the third start fail.
  const script = `const fs = require('node:fs'); fs.appendFileSync(process.env.STARTS, 'x'); const n = fs.readFileSync(process.env.STARTS, 'utf8').length; if (n === 2 || n === 3) throw new Error('not yet'); ${obedient}`;
  await using child = await start(kernel, script, { environment: { STARTS: starts } });
  const back = child.kill();
  await kernel.clock.advance(1000);
  await back;
  expect(readFileSync(starts, 'utf8')).toBe('xxxx');
  expect(isAlive(child.ready.pid)).toBe(true);
  expect(kernel.unexpected).toEqual([]);
});

test('a process that does not come back leaves its last words with whoever waits for it', async () => {
  using folder = useFolder();
  const kernel = testKernel();
  const flag = join(folder.path, 'ran');
  const script = `const fs = require('node:fs'); if (fs.existsSync(process.env.FLAG)) throw new Error('worn out'); fs.writeFileSync(process.env.FLAG, ''); ${obedient}`;
  await using child = await start(kernel, script, { environment: { FLAG: flag } });
  await expect(child.kill()).rejects.toMatchObject({ code: 'RoleProcessFailed', message: expect.stringContaining('worn out') });
  await expect(child.available()).rejects.toMatchObject({ code: 'RoleProcessFailed' });
  expect(kernel.unexpected).toMatchObject([{ name: 'restart child' }]);
});

test.each([
  { what: 'ends before it is ready', script: `throw new Error('no room')`, words: 'no room' },
  { what: 'says something else than it should', script: `console.log('hello'); process.stdin.resume()`, words: 'hello' },
])('a process that $what is no process at all', async ({ script, words }) => {
  await expect(start(testKernel(), script)).rejects.toMatchObject({ code: 'RoleProcessFailed', message: expect.stringContaining(words) });
});

test('a process that died while its owner ends is not started again', async () => {
  using folder = useFolder();
  const kernel = testKernel();
  const starts = join(folder.path, 'starts');
  const dead = Promise.withResolvers<void>();
  const tidied = Promise.withResolvers<void>();
  const child = await start(kernel, `require('node:fs').appendFileSync(process.env.STARTS, 'x'); ${obedient}`, {
    environment: { STARTS: starts },
    onDeath: () => {
      dead.resolve();
      return tidied.promise;
    },
  });
  process.kill(child.ready.pid, 'SIGKILL');
  await dead.promise;
  const closed = child[Symbol.asyncDispose]();
  tidied.resolve();
  await closed;
  expect(readFileSync(starts, 'utf8')).toBe('x');
  expect(kernel.unexpected).toEqual([]);
});
