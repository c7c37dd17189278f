// Components that no lab starts: processes of their own that join a site or a vault over the network alone, and leave as processes do.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RoleReadyLine } from '../../emulator/contract/role.ts';
import type { RoleStatus } from '../../emulator/contract/resources.ts';
import { useFolder } from '../support/folder.ts';
import { SrlabProcess } from '../support/srlabProcess.ts';
import { LabProcess } from './world/labProcess.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** A lab without machines, and what is started beside it. */
class Site implements AsyncDisposable {
  readonly #folder = useFolder();
  readonly #started = new AsyncDisposableStack();
  readonly lab = new LabProcess({ dir: this.file('lab'), scenario: this.file('estate.json'), seed: 'standalone', processes: [] });

  static async open(): Promise<Site> {
    const site = new Site();
    writeFileSync(site.file('estate.json'), JSON.stringify({ virtualMachines: [], masterTargets: [] }));
    site.#started.use(site.lab);
    await site.lab.start();
    return site;
  }

  file(...names: string[]): string {
    return join(this.#folder.path, ...names);
  }

  /** The folder of a component is named after it. */
  async run(role: string, name: string, options: readonly string[]): Promise<SrlabProcess<RoleReadyLine>> {
    const process = await SrlabProcess.start<RoleReadyLine>(['run', role, '--name', name, '--dir', this.file(name), '--ca', this.lab.ready.ca, ...options]);
    return this.#started.use(process);
  }

  /** What it takes to register with a configuration server. */
  joining(configServerUrl: string, passphrase: string): string[] {
    writeFileSync(this.file('passphrase.txt'), `${passphrase}\n`);
    return ['--config-server', configServerUrl, '--passphrase-file', this.file('passphrase.txt')];
  }

  /** A new registration key of the vault, as a file. */
  async registrationKey(): Promise<string> {
    const { credentials } = await this.lab.call('vault.credentials', {});
    writeFileSync(this.file('vault.key'), credentials);
    return this.file('vault.key');
  }

  /** Ends when the vault has heard of the component what is wanted; the test's own limit ends a vain wait. */
  async heard(role: string, name: string, wanted: (status: RoleStatus) => boolean = () => true): Promise<RoleStatus> {
    for (;;) {
      const found = await this.look(role, name);
      if (found !== undefined && wanted(found)) return found;
      // The component's time is the wall's; what is heard of it goes to the vault with the next heartbeat in the lab's.
      await this.lab.call('clock.step', { stepMs: 1000 });
    }
  }

  async look(role: string, name: string): Promise<RoleStatus | undefined> {
    const { roles } = await this.lab.call('lab.status', {});
    return roles.find((one) => one.role === role && one.name === name);
  }

  /** A defect in any process stands in its trace. */
  unexpected(...components: string[]): string[] {
    return [this.file('lab', '.srlab'), ...components.map((name) => this.file(name))].flatMap((folder) =>
      readFileSync(join(folder, 'trace.jsonl'), 'utf8')
        .split('\n')
        .filter((line) => line.includes('"event":"unexpected"')),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#started.disposeAsync();
    this.#folder[Symbol.dispose]();
  }
}

test('a process server and a master target join by the passphrase, are missed when they are killed, and come back as who they were', async () => {
  await using site = await Site.open();
  const { configServer } = site.lab.ready;
  await expect(site.run('processserver', 'PS02', site.joining(configServer.url, 'a guess'))).rejects.toMatchObject({ code: 'PassphraseWrong' });

  const joining = site.joining(configServer.url, configServer.passphrase);
  const roles = [
    { role: 'processserver', name: 'PS02' },
    { role: 'mastertarget', name: 'MT02' },
  ] as const;
  for (const { role, name } of roles) {
    const first = await site.run(role, name, joining);
    const joined = await site.heard(role, name);
    expect(joined).toMatchObject({ url: first.ready.url, state: 'running', health: 'Normal' });

    await first.kill();
    await site.lab.call('clock.step', { stepMs: 16 * minuteMs });
    expect(await site.look(role, name)).toMatchObject({ state: 'stopped', health: 'Critical', lastHeartbeatMs: joined.lastHeartbeatMs });

    const again = await site.run(role, name, joining);
    expect({ ...again.ready, pid: 0 }).toEqual({ ...first.ready, pid: 0 });
    await site.heard(role, name, ({ state }) => state === 'running');
  }
  expect(site.unexpected('PS02', 'MT02')).toEqual([]);
});

test('a second configuration server joins the vault by a registration key, and has a site of its own', async () => {
  await using site = await Site.open();
  const key = await site.registrationKey();
  await expect(site.run('configserver', 'CS02', [])).rejects.toMatchObject({ code: 'InvalidArgument' });
  writeFileSync(site.file('torn.key'), readFileSync(key, 'utf8').slice(0, 100));
  await expect(site.run('configserver', 'CS02', ['--credentials', site.file('torn.key')])).rejects.toMatchObject({ code: 'VaultCredentialsMalformed' });
  writeFileSync(site.file('changed.key'), readFileSync(key, 'utf8').replace('westeurope', 'eastus'));
  await expect(site.run('configserver', 'CS02', ['--credentials', site.file('changed.key')])).rejects.toMatchObject({ code: 'CredentialsInvalid' });
  await site.lab.call('clock.jump', { jumpMs: 6 * dayMs });
  await expect(site.run('configserver', 'CS02', ['--credentials', key])).rejects.toMatchObject({ code: 'CredentialsExpired' });

  const first = await site.run('configserver', 'CS02', ['--credentials', await site.registrationKey()]);
  await site.heard('configserver', 'CS02');
  const joining = site.joining(first.ready.url, readFileSync(site.file('CS02', 'passphrase.txt'), 'utf8').trim());
  for (const [role, name] of [
    ['processserver', 'PS03'],
    ['mastertarget', 'MT03'],
  ] as const) {
    const { ready } = await site.run(role, name, joining);
    expect(await site.heard(role, name)).toMatchObject({ url: ready.url });
  }

  await first.kill();
  await site.lab.call('clock.step', { stepMs: 16 * minuteMs });
  expect(await site.look('configserver', 'CS02')).toMatchObject({ state: 'stopped', health: 'Critical' });
  // Registered once, it needs no key any more.
  const again = await site.run('configserver', 'CS02', []);
  expect(again.ready).toMatchObject({ hostId: first.ready.hostId, url: first.ready.url });
  await site.heard('configserver', 'CS02', ({ state }) => state === 'running');
  expect(await site.look('configserver', 'CS01')).toMatchObject({ state: 'running', health: 'Normal' });
  expect(site.unexpected('CS02', 'PS03', 'MT03')).toEqual([]);
});
