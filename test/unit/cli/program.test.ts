// The command line as its user meets it: what it prints, what it calls, and the code it ends with.
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { RecoveryPointRecord } from '../../../emulator/contract/resources.ts';
import { LabError } from '../../../emulator/kernel/errors.ts';
import { job, srlab, useTerminal } from './terminal.ts';

const terminal = useTerminal();
const { lab } = terminal;

const point: RecoveryPointRecord = {
  pointId: 'p-1',
  markId: 'm-1',
  timeMs: Date.UTC(2026, 0, 12, 9),
  consistency: 'CrashConsistent',
  multiVm: false,
  latest: true,
};

describe('What it does not understand', () => {
  test('an unknown command is refused with the one that was meant, a code and a remedy', async () => {
    const { code, errors } = await srlab(['statsu']);
    expect(code).toBe(2);
    expect(errors).toMatch(/Error CommandLineInvalid: .*Did you mean status.*\nWhat to do: .*--help/);
  });

  test.each([
    ['an unknown flag', ['status', '--bogus']],
    ['a missing argument', ['drill']],
    ['one argument too many', ['status', 'now']],
    ['a duration without a unit', ['clock', 'step', '5']],
    ['a probability above one', ['fault', 'add', 'agent.send', '--probability', '1.5']],
    ['a fault point that does not exist', ['fault', 'add', 'agent.sneeze']],
    ['effects that exclude each other', ['fault', 'add', 'agent.send', '--skip', '--corrupt']],
    ['a link that does not exist', ['link', 'cut', 'here-there']],
    ['a link set to nothing', ['link', 'set', 'site-to-site']],
    ['a disk without a number', ['disk', 'sha256', 'web01']],
    ['a port past the last', ['up', '--port-arm', '65536']],
    ['an address that is none', ['run', 'processserver', '--config-server', 'somewhere', '--passphrase-file', 'p']],
    ['a passphrase that cannot be read', ['run', 'mastertarget', '--config-server', 'https://127.0.0.1:1', '--passphrase-file', 'gone']],
    ['an export whose format nobody can tell', ['disk', 'export', 'web01/0', 'disk.what']],
  ])('%s ends with code 2 before anything is done', async (_what, args) => {
    const { calls } = await lab({});
    const { code, lines } = await srlab([...args, '--json', ...(args[0] === 'up' ? [] : ['--dir', terminal.dir])]);
    expect(code).toBe(2);
    expect(lines).toEqual([{ error: expect.objectContaining({ code: 'CommandLineInvalid' }) }]);
    expect(calls).toEqual([]);
  });

  test('a group of commands without one of them shows its help', async () => {
    const { code, errors } = await srlab(['clock']);
    expect(code).toBe(2);
    expect(errors).toContain('jump');
    expect(errors).not.toContain('Error');
  });

  test('help is no failure', async () => {
    const { code, out } = await srlab(['--help']);
    expect(code).toBe(0);
    for (const heading of ['Lab:', 'Estate:', 'Protection:', 'Vault:', 'Time and trouble:', 'Examples:', 'Exit codes:']) expect(out).toContain(heading);
  });
});

describe('Finding the lab', () => {
  test('an empty folder has none, and the code is 3', async () => {
    const { code, lines } = await srlab(['machines', '--dir', terminal.dir, '--json']);
    expect(code).toBe(3);
    expect(lines).toEqual([{ error: expect.objectContaining({ code: 'LabNotRunning' }) }]);
  });

  test('half a locator is that of a lab that was killed while it started', async () => {
    await mkdir(join(terminal.dir, '.srlab'));
    await writeFile(join(terminal.dir, '.srlab', 'lab.json'), '{"pid": 1');
    expect((await srlab(['machines', '--dir', terminal.dir])).code).toBe(3);
  });

  test('a lab that died without a word refuses connections, and the code is 3', async () => {
    const server = await lab({});
    await server.die();
    expect((await srlab(['machines', '--dir', terminal.dir])).code).toBe(3);
  });

  test('a token that is not the lab’s is refused as the lab says', async () => {
    const server = await lab({ 'machine.list': () => [] });
    await writeFile(join(terminal.dir, '.srlab', 'lab.json'), JSON.stringify({ ...server.locator, control: { ...server.locator.control, token: 'another' } }));
    const { code, lines } = await srlab(['machines', '--dir', terminal.dir, '--json']);
    expect(code).toBe(1);
    expect(lines).toEqual([{ error: expect.objectContaining({ code: 'AccessDenied' }) }]);
  });
});

