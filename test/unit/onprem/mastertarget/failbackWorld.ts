// A failback's far end on real sockets: a vCenter with VMDKs, a configuration server, a vault that only gives orders, a process server's certificate.
import express from 'express';
import { join } from 'node:path';
import { createAuthority, issue } from '../../../../emulator/http/certificates.ts';
import { HttpClient } from '../../../../emulator/http/client.ts';
import { Doorbell } from '../../../../emulator/http/doorbell.ts';
import { serve } from '../../../../emulator/http/serve.ts';
import type { Kernel } from '../../../../emulator/kernel/kernel.ts';
import { ConfigServer } from '../../../../emulator/onprem/configserver/configServer.ts';
import { MasterTarget, type MasterTargetDeps } from '../../../../emulator/onprem/mastertarget/masterTarget.ts';
import { SiteConnection } from '../../../../emulator/registration/siteConnection.ts';
import type { VCenterAccount } from '../../../../emulator/onprem/vcenter/accounts.ts';
import { VCenter } from '../../../../emulator/onprem/vcenter/vcenter.ts';
import { VSphereClient } from '../../../../emulator/onprem/vsphere/vSphereClient.ts';
import { encodeBatch } from '../../../../emulator/replication/batch.ts';
import type { SiteTask } from '../../../../emulator/replication/orders.ts';
import type { SiteReport, TaskResult } from '../../../../emulator/replication/reports.ts';
import { seal } from '../../../../emulator/replication/seal.ts';
import type { Mark } from '../../../../emulator/replication/stations.ts';
import { guestLab, type GuestLab } from '../../machine/guestLab.ts';
import { siteSpec, specOf } from '../vcenter/siteSpec.ts';

export const key = Buffer.alloc(32, 3);
export const minuteMs = 60_000;
type AttachTask = Extract<SiteTask, { kind: 'attachDisks' }>;

const accounts: readonly VCenterAccount[] = [
  { userName: 'asr@vsphere.local', password: 'Asr1!', role: 'siteRecovery' },
  { userName: 'reader@vsphere.local', password: 'Read1!', role: 'readOnly' },
  { userName: 'administrator@vsphere.local', password: 'Adm1n!', role: 'administrator' },
];

interface Site extends AsyncDisposable {
  readonly lab: GuestLab;
  readonly kernel: Kernel;
  readonly ca: string;
  readonly vCenter: VCenter;
}

async function openSite(): Promise<Site> {
  const lab = guestLab('failback');
  const authority = await createAuthority('vCenter authority');
  const vCenter = await VCenter.open({
    kernel: lab.kernel,
    folder: join(lab.folder, 'vcenter'),
    identity: await issue(authority, { name: 'vcenter', role: 'vcenter' }),
    accounts,
    // Every host reaches every datastore.
    site: { ...siteSpec, datastores: siteSpec.datastores.map(({ name, type, capacityBytes }) => ({ name, type, capacityBytes })) },
  });
  await vCenter.addMachine(specOf('web'));
  await vCenter.addMachine({ ...specOf('db'), osType: 'Windows', osVersion: 'Windows Server 2016' });
  await vCenter.addMachine({ ...specOf('mt'), appliance: true });
  return {
    lab,
    kernel: lab.kernel,
    ca: authority.certificate,
    vCenter,
    [Symbol.asyncDispose]: async () => {
      await vCenter[Symbol.asyncDispose]();
      await lab[Symbol.asyncDispose]();
    },
  };
}

/** Everything around one master target. */
export class FailbackWorld implements AsyncDisposable {
  readonly resources = new AsyncDisposableStack();
  readonly #doorbell = new Doorbell();
  readonly #results = new Map<string, TaskResult>();
  #tasks: SiteTask[] = [];
  #nextTask = 1;
  site!: Site;
  configServer!: ConfigServer;
  masterTarget!: MasterTarget;
  processServer!: HttpClient;
  report: SiteReport | undefined;
  deps!: MasterTargetDeps;

