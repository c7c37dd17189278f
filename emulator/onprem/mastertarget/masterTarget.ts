// The master target (asr-behaviour §7.3): takes disks through vCenter, writes what comes from Azure into them, gives them back.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { NetworkPath } from '../../contract/faults.ts';
import type { BlockDevice } from '../../disk/blockDevice.ts';
import { serveKeptPort } from '../../http/serveKeptPort.ts';
import type { Listening } from '../../http/serve.ts';
import type { Timer } from '../../kernel/clock.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { Store } from '../../kernel/store.ts';
import type { MasterTargetSettings, VCenterConnection } from '../../replication/orders.ts';
import type { MasterTargetReport } from '../../replication/reports.ts';
import type { Replica } from '../../replication/stations.ts';
import { SiteConnection } from '../../registration/siteConnection.ts';
import { VSphereClient } from '../vsphere/vSphereClient.ts';
import { HeldDisks, type Drive } from './heldDisks.ts';
import { RetentionLog } from './retentionLog.ts';
import { RetentionVolume, type RetentionVolumeDefinition } from './retentionVolume.ts';
import { masterTargetApp } from './routes.ts';
import { SiteInventory, type SiteDatastore } from './siteInventory.ts';
import type { HeldDisk } from './state.ts';
import { TaskQueue } from './taskQueue.ts';
import { attachDisks, detachDisks, type TaskDeps } from './taskRunner.ts';
import { volumesReport } from './volumesReport.ts';

const heartbeatMs = 60_000;
/** A new retention drive or datastore appears in the lists within 15 minutes (asr-behaviour §7.3). */
const inventoryMs = 15 * 60_000;

export interface MasterTargetDeps {
  readonly kernel: Kernel;
  readonly folder: string;
  readonly name: string;
  /** Of the master target's virtual machine in vCenter. */
  readonly machineName: string;
  readonly osType: 'Windows' | 'Linux';
  readonly version: string;
  /** 0: the system chooses once. */
  readonly port: number;
  readonly configServerUrl: string;
  readonly passphrase: string;
  readonly hostId?: string;
  /** PEM of the authority that signed vCenter's certificate. */
  readonly vCenterCa: string;
  readonly retentionVolumes: readonly RetentionVolumeDefinition[];
  /** The ESXi host of the master target opens a VMDK (`[datastore] folder/name.vmdk`) for it. */
  readonly openDatastoreDisk: (vmdkFile: string) => Promise<BlockDevice>;
}

export class MasterTarget implements AsyncDisposable {
  readonly #deps: MasterTargetDeps;
  readonly #store: Store;
  readonly #site: SiteConnection;
  readonly #disks: HeldDisks;
  #listening: Listening | undefined;
  #heartbeat: Timer | undefined;
  #inventory: Timer | undefined;
  #vCenter: VCenterConnection | null = null;
  #datastores: readonly SiteDatastore[] = [];
  readonly #tasks: TaskQueue;
  #reporting: 'no' | 'yes' | 'again' = 'no';
  #closed = false;

  private constructor(deps: MasterTargetDeps, opened: { store: Store; site: SiteConnection; drives: ReadonlyMap<string, Drive> }) {
    this.#deps = deps;
    this.#store = opened.store;
    this.#site = opened.site;
    const { kernel, openDatastoreDisk } = deps;
    this.#disks = new HeldDisks({ kernel, drives: opened.drives, openDatastoreDisk, onChange: () => this.#reportSoon() });
    this.#tasks = new TaskQueue({ kernel, store: opened.store, perform: (order) => this.#perform(order), onDone: () => this.#report() });
  }

  /**
   * Registers if it never did, takes up the disks it holds, and listens.
   * @throws LabError of `registerHost`, PortInUse, StateDatabaseDamaged
   */
  static async open(deps: MasterTargetDeps): Promise<MasterTarget> {
    await mkdir(deps.folder, { recursive: true });
    const { kernel, folder, name, configServerUrl, passphrase, version, osType, hostId } = deps;
    await using opening = new AsyncDisposableStack();
    const store = opening.use(new Store(join(folder, 'mastertarget.db')));
    const paths: readonly NetworkPath[] = ['mastertarget-configserver'];
    const site = opening.use(
      await SiteConnection.open({
        kernel,
        folder,
        configServerUrl,
        passphrase,
        role: 'mastertarget',
        name,
        paths,
        details: { version, osType },
        ...(hostId === undefined ? {} : { hostId }),
      }),
    );
    const drives = new Map<string, Drive>();
    for (const definition of deps.retentionVolumes) {
      const volume = await RetentionVolume.open(definition);
      drives.set(definition.volumeName, { volume, log: new RetentionLog(volume) });
    }
    const target = new MasterTarget(deps, { store, site, drives });
    await target.#start();
    opening.move();
    return target;
  }

