// A site around machines under test: a real configuration server, a vault that only gives orders, a process server that only takes batches; all on real sockets.
import express, { type Express } from 'express';
import { join } from 'node:path';
import { Doorbell } from '../../../../emulator/http/doorbell.ts';
import { createAuthority, issue } from '../../../../emulator/http/certificates.ts';
import { requireRole } from '../../../../emulator/http/peer.ts';
import { problems } from '../../../../emulator/http/problem.ts';
import { serve, type Listening } from '../../../../emulator/http/serve.ts';
import { LabError } from '../../../../emulator/kernel/errors.ts';
import type { Kernel } from '../../../../emulator/kernel/kernel.ts';
import type { Machine } from '../../../../emulator/machine/machine.ts';
import { MobilityService, type MobilityServiceDeps } from '../../../../emulator/machine/mobility/mobilityService.ts';
import { ConfigServer } from '../../../../emulator/onprem/configserver/configServer.ts';
import { RetentionLog } from '../../../../emulator/onprem/mastertarget/retentionLog.ts';
import { RetentionVolume } from '../../../../emulator/onprem/mastertarget/retentionVolume.ts';
import { VmdkReplica } from '../../../../emulator/onprem/mastertarget/vmdkReplica.ts';
import { SiteConnection } from '../../../../emulator/registration/siteConnection.ts';
import { decodeHeader } from '../../../../emulator/replication/batch.ts';
import type { MachineOrder, PairOrder } from '../../../../emulator/replication/orders.ts';
import type { AgentReport, SiteReport } from '../../../../emulator/replication/reports.ts';
import { seal } from '../../../../emulator/replication/seal.ts';
import { PairTargetEngine } from '../../../../emulator/replication/target.ts';
import { MemoryDisk } from '../../onprem/mastertarget/memoryDisk.ts';
import { guestLab, type GuestLab } from '../guestLab.ts';

const key = Buffer.alloc(32, 5);

interface Arrived {
  readonly replica: VmdkReplica;
  readonly engine: PairTargetEngine;
  readonly log: RetentionLog;
  accepted: number;
}

export class SiteWorld implements AsyncDisposable {
  readonly lab: GuestLab;
  readonly arrived = new Map<string, Arrived>();
  readonly services: MobilityService[] = [];
  readonly #resources: AsyncDisposableStack;
  readonly #doorbell = new Doorbell();
  readonly #orders = new Map<string, MachineOrder>();
  configServer!: ConfigServer;
  processServer!: { hostId: string; url: string };
  processServerSocket!: Listening;
  lastReport: SiteReport | undefined;

  private constructor(lab: GuestLab, resources: AsyncDisposableStack) {
    this.lab = lab;
    this.#resources = resources;
  }

  static async open(seed = 'site'): Promise<SiteWorld> {
    const lab = guestLab(seed);
    const world = new SiteWorld(lab, new AsyncDisposableStack());
    world.#resources.use(lab);
    await world.#openServers();
    return world;
  }

  get kernel(): Kernel {
    return this.lab.kernel;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }

  /** Installs the service and waits until it has registered. */
  async install(machine: Machine, change: Partial<MobilityServiceDeps> = {}): Promise<MobilityService> {
    const service = new MobilityService({
      kernel: this.kernel,
      configServerUrl: this.configServer.url,
      passphrase: this.configServer.passphrase,
      version: '9.12.0.0',
      ...change,
    });
    this.services.push(service);
    await this.activity(() => machine.install(service));
    if (machine.state !== 'poweredOn') await this.activity(() => machine.powerOn());
    await this.lab.clock.settle();
    return service;
  }

  /** Runs work as an activity of the lab and waits for it. */
  async activity<T>(work: () => Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.lab.clock.start('test', () => work().then(resolve, reject));
    return promise;
  }

