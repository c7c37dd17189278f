// A user's whole way through the workbench: two machines, one with a name as bad as names can be, to Azure and back; the disks are compared byte by byte.
import type { Frame } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { useWorkbench } from '../workbench/useWorkbench.ts';
import { hostileName, journeyEstate, plainName } from './journey/journeyEstate.ts';
import { LabDisks, locatorOf, type DiskContent } from './journey/labDisks.ts';
import { Operator } from './journey/operator.ts';

const workbench = useWorkbench({
  files: { 'estate.json': JSON.stringify(journeyEstate) },
  settings: { 'siteRecoveryLab.lab.scenario': 'estate.json', 'siteRecoveryLab.clock.speed': 300 },
});
/** How a sentence begins to name it: what is written from right to left keeps to itself. */
const inSentence = (name: string): string => (name === hostileName ? '\u2068"DB"' : name);
const patience = { timeout: 60_000 };
const limitMs = 180_000;
const sectorBytes = 512;
/** Quick inputs show `$(` with an invisible character between, or it would be an icon. */
const hostileLabel = hostileName.replaceAll('$(', '$\u200B(');
const both = [plainName, hostileName];
const bothLabels = [plainName, hostileLabel];
/** As the wizard proposes it, and as it was typed. */
const azureName = (name: string): string => (name === hostileName ? 'db01' : name);
let operator: Operator;
/** What the plain machine's disk at the site held when it was left, and when it was home again. */
let left: DiskContent | undefined;
let home: DiskContent | undefined;

beforeAll(() => {
  operator = new Operator(workbench());
});

/** Something in a panel that is open. */
async function panel(view: string, title: string): Promise<Frame> {
  return workbench().webview(`body[data-view=${view}] h1:has-text(${JSON.stringify(title)})`);
}

/** Of the editor that is shown. */
async function closePanel(): Promise<void> {
  await workbench().page.keyboard.press('Control+K');
  await workbench().page.keyboard.press('w');
}

async function shoot(station: string): Promise<void> {
  await workbench().page.mouse.move(700, 790);
  await workbench().screenshot(`journey ${station}`);
}

test(
  'the lab starts',
  async () => {
    const window = workbench();
    await window.showContainer('Site Recovery Lab');
    await window.view('Protected Machines').welcome.getByRole('button', { name: 'Start Lab' }).click();
    await window.view('Protected Machines').item(plainName).waitFor(patience);
    await window.view('Protected Machines').item(hostileName).waitFor(patience);
    await shoot('1 lab runs');
  },
  limitMs,
);

test(
  'a policy is made, with its failback policy',
  async () => {
    const window = workbench();
    await window.run('Site Recovery Lab: Create Replication Policy…');
    await operator.answer('Create Replication Policy', { Name: 'gold', 'Multi-VM consistency': 'Yes' }, async (question) => {
      if (question === 'Summary') await window.screenshotInThemes('journey 2 wizard');
    });
    await operator.verdict('Create Replication Policy');
    for (const policy of ['gold', 'gold-failback']) await window.view('Infrastructure').item(policy).waitFor(patience);
    await shoot('2 policy');
    await operator.clear();
  },
  limitMs,
);

test(
  'two machines are protected: one from its row, one from the palette, in a replication group',
  async () => {
    const window = workbench();
    const machines = window.view('Protected Machines');
    await machines.choose(plainName, 'Enable Replication…');
    await operator.answer('Enable Replication', { 'Replication policy': 'gold', 'Virtual network': 'vnet-recovery', 'Replication group': 'None' }, (question) =>
      shoot(`3 enable ${question}`),
    );
    await window.run('Site Recovery Lab: Enable Replication…');
    await shoot('3 enable whom');
    await operator.tick([hostileLabel]);
    await operator.answer('Enable Replication', {
      'Virtual network': 'vnet-recovery',
      'Name in Azure': 'db01',
      'Replication group': 'New group…',
      'Name of the group': 'shop',
    });
    await operator.until(hostileName, /%|copy|replication|progress|Protected/i);
    await shoot('3 initial replication');
    for (const name of both) await operator.until(name, /Protected.*RPO/);
    await machines.expand(hostileName);
    await window.screenshotInThemes('journey 3 machines');
    await machines.item(hostileName).locator('.monaco-tl-twistie').click();
    await operator.clear();
  },
  limitMs,
);