  get url(): string {
    return (this.#listening as Listening).url;
  }

  get name(): string {
    return this.#deps.name;
  }

  /** The replica of a pair while its disk is attached here. */
  replicaOf(pairId: string): Replica | undefined {
    return this.#disks.find(pairId)?.replica;
  }

  get hostId(): string {
    return this.#site.hostId;
  }

  /** Cuts every open connection, as a broken cable does. */
  dropConnections(): void {
    this.#listening?.dropConnections();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#tasks.close();
    this.#heartbeat?.cancel();
    this.#inventory?.cancel();
    await this.#listening?.[Symbol.asyncDispose]();
    await this.#disks[Symbol.asyncDispose]();
    await this.#site[Symbol.asyncDispose]();
    this.#store[Symbol.dispose]();
  }

  async #start(): Promise<void> {
    const { kernel } = this.#deps;
    for (const held of this.#store.list<HeldDisk>('held')) if (held.state === 'attached') await this.#disks.takeUp(held);
    await this.#listen();
    this.#site.onIdentity(() => kernel.clock.start('master target port', () => this.#listen()));
    this.#site.follow<MasterTargetSettings>(async (settings) => {
      this.#vCenter = settings.vCenter;
      if (this.#datastores.length === 0) await this.#listDatastores();
      this.#tasks.follow(settings.tasks);
    });
    this.#inventory = kernel.clock.every(inventoryMs, 'master target inventory', () => this.#listDatastores());
    this.#heartbeat = kernel.clock.every(heartbeatMs, 'master target heartbeat', async () => {
      for (const pairId of this.#disks.missing()) await this.#disks.takeUp(this.#store.get<HeldDisk>('held', pairId));
      await this.#report();
    });
    this.#reportSoon();
  }

  async #listen(): Promise<void> {
    const { key, certificate, authority } = this.#site.identity;
    await this.#listening?.[Symbol.asyncDispose]();
    const app = masterTargetApp(this.#deps.kernel, (pairId) => this.#disks.pair(pairId));
    this.#listening = await serveKeptPort(app, {
      port: this.#deps.port,
      keptPort: this.#store.get<number>('port', 'port'),
      identity: { key, certificate, clientCa: authority },
    });
    this.#store.put('port', 'port', this.#listening.port);
  }

  async #perform({ task, vCenter }: MasterTargetSettings['tasks'][number]): Promise<Record<string, unknown>> {
    if (vCenter === null) throw new LabError('VCenterDisconnected', 'The configuration server knows none that holds the machine.');
    await using client = this.#vSphere(vCenter);
    const site = new SiteInventory(client);
    return task.kind === 'attachDisks' ? await attachDisks(task, site, this.#taskDeps()) : await detachDisks(task, site, this.#taskDeps());
  }

  /** A vCenter that does not answer leaves the list as it was. */
  async #listDatastores(): Promise<void> {
    if (this.#vCenter === null || this.#closed) return;
    const { trace } = this.#deps.kernel;
    try {
      await using client = this.#vSphere(this.#vCenter);
      this.#datastores = await new SiteInventory(client).datastores();
      this.#reportSoon();
    } catch (error) {
      const { code, message } = LabError.from(error);
      trace.record('mastertarget', 'datastoresNotListed', { code, message });
    }
  }

  #vSphere({ url, userName, password }: VCenterConnection): VSphereClient {
    return new VSphereClient({ url, userName, password, ca: this.#deps.vCenterCa, network: this.#deps.kernel.network, paths: ['mastertarget-vcenter'] });
  }

  #taskDeps(): TaskDeps {
    const { kernel, machineName, osType } = this.#deps;
    return {
      kernel,
      store: this.#store,
      machineName,
      osType,
      volume: (volumeName) => this.#disks.volume(volumeName),
      hold: (held) => this.#disks.hold(held),
      release: (held) => this.#disks.release(held),
      forget: (held) => this.#disks.forget(held),
      onDatastores: (datastores) => void (this.#datastores = datastores),
    };
  }

  /** Several changes of one moment make one report. */
  #reportSoon(): void {
    const before = this.#reporting;
    this.#reporting = before === 'no' ? 'yes' : 'again';
    if (before !== 'no' || this.#closed) return;
    this.#deps.kernel.clock.start('master target report', async () => {
      try {
        do {
          this.#reporting = 'yes';
          await this.#report();
        } while ((this.#reporting as string) === 'again' && !this.#closed);
      } finally {
        this.#reporting = 'no';
      }
    });
  }

  async #report(): Promise<void> {
    // Disks are taken up before it listens; what they have to say is in the first report.
    if (this.#closed || this.#listening === undefined) return;
    try {
      await this.#site.report({ masterTarget: await this.#describe(), taskResults: this.#tasks.results() });
    } catch (error) {
      const { code, message } = LabError.from(error);
      this.#deps.kernel.trace.record('mastertarget', 'reportFailed', { code, message });
      if (code === 'InternalError') throw error;
    }
  }

  async #describe(): Promise<MasterTargetReport> {
    const { kernel, name, osType, version } = this.#deps;
    return {
      hostId: this.hostId,
      name,
      url: this.url,
      osType,
      version,
      lastHeartbeatMs: kernel.clock.now(),
      ...volumesReport(this.#disks.volumes, this.#disks.problems()),
      dataStores: this.#datastores.map((datastore) => ({
        symbolicName: datastore.name,
        capacityBytes: datastore.capacityBytes,
        freeBytes: datastore.freeBytes,
        type: datastore.type,
      })),
      attachedDisks: this.#store.list<HeldDisk>('held').length,
      pairs: await this.#disks.describe(),
    };
  }
}