  /** Gives a machine its order and waits until it has acted on it. */
  async order(machine: Machine, service: MobilityService, change: Partial<MachineOrder> = {}): Promise<void> {
    const hostId = await service.registered();
    const former = this.#orders.get(hostId);
    const pairs = machine.definition.disks.map((disk) => this.pairOrder(machine, disk));
    this.#orders.set(hostId, {
      hostId,
      processServer: this.processServer,
      pairs,
      crashConsistentIntervalMs: 300_000,
      appConsistentIntervalMs: 0,
      group: null,
      markRequest: null,
      ...former,
      ...change,
    });
    await this.ring();
  }

  async forget(hostId: string): Promise<void> {
    this.#orders.delete(hostId);
    await this.ring();
  }

  async ring(): Promise<void> {
    await this.#doorbell.ring('vault');
    await this.lab.clock.settle();
  }

  pairOrder(machine: Machine, disk: { diskId: string; sizeBytes: number }): PairOrder {
    const pairId = `${machine.name}-${disk.diskId}`;
    return {
      pairId,
      diskId: disk.diskId,
      sizeBytes: disk.sizeBytes,
      direction: 'forward',
      initial: 'copy',
      resyncId: null,
      key: key.toString('base64'),
      target: { kind: 'mastertarget', masterTargetId: 'none', masterTargetUrl: 'none' },
    };
  }

  agent(hostId: string | undefined): AgentReport | undefined {
    return this.lastReport?.agents?.find((agent) => agent.hostId === hostId);
  }

  replica(pairId: string): VmdkReplica {
    return (this.arrived.get(pairId) as Arrived).replica;
  }

  async #openServers(): Promise<void> {
    const { kernel, folder, clock } = this.lab;
    const authority = await createAuthority('lab');
    const identity = await issue(authority, { name: 'vault', role: 'vault' });
    const vault = this.#resources.use(await serve(this.#vault(), { identity }));
    this.configServer = this.#resources.use(
      await ConfigServer.open({ kernel, folder: join(folder, 'configserver'), name: 'CS', version: '9.12.0.0', labCa: authority.certificate }),
    );
    await this.activity(() => this.configServer.registerWithVault('{}', vault.url));
    const site = await this.activity(() =>
      SiteConnection.open({
        kernel,
        folder: join(folder, 'processserver'),
        configServerUrl: this.configServer.url,
        passphrase: this.configServer.passphrase,
        role: 'processserver',
        name: 'PS',
        details: {},
        paths: ['processserver-configserver'],
      }),
    );
    this.#resources.use(site);
    const { certificate, authority: siteAuthority } = site.identity;
    this.processServerSocket = this.#resources.use(
      await serve(this.#relay(folder), { identity: { key: site.identity.key, certificate, clientCa: siteAuthority } }),
    );
    this.processServer = { hostId: site.hostId, url: this.processServerSocket.url };
    await clock.settle();
    this.#resources.defer(async () => {
      for (const { engine, replica } of this.arrived.values()) {
        await engine.close();
        await replica[Symbol.asyncDispose]();
      }
    });
  }

  #vault(): Express {
    const app = express();
    app.use(express.json({ limit: '10mb' }));
    app.post('/registration', (_request, response) => void response.json({ token: 'token', vaultName: 'vault', region: 'here' }));
    app.get('/configservers/:id/settings', async (request, response) => {
      const gone = new AbortController();
      response.on('close', () => gone.abort());
      const revision = await this.#doorbell.poll('vault', Number(request.query['after']), gone.signal);
      response.json({ revision, machines: [...this.#orders.values()], tasks: [] });
    });
    app.post('/configservers/:id/report', (request, response) => {
      this.lastReport = request.body as SiteReport;
      response.status(204).end();
    });
    return app;
  }

  #relay(folder: string): Express {
    const { kernel } = this.lab;
    const app = express();
    app.use(requireRole(kernel.clock, 'agent'));
    app.get('/pairs/:pairId', (request, response) => void response.json({ accepted: this.arrived.get(request.params.pairId)?.accepted ?? 0 }));
    app.post('/pairs/:pairId/batches/:sequence', express.raw({ type: () => true, limit: '64mb' }), async (request, response) => {
      const { pairId, sequence } = decodeHeader(request.body as Buffer);
      const arrived = this.arrived.get(pairId) ?? (await this.#open(pairId, folder));
      if (sequence > arrived.accepted + 1) throw new LabError('BatchOutOfOrder', `${pairId} ${sequence}`);
      await arrived.log.append(pairId, sequence, await seal(request.body as Buffer, { key, pairId, sequence }));
      arrived.accepted = Math.max(arrived.accepted, sequence);
      arrived.engine.wake();
      response.json({ accepted: arrived.accepted });
    });
    app.use(problems('relay', kernel.trace));
    return app;
  }

  async #open(pairId: string, folder: string): Promise<Arrived> {
    const { kernel } = this.lab;
    // One each: a drive counts what is on it when it is opened, which no other pair may change meanwhile.
    const volume = await RetentionVolume.open({ volumeName: 'R:', folder: join(folder, 'retention', pairId), capacityBytes: 2 ** 32, fileSystem: 'NTFS' });
    const log = new RetentionLog(volume);
    const sizeBytes = [...this.#orders.values()].flatMap(({ pairs }) => pairs).find((pair) => pair.pairId === pairId)?.sizeBytes ?? 0;
    const replica = await VmdkReplica.open({ volume, pairId, disk: new MemoryDisk(sizeBytes) });
    const engine = new PairTargetEngine({
      kernel,
      pairId,
      key,
      log,
      replica,
      onSnapshot: () => undefined,
      onBroken: (error) => void this.lab.failures.push(error),
    });
    const arrived = { replica, engine, log, accepted: 0 };
    this.arrived.set(pairId, arrived);
    return arrived;
  }
}