test(
  'the machine, the topology and the jobs are in sight',
  async () => {
    const window = workbench();
    await window.view('Protected Machines').choose(hostileName, 'Open Machine');
    const view = await panel('machine', '"DB"');
    expect(await view.locator('h1').innerText()).toBe(hostileName);
    expect(await view.locator('img').count()).toBe(0);
    await view.locator('[role=listbox] [role=option]').first().waitFor(patience);
    await window.screenshotInThemes('journey 4 machine');
    await window.run('Site Recovery Lab: Open Topology');
    const topology = await panel('topology', 'Topology');
    await topology.locator('.box', { hasText: hostileName }).first().waitFor(patience);
    await window.screenshotInThemes('journey 4 topology');
    await window.view('Jobs & Events').item('Enable replication').first().locator('.monaco-tl-twistie').click();
    await window.screenshotInThemes('journey 4 jobs');
    await closePanel();
  },
  limitMs,
);

test(
  'a recovery plan holds both',
  async () => {
    const window = workbench();
    await window.view('Recovery Plans').welcome.getByRole('button', { name: 'Create Recovery Plan' }).click();
    await operator.answer('Create Recovery Plan', { Name: 'shop', Machines: bothLabels }, (question) => shoot(`5 plan ${question}`));
    await operator.verdict('Create Recovery Plan');
    await window.view('Recovery Plans').item('shop').waitFor(patience);
    await window.view('Recovery Plans').choose('shop', 'Open Recovery Plan');
    await panel('plan', 'shop');
    await window.screenshotInThemes('journey 5 plan');
    await closePanel();
    await operator.clear();
  },
  limitMs,
);

test(
  'a test failover starts from the machine’s own view, and is cleaned up',
  async () => {
    const window = workbench();
    const machines = window.view('Protected Machines');
    await machines.choose(plainName, 'Open Machine');
    const view = await panel('machine', plainName);
    await view.getByRole('group', { name: 'Actions' }).getByText('Test Failover', { exact: false }).first().click();
    await operator.answer('Test Failover', { 'Recovery point': 'Latest processed (low RTO)', 'Virtual network': 'vnet-drill' }, (question) =>
      shoot(`6 drill ${question}`),
    );
    await operator.verdict('Test Failover');
    await operator.until(plainName, /Cleanup test failover pending/);
    await shoot('6 drill');
    await operator.clear();
    await machines.choose(plainName, 'Clean Up Test Failover…');
    await operator.answer('Clean Up Test Failover', { Notes: 'It boots.' });
    await operator.verdict('Clean Up Test Failover');
    await operator.until(plainName, /^Protected/);
    await shoot('6 cleaned up');
    await operator.clear();
  },
  limitMs,
);

test(
  'both fail over, and the disks in Azure are those of the site',
  async () => {
    const window = workbench();
    for (const name of both) await window.view('Protected Machines').choose(name, 'Machine', 'Stop Workload');
    await window.run('Site Recovery Lab: Failover…');
    await operator.tick(bothLabels);
    await operator.answer('Failover', { 'Recovery point': 'Latest (lowest RPO)', 'Shut down': 'Shut down first' }, (question) =>
      shoot(`7 failover ${question}`),
    );
    await operator.agree('Fail Over', both, () => window.screenshotInThemes('journey 7 modal'));
    for (const name of both) await operator.verdict(`Failover of ${inSentence(name)}`);
    for (const name of both) await operator.until(name, /Failover completed|commit/i);
    await shoot('7 failed over');
    await using disks = await LabDisks.open(window.server.workspace);
    left = await disks.atSite(plainName);
    expect(await disks.blob(azureName(plainName))).toEqual(left);
    expect(await disks.blob(azureName(hostileName))).toEqual(await disks.vmdk(hostileName));
    await operator.clear();
  },
  limitMs,
);

