// What the status bar, its menu, the logs, documents, tasks and the doctor say: pure functions, looked at from outside VS Code.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { examine } from '../../../../extension/doctor/checks.ts';
import { doctorReport } from '../../../../extension/doctor/report.ts';
import { documentUri } from '../../../../extension/documents/addresses.ts';
import { documentTitle } from '../../../../extension/documents/documentTitle.ts';
import { documentText } from '../../../../extension/documents/reports.ts';
import { componentOf, levelOf, traceLine } from '../../../../extension/output/traceLine.ts';
import { labMenuLines } from '../../../../extension/status/labMenuLines.ts';
import { labStatusText, labTimeMs } from '../../../../extension/status/labStatusText.ts';
import { taskArguments } from '../../../../extension/terminal/taskArguments.ts';
import { emptySnapshot } from '../../../../extension/model/snapshot.ts';
import { item, itemId, job, snapshot } from '../tree/estate.ts';

describe('The status bar', () => {
  test('shows the clock, its speed, and what is critical', () => {
    const { text, alarm } = labStatusText(snapshot({ items: [item('A', { health: 'Critical' })] }), Date.UTC(2026, 2, 2, 9, 41, 11));
    expect(text).toBe('$(shield) $(play) 09:41:11 ×1 · 1 critical');
    expect(alarm).toBe(false);
  });

  test('alarms only when the lab is lost', () => {
    expect(labStatusText({ ...emptySnapshot('/lab'), state: 'lost' }, undefined).alarm).toBe(true);
    expect(labStatusText(emptySnapshot('/lab'), undefined).alarm).toBe(false);
  });

  test('goes on between the news at the speed of the clock, and stands when it is paused', () => {
    expect(labTimeMs({ timeMs: 1000, speed: 60 }, 500)).toBe(31_000);
    expect(labTimeMs({ timeMs: 1000, speed: 'paused' }, 500)).toBe(1000);
  });
});

test('the menu offers what the state allows', () => {
  const labels = (lines: ReturnType<typeof labMenuLines>): readonly string[] => lines.map(({ label }) => label);
  expect(labels(labMenuLines({ state: 'stopped', clock: undefined }))).toEqual(['Start Lab', "Check the Lab's Surroundings", 'Show Log']);
  const running = labels(labMenuLines({ state: 'running', clock: { timeMs: 0, speed: 60 } }));
  expect(running).toContain('Pause the Clock');
  expect(running).not.toContain('Speed: ×60');
  expect(labels(labMenuLines({ state: 'running', clock: { timeMs: 0, speed: 'paused' } }))).toContain('Let the Clock Run');
});

describe('The logs', () => {
  const event = { timeMs: Date.UTC(2026, 2, 2, 9), role: 'agent', event: 'sendFailed', machine: 'WEB 01', token: 'abc', code: 'LinkDown' };

  test('have a line for each event, without what opens doors', () => {
    expect(traceLine(event)).toBe('2026-03-02 09:00:00.000 [agent] sendFailed machine="WEB 01" token=*** code=LinkDown');
    expect(componentOf('agent')).toBe('Mobility Service');
    expect([levelOf(event), levelOf({ ...event, event: 'unexpected' }), levelOf({ ...event, event: 'ready' })]).toEqual(['warn', 'error', 'info']);
  });
});

describe('Documents', () => {
  test('a job reads as its tasks above what Azure says of it; line breaks in names stay comments', () => {
    const shown = snapshot({ jobs: [job('one', 'WEB\n01', { tasks: [{ friendlyName: 'Check', state: 'Succeeded' }] })] });
    const text = documentText(shown, { kind: 'job', name: 'one' }) ?? '';
    expect(text.split('\n').slice(0, 4)).toEqual(['# Test failover: WEB', '# 01', '# Succeeded · 2026-03-02 09:00:00 · 2 min 30 s', '#   Check · Succeeded']);
    expect(text).toContain('scenarioName: TestFailover');
    expect(documentTitle(shown, { kind: 'job', name: 'one' })).toBe('Test failover.job.yaml');
  });

  test('an error page is text, whatever the message brings', () => {
    const sick = item('A');
    const error = { errorCode: '95107', errorMessage: '[x](command:evil) <b>', recommendedAction: 'Another account.' };
    const shown = snapshot({ items: [{ ...sick, properties: { ...sick.properties, healthErrors: [error] } }] });
    const text = documentText(shown, { kind: 'error', of: itemId('A'), code: '95107' }) ?? '';
    expect(text).toContain(String.raw`\[x\](command:evil) \<b\>`);
    expect(text).toContain('## Recommended Action');
  });

  test('what is gone has no text, and a name with slashes is one name', () => {
    expect(documentText(snapshot({}), { kind: 'item', id: itemId('A') })).toBeUndefined();
    expect(documentUri({ kind: 'doctor' }, 'a/b\\c.yaml')).toMatch(/^site-recovery-lab:\/a-b-c\.yaml\?/);
  });
});

test('tasks are words of the command line', () => {
  expect(taskArguments({ type: 'srlab', command: 'plan drill', target: 'my shop' }, '/lab')).toEqual(['plan', 'drill', 'my shop', '--dir', '/lab']);
  expect(taskArguments({ type: 'srlab', command: 'exec', target: 'srlab status', seed: '7' }, '/lab')).toEqual(['exec', 'srlab status', '--seed', '7']);
});

describe('The doctor', () => {
  const healthy = { runtime: process.execPath, emulator: process.execPath, versions: { extension: '0.1.0', editor: '1.139.1' }, answers: undefined };

  async function folder(): Promise<string> {
    const dir = await mkdtemp(join(tmpdir(), 'srlab-doctor-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    return dir;
  }

  test('finds nothing wrong where a lab can run, and leaves nothing behind', async () => {
    const findings = await examine({ ...healthy, dir: join(await folder(), 'not', 'made', 'yet') });
    expect(findings.filter(({ verdict }) => verdict === 'bad')).toEqual([]);
  });

  test('names a runtime that cannot run the lab, with what to do', async () => {
    const findings = await examine({ ...healthy, dir: await folder(), runtime: '/nowhere/node' });
    const [bad] = findings.filter(({ verdict }) => verdict === 'bad');
    expect(bad).toMatchObject({ title: 'Runtime', remedy: 'Update VS Code: the lab runs on its runtime.' });
    expect(doctorReport(findings)).toContain('✗ Runtime:');
  });
});
