// The configuration server between its vault, a vCenter and a process server: orders go down, results and reports come up.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { SiteConnection } from '../../../../emulator/registration/siteConnection.ts';
import type { AgentSettings, SiteTask } from '../../../../emulator/replication/orders.ts';
import { machineOrder, pairOrder } from '../processserver/relayLab.ts';
import { credentialsFile, eventually } from '../siteLab.ts';
import { minuteMs, siteTest } from './siteStory.ts';

siteTest('a registration key older than five days, and a file that is none, do not register', async ({ story }) => {
  const { lab, server } = story;
  const text = credentialsFile(lab.kernel.clock.now());
  await lab.kernel.clock.jump(5 * 86_400_000 + 1);
  await expect(server.registerWithVault(text, lab.vault.url)).rejects.toMatchObject({ code: 'AccessDenied' });
  await expect(server.registerWithVault('<xml/>', lab.vault.url)).rejects.toMatchObject({ code: 'VaultCredentialsMalformed' });
  await expect(server.registerWithVault('[]', lab.vault.url)).rejects.toMatchObject({ code: 'VaultCredentialsMalformed' });
});

siteTest('a clock more than 15 minutes off keeps the server from registering', async ({ story }) => {
  const { server } = story;
  server.setClockSkew(-16 * minuteMs);
  await expect(story.joinVault()).rejects.toMatchObject({ code: 'ACS50008' });
  server.setClockSkew(14 * minuteMs);
  expect(await story.joinVault()).toEqual({ vaultName: 'vault', region: 'westeurope' });
});

siteTest('a configuration server belongs to one vault', async ({ story }) => {
  const { lab, server } = story;
  await story.joinVault();
  await expect(server.registerWithVault(credentialsFile(lab.kernel.clock.now()), 'https://127.0.0.1:1')).rejects.toMatchObject({
    code: 'ConfigServerRegisteredElsewhere',
  });
});

siteTest('the vault hears of the site each minute, with accounts but without their secrets', async ({ story }) => {
  const { lab, server } = story;
  await story.joinVault();
  expect(server.addAccount('vcenter', 'asr', 'Asr1!')).toBe('1');
  expect(server.addAccount('linux', 'root', 's3cret')).toBe('2');
  expect(server.addAccount('vcenter', 'asr', 'changed')).toBe('1');
  await eventually(lab.kernel, () => lab.vault.reports.at(-1)?.configServer.accounts.length === 2);
  const before = lab.vault.reports.length;
  await lab.kernel.clock.advance(3 * minuteMs);
  expect(lab.vault.reports.length).toBe(before + 3);
  expect(lab.vault.reports.at(-1)?.configServer).toMatchObject({
    hostId: server.hostId,
    name: 'CS01',
    accounts: [
      { accountId: '1', accountName: 'vcenter' },
      { accountId: '2', accountName: 'linux' },
    ],
  });
  expect(JSON.stringify(lab.vault.reports)).not.toMatch(/Asr1|s3cret|changed/);
});

siteTest('an order of the vault has reached the agent when the vault’s ring ends', async ({ story }) => {
  const { lab, server } = story;
  await story.joinVault();
  await using agent = await SiteConnection.open({
    kernel: lab.kernel,
    folder: join(lab.folder, 'agent'),
    configServerUrl: server.url,
    passphrase: server.passphrase,
    role: 'agent',
    hostId: 'agent-1',
    name: 'web-1',
    details: {},
    paths: ['machine-configserver'],
  });
  const seen: AgentSettings[] = [];
  agent.follow<AgentSettings>(async (settings) => void seen.push(settings));
  await eventually(lab.kernel, () => seen.length > 0);
  const order = machineOrder(null, [pairOrder('disk-a', lab.vault.url)]);
  await lab.vault.want({ machines: [order], tasks: [] });
  expect(seen.at(-1)?.order).toEqual(order);
  await lab.vault.want({ machines: [], tasks: [] });
  expect(seen.at(-1)?.order).toBeNull();
});