test(
  'the failover is committed',
  async () => {
    const window = workbench();
    await window.view('Protected Machines').press(plainName, 'Commit');
    await operator.agree('Commit', [plainName]);
    await operator.verdict(`Commit of ${plainName}`);
    await window.view('Protected Machines').choose(hostileName, 'Commit');
    await operator.agree('Commit', [hostileName]);
    await operator.verdict(`Commit of ${inSentence(hostileName)}`);
    for (const name of both) await operator.until(name, /Failover committed/);
    await shoot('8 committed');
    await operator.clear();
  },
  limitMs,
);

test(
  'they are re-protected to the site over the VPN',
  async () => {
    const window = workbench();
    await window.run('Site Recovery Lab: Restore Link');
    await shoot('9 links');
    await operator.tick(['Site-to-site connection']);
    await window.view('Infrastructure').item('PS-AZURE').waitFor(patience);
    await shoot('9 link');
    // Members of a replication group go together: by their plan.
    await window.view('Recovery Plans').choose('shop', 'Re-protect Recovery Plan');
    await operator.verdict('Re-protect');
    for (const name of both) await operator.until(name, /Protected.*to the site/);
    await shoot('9 re-protected');
    await operator.clear();
  },
  limitMs,
);

test(
  'they fail back, and the disks at the site are those of Azure',
  async () => {
    const window = workbench();
    await using disks = await LabDisks.open(window.server.workspace);
    for (const name of both) {
      const disk = { location: 'azure', machine: azureName(name), disk: '0', at: 'present' } as const;
      await disks.call('disk.write', { disk, offset: 64 * 2 ** 20, base64: Buffer.alloc(sectorBytes, `Written in Azure by ${name}`).toString('base64') });
    }
    await window.view('Recovery Plans').choose('shop', 'Failback of Recovery Plan…');
    await operator.answer('Failback of Recovery Plan', { 'Recovery point': 'Latest', 'Shut down': 'Shut down first' });
    await operator.agree('Fail Back', [], () => shoot('10 failback modal'));
    await operator.verdict('Failback');
    for (const name of both) await operator.until(name, /Failover completed|commit/i);
    await shoot('10 failed back');
    home = await disks.atSite(plainName);
    expect(home).toEqual(await disks.blob(azureName(plainName)));
    expect(home).not.toEqual(left);
    expect(await disks.vmdk(hostileName)).toEqual(await disks.blob(azureName(hostileName)));
    await operator.clear();
    await window.run('Site Recovery Lab: Commit');
    await operator.tick(bothLabels);
    await operator.agree('Commit', both);
    for (const name of both) await operator.verdict(`Commit of ${inSentence(name)}`);
    for (const name of both) await operator.until(name, /Failover committed/);
    await shoot('10 committed');
  },
  limitMs,
);

test(
  'the lab is killed, and one press brings everything back',
  async () => {
    const window = workbench();
    await operator.clear();
    const before = locatorOf(window.server.workspace).pid;
    process.kill(before, 'SIGKILL');
    await window.toast('The lab ended unexpectedly').waitFor(patience);
    await window.screenshotInThemes('journey 11 lost');
    await window.pressInToast('The lab ended unexpectedly', 'Start It Again');
    for (const name of both) await operator.until(name, /Failover committed/);
    expect(locatorOf(window.server.workspace).pid).not.toBe(before);
    await window.view('Recovery Plans').item('shop').waitFor(patience);
    await using disks = await LabDisks.open(window.server.workspace);
    expect(await disks.atSite(plainName)).toEqual(home);
    await shoot('11 back');
  },
  limitMs,
);

test('nothing of the hostile name was anything but text', async () => {
  expect(await workbench().page.title()).not.toContain('broken');
  expect(await workbench().page.locator('img[src="x"]').count()).toBe(0);
});