describe('Working on a lab', () => {
  test('a list is a table for people and a line per row for programs', async () => {
    await lab({ 'item.points': () => [point, { ...point, pointId: 'p-2', consistency: 'ApplicationConsistent', multiVm: true }] });
    expect((await srlab(['points', 'web01', '--dir', terminal.dir])).out).toBe(
      [
        'TIME (UTC)           CONSISTENCY            GROUP     POINT',
        '2026-01-12 09:00:00  CrashConsistent                  p-1',
        '2026-01-12 09:00:00  ApplicationConsistent  multi-VM  p-2',
        '',
      ].join('\n'),
    );
    expect((await srlab(['points', 'web01', '--dir', terminal.dir, '--json'])).lines).toHaveLength(2);
  });

  test('an error of the lab keeps its code, its remedy and all its details', async () => {
    const details = [new LabError('DiskRangeInvalid', 'first'), new LabError('DiskRangeInvalid', 'second')];
    await lab({
      'item.points': () => {
        throw new LabError('InvalidArgument', 'two things', { details });
      },
    });
    const { code, errors } = await srlab(['points', 'web01', '--dir', terminal.dir]);
    expect(code).toBe(1);
    expect(errors).toMatch(/InvalidArgument: .*two things\nWhat to do: .*\n {2}Error DiskRangeInvalid: .*first\n.*\n {2}Error DiskRangeInvalid: .*second/);
  });

  test('options arrive as the control API wants them, absent ones not at all', async () => {
    const { calls } = await lab({
      'clock.show': () => ({ timeMs: 0, speed: 1 }),
      'item.failover': () => job('Succeeded'),
      'fault.add': ({ rule }) => ({ id: 'f-1', ...rule }),
      'link.set': ({ path }) => ({ path, state: 'up', bandwidthBps: 0, latencyMs: 0, carriedBytes: 0 }),
    });
    await srlab(['failover', 'web01', '--point', 'latest-app', '--shutdown', '--no-wait', '--dir', terminal.dir]);
    await srlab(['fault', 'add', 'target.apply', '--delay', '1m30s', '--times', '2', '--dir', terminal.dir]);
    await srlab(['link', 'set', 'site-to-site', '--bandwidth', '10Mbps', '--latency', '40ms', '--dir', terminal.dir]);
    expect(calls).toEqual([
      { name: 'item.failover', request: { machine: 'web01', point: 'LatestApplicationConsistent', shutdown: true } },
      { name: 'fault.add', request: { rule: { point: 'target.apply', effect: { kind: 'delay', delayMs: 90_000 }, times: 2 } } },
      { name: 'link.set', request: { path: 'site-to-site', bandwidthBps: 10_000_000, latencyMs: 40 } },
    ]);
  });

  test('bytes go to a disk and come back in portions, as they are', async () => {
    const stored = Buffer.alloc(5 * 1024 * 1024);
    const { calls } = await lab({
      'disk.write': ({ offset, base64 }) => (stored.set(Buffer.from(base64, 'base64'), offset), {}),
      'disk.read': ({ offset, length }) => ({ base64: stored.subarray(offset, offset + length).toString('base64') }),
    });
    const file = join(terminal.dir, 'bytes');
    const bytes = Buffer.from(Array.from({ length: stored.length }, (_, place) => (place * 7) % 251));
    await writeFile(file, bytes);
    expect((await srlab(['disk', 'write', 'web01/0', '--input', file, '--dir', terminal.dir])).code).toBe(0);
    expect(stored.equals(bytes)).toBe(true);
    const { lines } = await srlab(['disk', 'read', 'azure:web01/0@p-1', '--length', '5MiB', '--json', '--dir', terminal.dir]);
    expect(Buffer.concat((lines as { base64: string }[]).map(({ base64 }) => Buffer.from(base64, 'base64'))).equals(bytes)).toBe(true);
    expect(calls.map(({ name }) => name)).toEqual(['disk.write', 'disk.write', 'disk.read', 'disk.read']);
    expect(calls.at(-1)?.request).toMatchObject({
      disk: { location: 'azure', machine: 'web01', disk: '0', at: { pointId: 'p-1' } },
      offset: 4 * 1024 * 1024,
      length: 1024 * 1024,
    });
  });

  test('standard input is written when no file is named', async () => {
    const { calls } = await lab({ 'disk.write': () => ({}) });
    await srlab(['disk', 'write', 'web01/0', '--offset', '1k', '--dir', terminal.dir], 'hello');
    expect(calls).toEqual([{ name: 'disk.write', request: expect.objectContaining({ offset: 1024, base64: Buffer.from('hello').toString('base64') }) }]);
  });
});

