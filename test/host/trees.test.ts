// The trees over a lab that runs: rows and contexts as VS Code has them, a second window, a lab that is killed, a lab that is stopped elsewhere.
import { commands, extensions, window, type Extension } from 'vscode';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ExtensionApi } from '../../extension/extension.ts';
import { Session } from '../../extension/lab/session.ts';
import { Supervisor } from '../../extension/lab/supervisor.ts';
import { LabModel } from '../../extension/model/labModel.ts';
import type { LabState } from '../../extension/model/snapshot.ts';
import { useFolder } from './useFolder.ts';

const extension = extensions.getExtension('site-recovery-lab.site-recovery-lab') as Extension<ExtensionApi>;
const quiet = { info: () => undefined, warn: () => undefined };
const patience = { timeout: 60_000, interval: 200 };

async function reached(model: LabModel, state: LabState): Promise<void> {
  await vi.waitFor(() => expect(model.snapshot.state).toBe(state), patience);
}

describe('A lab that runs', () => {
  let api: ExtensionApi;

  beforeAll(async () => {
    api = await extension.activate();
    await useFolder(await mkdtemp(join(tmpdir(), 'srlab-host-')));
    await commands.executeCommand('siteRecoveryLab.startLab');
    await reached(api.model, 'running');
  }, 120_000);

  afterAll(async () => {
    await commands.executeCommand('workbench.action.closeAllEditors');
    if (api.session.running) await commands.executeCommand('siteRecoveryLab.stopLab');
    await useFolder(undefined);
  }, 60_000);

  test('fills the trees, and their rows lead back to what they are about', async () => {
    await expect.poll(async () => (await api.trees.machines.getChildren()).length, patience).toBeGreaterThan(0);
    await expect.poll(async () => (await api.trees.infrastructure.getChildren()).some((id) => id.startsWith('infrastructure:fabric:')), patience).toBe(true);
    const [root] = await api.trees.machines.getChildren();
    const [machine] = await api.trees.machines.getChildren(root);
    expect(api.trees.machines.getTreeItem(machine ?? '').contextValue).toMatch(/^machine\//);
    expect(api.trees.subjects.of(machine)).toMatchObject({ kind: 'machine' });
    expect(api.trees.machines.getParent(machine ?? '')).toBe(root);
  });

  test('tells at once of a link that is cut', async () => {
    await api.session.lab.control.call('link.set', { path: 'processserver-storage', state: 'cut' });
    const row = (): unknown => api.trees.infrastructure.node('infrastructure:link:processserver-storage')?.context;
    await expect.poll(row, patience).toMatch(/^link\/cut\//);
    await api.session.lab.control.call('link.set', { path: 'processserver-storage', state: 'up' });
    await expect.poll(row, patience).toMatch(/^link\/up\//);
  });

  test('is painted while it changes all the time: never twice within the silence that VS Code waits for', async () => {
    const paintedMs: number[] = [];
    const subscription = api.trees.infrastructure.onDidChangeTreeData(() => paintedMs.push(performance.now()));
    await api.session.lab.control.call('clock.speed', { speed: 300 });
    await expect.poll(() => paintedMs.length, patience).toBeGreaterThan(8);
    await api.session.lab.control.call('clock.speed', { speed: 1 });
    subscription.dispose();
    expect(Math.min(...paintedMs.slice(1).map((ms, place) => ms - (paintedMs[place] ?? 0)))).toBeGreaterThan(250);
  });

  test('tells of a clock that is paused', async () => {
    await api.session.lab.control.call('clock.speed', { speed: 'paused' });
    await expect.poll(() => api.model.snapshot.clock?.speed, patience).toBe('paused');
    await api.session.lab.control.call('clock.speed', { speed: 1 });
  });

  test('has its surroundings checked, and documents are renewed', async () => {
    await commands.executeCommand('siteRecoveryLab.checkSurroundings');
    const text = window.activeTextEditor?.document.getText() ?? '';
    expect(text).toContain("# The Lab's Surroundings");
    expect(text).toContain('and answers.');
    expect(text).not.toContain('✗');
  });

  test('is followed by a second window as it is', async () => {
    const model = new LabModel(api.model.snapshot.dir, { log: quiet });
    const supervisor = new Supervisor({ runtime: process.execPath, emulator: '', compiled: '', log: quiet });
    await using second = new Session({
      supervisor,
      model,
      settings: () => ({ dir: api.session.lab.locator.dir, scenario: 'sample', seed: '1', speed: '1' }),
      isTrusted: () => true,
      openVaultClient: async () => api.session.lab.vault,
      log: quiet,
      onLost: () => undefined,
    });
    expect(await second.attach()).toBe(true);
    await reached(model, 'running');
    await expect.poll(() => model.snapshot.lab?.machines.length, patience).toBe(api.model.snapshot.lab?.machines.length);
    expect(second.lab.locator.pid).toBe(api.session.lab.locator.pid);
  });

  test('is no loss when it is stopped elsewhere', async () => {
    const { locator } = api.session.lab;
    process.kill(locator.pid, 'SIGTERM');
    await reached(api.model, 'stopped');
    await commands.executeCommand('siteRecoveryLab.startLab');
    await reached(api.model, 'running');
    expect(api.session.lab.locator.pid).not.toBe(locator.pid);
  }, 120_000);

  test('that is killed is lost, and starts again where it was', async () => {
    const { locator } = api.session.lab;
    const machines = (): readonly string[] => (api.model.snapshot.lab?.machines ?? []).map(({ name }) => name).toSorted();
    await expect.poll(() => machines().length, patience).toBeGreaterThan(0);
    const before = machines();
    process.kill(locator.pid, 'SIGKILL');
    await reached(api.model, 'lost');
    await expect.poll(() => api.trees.machines.getChildren(), patience).toEqual([]);
    await commands.executeCommand('siteRecoveryLab.startLab');
    await reached(api.model, 'running');
    await expect.poll(machines, patience).toEqual(before);
  }, 120_000);
});