  /** @param account 0 may take disks, 1 only reads */
  static async open(account = 0): Promise<FailbackWorld> {
    const world = new FailbackWorld();
    world.site = world.resources.use(await openSite());
    const { kernel, ca } = world.site;
    const { folder } = world.site.lab;
    await world.site.vCenter.power(world.machineId('mt'), 'start');
    const authority = await createAuthority('vault authority');
    const vault = world.resources.use(await serve(world.#vault(), { identity: await issue(authority, { name: 'vault', role: 'vault' }) }));
    world.configServer = world.resources.use(
      await ConfigServer.open({ kernel, folder: join(folder, 'cs'), name: 'CS', version: '9.12.0.0', labCa: authority.certificate }),
    );
    const { userName, password } = accounts[account] as VCenterAccount;
    const accountId = world.configServer.addAccount('vcenter', userName, password);
    await world.activity(() => world.configServer.registerWithVault('{}', vault.url));
    const { url: configServerUrl, passphrase } = world.configServer;
    const retention = { volumeName: 'R:', folder: join(folder, 'retention'), capacityBytes: 2 ** 30, fileSystem: 'NTFS' };
    world.deps = {
      kernel,
      folder: join(folder, 'mt'),
      name: 'mt',
      machineName: 'mt',
      osType: 'Linux',
      version: '9.12.0.0',
      port: 0,
      configServerUrl,
      passphrase,
      vCenterCa: ca,
      retentionVolumes: [retention, { ...retention, volumeName: 'F:', folder: join(folder, 'fat'), fileSystem: 'FAT32' }],
      openDatastoreDisk: (vmdkFile) => world.site.vCenter.openAttachedDisk(vmdkFile),
    };
    world.masterTarget = await world.activity(() => MasterTarget.open(world.deps));
    world.resources.defer(() => world.masterTarget[Symbol.asyncDispose]());
    const ps = world.resources.use(
      await world.activity(() =>
        SiteConnection.open({ kernel, folder: join(folder, 'ps'), configServerUrl, passphrase, role: 'processserver', name: 'PS', details: {}, paths: [] }),
      ),
    );
    const { key: clientKey, certificate, authority: ca2 } = ps.identity;
    world.processServer = world.resources.use(
      new HttpClient({ url: world.masterTarget.url, identity: { ca: ca2, key: clientKey, certificate }, network: kernel.network, paths: [] }),
    );
    await world.give({ kind: 'addVCenter', vCenter: { vCenterId: 'vc', friendlyName: 'vc', url: world.site.vCenter.url, accountId } });
    return world;
  }

  machineId(name: string): string {
    return this.site.vCenter.list().find((vm) => vm.name === name)?.instanceUuid as string;
  }

  async activity<T>(work: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.site.lab.clock.start('test', () => work().then(resolve, reject));
    return promise;
  }

  /** Orders a task and waits for what becomes of it. */
  async give(task: SiteTask extends infer T ? (T extends SiteTask ? Omit<T, 'taskId'> : never) : never): Promise<TaskResult | undefined> {
    const taskId = `task-${(this.#nextTask += 1)}`;
    this.#tasks = [...this.#tasks.filter(({ kind }) => kind === 'addVCenter'), { ...task, taskId }];
    await this.#doorbell.ring('vault');
    await this.site.lab.clock.settle();
    await this.site.lab.clock.advance(minuteMs);
    return this.#results.get(taskId);
  }

  attachOf(name: string, change: Partial<AttachTask> = {}): Omit<AttachTask, 'taskId'> {
    const vm = this.site.vCenter.list().find((candidate) => candidate.name === name);
    const disks = (vm?.disks ?? []).map(({ diskId, sizeBytes }) => ({
      pairId: `${name}-${diskId.slice(0, 8)}`,
      diskId,
      sizeBytes,
      key: key.toString('base64'),
    }));
    return {
      kind: 'attachDisks',
      masterTargetId: this.masterTarget.hostId,
      retentionDrive: 'R:',
      datastore: 'datastore1',
      machineId: this.machineId(name),
      newMachine: null,
      disks,
      ...change,
    };
  }

  async send(pairId: string, sequence: number, write: { offset: number; bytes: Buffer; mark?: Mark }): Promise<void> {
    const { mark } = write;
    const frame = encodeBatch(
      {
        pairId,
        sequence,
        stage: 'DifferentialSync',
        extents: [{ offset: write.offset, length: write.bytes.length }],
        capturedMs: 0,
        ...(mark === undefined ? {} : { mark }),
      },
      [write.bytes],
    );
    await this.processServer.call(`/pairs/${pairId}/batches/${sequence}`, { method: 'PUT', body: await seal(frame, { key, pairId, sequence }) });
    await this.site.lab.clock.settle();
  }

  /** Somebody takes a snapshot of a machine in vCenter. */
  async snapshot(name: string): Promise<void> {
    const { userName, password } = accounts[2] as VCenterAccount;
    await using client = new VSphereClient({ url: this.site.vCenter.url, userName, password, ca: this.site.ca, network: this.site.kernel.network, paths: [] });
    const vm = this.site.vCenter.list().find((candidate) => candidate.name === name)?.id;
    await client.json(`/api/vcenter/vm/${vm}/snapshots`, { body: { name: 'before patching' } });
  }

  async reopen(): Promise<void> {
    await this.masterTarget[Symbol.asyncDispose]();
    this.masterTarget = await this.activity(() => MasterTarget.open(this.deps));
    await this.site.lab.clock.advance(minuteMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.resources.disposeAsync();
  }

  #vault(): express.Express {
    const app = express();
    app.use(express.json({ limit: '10mb' }));
    app.post('/registration', (_request, response) => void response.json({ token: 'token', vaultName: 'vault', region: 'here' }));
    app.get('/configservers/:id/settings', async (request, response) => {
      const gone = new AbortController();
      response.on('close', () => gone.abort());
      response.json({ revision: await this.#doorbell.poll('vault', Number(request.query['after']), gone.signal), machines: [], tasks: this.#tasks });
    });
    app.post('/configservers/:id/report', (request, response) => {
      this.report = request.body as SiteReport;
      for (const result of this.report.taskResults ?? []) this.#results.set(result.taskId, result);
      response.status(204).end();
    });
    return app;
  }
}
