// The runbook harness as a pipeline uses it: real scripts, the contexts of a plan, a table, and the code it ends with.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunbookRecord, ScriptPlaceRecord } from '../../../emulator/contract/resources.ts';
import { controlServer } from '../../support/controlServer.ts';
import { srlab } from './terminal.ts';

let dir: string;
const asked: { type: string; direction: string }[] = [];
let registered: RunbookRecord[];
let open: AsyncDisposableStack;

/** As the lab answers for a plan of two start groups. */
function placesOf(request: { plan: string; type: 'test' | 'unplanned'; direction: string }): ScriptPlaceRecord[] {
  asked.push(request);
  const groups = [{ label: 'All groups failover', group: null }, ...[1, 2].map((group) => ({ label: `Group ${group}`, group }))];
  return groups.flatMap((group) =>
    (['pre', 'post'] as const).map((when) => ({
      ...group,
      when,
      machines: ['web01'],
      context: {
        RecoveryPlanName: request.plan,
        FailoverType: request.type === 'test' ? 'Test' : 'Unplanned',
        FailoverDirection: request.direction === 'PrimaryToRecovery' ? 'PrimaryToSecondary' : 'SecondaryToPrimary',
        GroupId: String(group.group ?? 'All'),
        VmMap: { 'vm-1': { RoleName: when === 'pre' ? '' : 'web01' } },
      },
    })),
  );
}

beforeEach(async () => {
  open = new AsyncDisposableStack();
  dir = await mkdtemp(join(tmpdir(), 'cli-'));
  open.defer(() => rm(dir, { recursive: true, force: true }));
  asked.length = 0;
  registered = [];
  open.use(
    await controlServer(dir, {
      'plan.scriptPlaces': placesOf,
      'runbook.add': (runbook) => {
        registered.push(runbook);
        return runbook;
      },
      'runbook.list': () => registered,
    }),
  );
});

afterEach(() => open.disposeAsync());

async function script(name: string, text: string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, text);
  return path;
}

const run = (path: string, ...args: string[]): ReturnType<typeof srlab> => srlab(['runbook', 'run', path, '--plan', 'shop', ...args, '--dir', dir]);

test('a Python runbook runs at every place of a drill, each time with the context of that place', async () => {
  const path = await script(
    'dns.py',
    "import json, sys\nc = json.loads(sys.argv[1])\nprint(c['GroupId'], c['FailoverType'], c['VmMap']['vm-1']['RoleName'] or '-')\n",
  );
  const { code, lines } = await run(path, '--type', 'Test', '--json');
  expect(code).toBe(0);
  expect(lines.map((line) => (line as { output: string }).output.trim())).toEqual([
    'All Test -',
    'All Test web01',
    '1 Test -',
    '1 Test web01',
    '2 Test -',
    '2 Test web01',
  ]);
  expect(lines[0]).toMatchObject({
    type: 'Test',
    direction: 'PrimaryToRecovery',
    group: 'All groups failover',
    when: 'pre',
    machines: ['web01'],
    result: 'passed',
  });
});

test('the matrix is every kind of failover that there is, at the chosen place', async () => {
  const log = join(dir, 'log');
  const path = await script('note.sh', `echo "$1" >> ${log}\n`);
  const { code, out } = await run(path, '--matrix', '--group', '2', '--when', 'post');
  expect(code).toBe(0);
  expect(asked.map(({ type, direction }) => `${type} ${direction}`)).toEqual([
    'test PrimaryToRecovery',
    'unplanned PrimaryToRecovery',
    'unplanned RecoveryToPrimary',
  ]);
  expect((await readFile(log, 'utf8')).trim().split('\n')).toHaveLength(3);
  expect(out).toMatch(/TYPE\s+DIRECTION\s+PLACE.*RESULT/);
  expect(out.match(/Group 2: Post-steps/g)).toHaveLength(3);
});

test('one failure among passes makes the whole fail, and says where', async () => {
  const path = await script(
    'fragile.mjs',
    "const { GroupId } = JSON.parse(process.argv[2]); if (GroupId === '2') { console.error('no record'); process.exit(3); }\n",
  );
  const { code, out, errors } = await run(path, '--type', 'Unplanned', '--when', 'pre');
  expect(code).toBe(1);
  expect(out).toMatch(/Group 1: Pre-steps\s+web01\s+passed/);
  expect(out).toMatch(/Group 2: Pre-steps\s+web01\s+failed \(ScriptFailed\)/);
  expect(errors).toMatch(/Error ScriptFailed: .*exit code 3\. no record/);
});

test('a runbook that hangs is ended in its time', async () => {
  const path = await script('hang.sh', 'sleep 30\n');
  const { code, lines } = await run(path, '--type', 'Test', '--group', '1', '--when', 'pre', '--timeout', '300ms', '--json');
  expect(code).toBe(1);
  expect(lines).toMatchObject([{ result: 'failed', error: { code: 'ScriptTimedOut' } }]);
});

test.each<[string, string[], [number, string]]>([
  ['neither a type nor the matrix', [], [2, 'CommandLineInvalid']],
  ['a drill on the way back', ['--type', 'Test', '--direction', 'RecoveryToPrimary'], [2, 'CommandLineInvalid']],
  ['a group that the plan does not have', ['--type', 'Test', '--group', '9'], [1, 'NotFound']],
  ['a file that is not there', ['--type', 'Test'], [1, 'ScriptNotFound']],
])('%s is refused', async (_what, args, [exitCode, errorCode]) => {
  const { code, lines } = await run(join(dir, 'none.sh'), ...args, '--json');
  expect(code).toBe(exitCode);
  expect(lines).toEqual([{ error: expect.objectContaining({ code: errorCode }) as unknown }]);
});

test('a runbook is registered by the whole path of its file', async () => {
  const path = await script('dns.py', '');
  expect((await srlab(['runbook', 'add', 'Point-Dns', path, '--dir', dir])).code).toBe(0);
  expect(registered).toEqual([{ name: 'Point-Dns', path }]);
  expect((await srlab(['runbook', 'list', '--dir', dir])).out).toContain('Point-Dns');
});
