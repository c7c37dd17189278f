// A configuration server with its vault, and what a story puts beside it: process servers, vCenters, tasks of the vault.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { issue } from '../../../../emulator/http/certificates.ts';
import type { ConfigServer } from '../../../../emulator/onprem/configserver/configServer.ts';
import { ProcessServer, type ProcessServerDeps } from '../../../../emulator/onprem/processserver/processServer.ts';
import { VCenter, type MachineSpec } from '../../../../emulator/onprem/vcenter/vcenter.ts';
import type { SiteTask } from '../../../../emulator/replication/orders.ts';
import type { TaskResult } from '../../../../emulator/replication/reports.ts';
import { credentialsFile, openSiteLab, type SiteLab } from '../siteLab.ts';
import { siteSpec, specOf } from '../vcenter/siteSpec.ts';

export const minuteMs = 60_000;

export class SiteStory implements AsyncDisposable {
  readonly lab: SiteLab;
  /** The story may close it and open it again. */
  server: ConfigServer;

  private constructor(lab: SiteLab, server: ConfigServer) {
    this.lab = lab;
    this.server = server;
  }

  static async open(): Promise<SiteStory> {
    const lab = await openSiteLab();
    return new SiteStory(lab, lab.resources.use(await lab.openConfigServer()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lab[Symbol.asyncDispose]();
  }

  joinVault(): Promise<unknown> {
    return this.server.registerWithVault(credentialsFile(this.lab.kernel.clock.now()), this.lab.vault.url);
  }

  async openProcessServer(change: Partial<ProcessServerDeps> = {}): Promise<ProcessServer> {
    const opened = await ProcessServer.open({
      kernel: this.lab.kernel,
      folder: join(this.lab.folder, 'processserver'),
      name: 'PS01',
      inAzure: false,
      version: '9.24.0',
      configServerUrl: this.server.url,
      passphrase: this.server.passphrase,
      labCa: this.lab.labAuthority.certificate,
      openLog: () => Promise.reject(new Error('Nothing is uploaded here.')),
      reachMachine: async () => undefined,
      findPhysical: async () => undefined,
      ...change,
    });
    return this.lab.resources.use(opened);
  }

  async openVCenter(name = 'vcenter'): Promise<VCenter> {
    const opened = await VCenter.open({
      kernel: this.lab.kernel,
      folder: join(this.lab.folder, name),
      identity: await issue(this.lab.labAuthority, { name, role: 'vcenter' }),
      site: { ...siteSpec, datastores: [{ name: 'datastore1', type: 'VMFS', capacityBytes: 2 ** 34 }] },
      accounts: [
        { userName: 'asr', password: 'Asr1!', role: 'siteRecovery' },
        { userName: 'reader', password: 'Read1!', role: 'readOnly' },
      ],
    });
    return this.lab.resources.use(opened);
  }

  /** Orders tasks and waits until the vault has been told how they ended; lab time may pass. */
  async carryOut(...tasks: SiteTask[]): Promise<TaskResult[]> {
    await this.lab.vault.want({ machines: [], tasks });
    let results: TaskResult[] = [];
    await this.lab.kernel.clock.runUntil(() => {
      results = [...(this.lab.vault.reports.at(-1)?.taskResults ?? [])];
      return tasks.every((task) => results.some((result) => result.taskId === task.taskId));
    }, 60 * minuteMs);
    return results;
  }
}

/** A test with a site of its own; when it ends, nothing unexpected may have happened there. */
export const siteTest = test.extend<{ story: SiteStory }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern what the fixture needs: nothing
  story: async ({}, use) => {
    const story = await SiteStory.open();
    await use(story);
    await story[Symbol.asyncDispose]();
    expect(story.lab.kernel.unexpected).toEqual([]);
  },
});

export function machine(name: string, change: Partial<MachineSpec> = {}): MachineSpec {
  return {
    ...specOf(name),
    host: 'esxi-1',
    nics: [{ network: 'VM Network', ipAddress: '10.0.0.4' }],
    disks: [{ sizeBytes: 2 ** 20 }],
    ...change,
  };
}

export const addVCenter = (url: string, accountId: string, vCenterId = 'vc-1'): SiteTask => ({
  taskId: `add-${vCenterId}`,
  kind: 'addVCenter',
  vCenter: { vCenterId, friendlyName: vCenterId, url, accountId },
});