describe('Recovery plans as files', () => {
  test('a plan is read from YAML, with what is left out filled in', async () => {
    const { calls } = await lab({ 'clock.show': () => ({ timeMs: 0, speed: 1 }), 'plan.put': () => job('Succeeded') });
    const file = join(terminal.dir, 'plan.yaml');
    await writeFile(file, 'groups:\n  - machines: [db01]\n  - machines: [web01]\n    before:\n      - {name: dns, kind: manual, instruction: Do it.}\n');
    expect((await srlab(['plan', 'put', 'all', file, '--no-wait', '--dir', terminal.dir])).code).toBe(0);
    expect(calls[0]?.request).toMatchObject({
      plan: 'all',
      groups: [{ kind: 'Boot', machines: ['db01'], before: [] }, { before: [{ name: 'dns', failoverTypes: ['test', 'unplanned'] }] }],
    });
  });

  test.each([
    ['groups: 5', '"groups" must be a list'],
    ['groups: [{kind: Start}]', 'group 1 is of kind "Start"'],
    ['groups: [{machine: [a]}]', 'unknown field "machine"'],
    ['groups: [{machines: [a], after: [{name: x}]}]', 'must be of kind manual, script or runbook'],
    ['groups: [{machines: [a], after: [{name: x, kind: script}]}]', 'needs "command"'],
    ['groups: [', 'plan.yaml'],
  ])('%s is refused with the place', async (text, place) => {
    await lab({});
    const file = join(terminal.dir, 'plan.yaml');
    await writeFile(file, text);
    const { code, errors } = await srlab(['plan', 'put', 'all', file, '--dir', terminal.dir]);
    expect(code).toBe(1);
    expect(errors).toContain('InvalidArgument');
    expect(errors).toContain(place);
  });
});

test('a registration key is written for its owner alone', async () => {
  await lab({ 'vault.credentials': () => ({ credentials: '{"credentials":{}}' }) });
  const path = join(terminal.dir, 'vault.key');
  expect((await srlab(['vault', 'credentials', '--out', path, '--dir', terminal.dir])).code).toBe(0);
  expect(await readFile(path, 'utf8')).toBe('{"credentials":{}}');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await srlab(['vault', 'credentials', '--dir', terminal.dir])).out).toBe('{"credentials":{}}\n');
});

test('a lab is put aside and taken back by its folder alone, while it does not run', async () => {
  await mkdir(join(terminal.dir, '.srlab'));
  await writeFile(join(terminal.dir, '.srlab', 'settings.json'), JSON.stringify({ scenario: 'sample', seed: '1', starts: 1, calendar: 'fixed', timeMs: 0 }));
  expect(await srlab(['lab', 'save', 'first', '--dir', terminal.dir])).toMatchObject({ code: 0, out: expect.stringContaining('first') });
  await writeFile(join(terminal.dir, '.srlab', 'settings.json'), '{}');
  expect(await srlab(['lab', 'load', 'first', '--dir', terminal.dir])).toMatchObject({
    code: 0,
    out: expect.stringContaining(`srlab up --dir ${terminal.dir}`),
  });
  expect(await readFile(join(terminal.dir, '.srlab', 'settings.json'), 'utf8')).toContain('"sample"');
  expect((await srlab(['lab', 'list', '--json', '--dir', terminal.dir])).lines).toMatchObject([{ name: 'first' }]);
});

test('a folder whose lab runs is not started over by the sample loop', async () => {
  const server = await lab({});
  const before = await readFile(join(terminal.dir, '.srlab', 'lab.json'), 'utf8');
  const { code, lines } = await srlab(['start', '--exit', '--json', '--dir', terminal.dir]);
  expect(code).toBe(1);
  expect(lines).toEqual([{ error: expect.objectContaining({ code: 'LabFolderInUse' }) }]);
  expect(await readFile(join(server.dir, '.srlab', 'lab.json'), 'utf8')).toBe(before);
});
