// Operations as commands in VS Code: with known answers nothing is asked, closing a question does nothing, and what is copied can be pasted.
import { commands, env, extensions, type Extension } from 'vscode';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ExtensionApi } from '../../extension/extension.ts';
import type { LabSnapshot } from '../../extension/model/snapshot.ts';
import { useFolder } from './useFolder.ts';

const extension = extensions.getExtension('site-recovery-lab.site-recovery-lab') as Extension<ExtensionApi>;
const patience = { timeout: 60_000, interval: 200 };

function run(id: string, ...args: unknown[]): Thenable<unknown> {
  return commands.executeCommand(`siteRecoveryLab.${id}`, ...args);
}

describe('Operations of a lab that runs', () => {
  let api: ExtensionApi;
  const snapshot = (): LabSnapshot => api.model.snapshot;
  const until = (fits: (now: LabSnapshot) => boolean): Promise<void> => vi.waitFor(() => expect(fits(snapshot())).toBe(true), patience);

  beforeAll(async () => {
    api = await extension.activate();
    await useFolder(await mkdtemp(join(tmpdir(), 'srlab-host-')));
    await run('startLab');
    await until(({ state, vault }) => state === 'running' && vault.fabrics.length > 0 && vault.protectableItems.length > 0);
  }, 120_000);

  afterAll(async () => {
    await commands.executeCommand('workbench.action.closeQuickOpen');
    if (api.session.running) await run('stopLab');
    await useFolder(undefined);
  }, 60_000);

  test('whose answers are known ask nothing', async () => {
    await run('setClockSpeed', undefined, undefined, { speed: '60' });
    await until(({ clock }) => clock?.speed === 60);
    await run('cutLink', { kind: 'link', path: 'processserver-storage' });
    await until(({ lab }) => lab?.links.find(({ path }) => path === 'processserver-storage')?.state === 'cut');
    await run('restoreLink', { kind: 'link', path: 'processserver-storage' });
    await expect.poll(() => snapshot().lab?.links.find(({ path }) => path === 'processserver-storage')?.state, patience).toBe('up');
  });

  test('of several steps are done one after the other: a policy with its failback policy and both associations', async () => {
    const fabrics = snapshot().vault.fabrics.map(({ id }) => id);
    await run('createPolicy', undefined, undefined, { name: 'gold', rpoThreshold: '15', retention: '24', appConsistent: '60', multiVm: 'yes', fabrics });
    const associated = (): unknown => snapshot().vault.mappings.map(({ properties }) => properties?.policyFriendlyName);
    await expect.poll(associated, patience).toEqual(expect.arrayContaining(['gold', 'gold-failback']));
  });

  test('that nobody answers do nothing', async () => {
    const before = snapshot().vault.jobs.length;
    const [machine] = snapshot().vault.protectableItems;
    let ended = false;
    const asking = run('enableReplication', { kind: 'machine', machineId: machine?.name }).then(() => (ended = true));
    // The question opens when the command has read what it offers.
    await vi.waitFor(async () => {
      await commands.executeCommand('workbench.action.closeQuickOpen');
      expect(ended).toBe(true);
    }, patience);
    await asking;
    expect(snapshot().vault.jobs.length).toBe(before);
    expect(snapshot().vault.items).toEqual([]);
  });

  test('that are not allowed do nothing', async () => {
    await run('failover', { kind: 'item', id: 'gone' }, undefined, { point: 'Latest', shutdown: 'no' });
    await run('cutLink', { kind: 'link', path: 'no such link' });
    expect(snapshot().vault.items).toEqual([]);
  });

  test('are copied for other clients', async () => {
    const copying = run('copyAsAzureCli', { kind: 'fabric', id: snapshot().vault.fabrics[0]?.id });
    await env.clipboard.writeText('');
    await vi.waitFor(async () => {
      await commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      expect(await env.clipboard.readText()).toMatch(/^az rest --method post \\\n {2}--url '.*\/refreshProvider\?api-version=2023-06-01'/);
    }, patience);
    await copying;
  });
});