siteTest('settings that came while the configuration server was away are acted on when it is back', async ({ story }) => {
  const { lab, server } = story;
  await story.joinVault();
  await server[Symbol.asyncDispose]();
  await eventually(lab.kernel, () => lab.vault.openPolls === 0);
  await lab.vault.want({ machines: [], tasks: [{ taskId: 't-1', kind: 'removeVCenter', vCenterId: 'vc-9' }] });
  story.server = lab.resources.use(await lab.openConfigServer());
  await eventually(lab.kernel, () => lab.vault.reports.at(-1)?.taskResults?.length === 1);
  expect(lab.vault.reports.at(-1)?.taskResults).toEqual([{ taskId: 't-1', state: 'done' }]);
});

siteTest('an unregistered agent is not listened to until it registers anew', async ({ story }) => {
  const { lab, server } = story;
  await story.joinVault();
  const options = {
    kernel: lab.kernel,
    folder: join(lab.folder, 'agent'),
    configServerUrl: server.url,
    passphrase: server.passphrase,
    role: 'agent',
    hostId: 'agent-1',
    name: 'web-1',
    details: {},
    paths: ['machine-configserver'],
  } as const;
  await using agent = await SiteConnection.open(options);
  await story.carryOut({ taskId: 'u-1', kind: 'unregisterAgent', hostId: 'agent-1' });
  await expect(agent.report({})).rejects.toMatchObject({ code: 'AccessDenied' });
  await using again = await SiteConnection.open({ ...options, folder: join(lab.folder, 'agent-again') });
  await again.report({});
});

siteTest('results of tasks are repeated until the vault has taken them, also after a restart', async ({ story }) => {
  const { lab, server } = story;
  await story.joinVault();
  const task: SiteTask = { taskId: 't-1', kind: 'removeVCenter', vCenterId: 'vc-9' };
  expect(await story.carryOut(task)).toEqual([{ taskId: 't-1', state: 'done' }]);
  await server[Symbol.asyncDispose]();
  story.server = lab.resources.use(await lab.openConfigServer());
  await lab.kernel.clock.advance(minuteMs);
  expect(lab.vault.reports.at(-1)?.taskResults).toEqual([{ taskId: 't-1', state: 'done' }]);
  await lab.vault.want({ machines: [], tasks: [] });
  await lab.kernel.clock.advance(minuteMs);
  expect(lab.vault.reports.at(-1)?.taskResults).toEqual([]);
});

siteTest('a pair of another machine’s process server is known to that one only', async ({ story }) => {
  const { lab } = story;
  await story.joinVault();
  const first = await story.openProcessServer();
  const second = await story.openProcessServer({ folder: join(lab.folder, 'second'), name: 'PS02' });
  await lab.vault.want({ machines: [machineOrder(second, [pairOrder('disk-a', lab.vault.url)])], tasks: [] });
  await eventually(lab.kernel, () => second.gateway.pairs.has('disk-a'));
  expect(first.gateway.pairs.has('disk-a')).toBe(false);
});

siteTest('a part of another host in a report is refused', async ({ story }) => {
  const { lab, server } = story;
  await using agent = await SiteConnection.open({
    kernel: lab.kernel,
    folder: join(lab.folder, 'agent'),
    configServerUrl: server.url,
    passphrase: server.passphrase,
    role: 'agent',
    hostId: 'agent-1',
    name: 'web-1',
    details: {},
    paths: ['machine-configserver'],
  });
  await expect(agent.report({ agent: { hostId: 'agent-2' } as never })).rejects.toMatchObject({ code: 'MalformedRequest' });
  await expect(agent.report({ machines: 'all' as never })).rejects.toMatchObject({ code: 'MalformedRequest' });
});

siteTest('the passphrase lies in the server’s folder for who sets up components', async ({ story }) => {
  const { lab, server } = story;
  expect(await readFile(join(lab.folder, 'configserver', 'passphrase.txt'), 'utf8')).toBe(`${server.passphrase}\n`);
});
