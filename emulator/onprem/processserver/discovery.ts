// Finds the machines of the site every 15 minutes and on request (asr-behaviour §2.1): vCenters by their REST wire, physical servers by what was typed in.
import type { TimeMs } from '../../kernel/clock.ts';
import { LabError, type ErrorBody } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Store } from '../../kernel/store.ts';
import type { PhysicalServerOrder, ProcessServerSettings, VCenterConnection } from '../../replication/orders.ts';
import type { DiscoveredMachine, HostReport, TaskResult, VCenterReport } from '../../replication/reports.ts';
import { firstOrigins, judge, type FoundMachine } from './selectability.ts';
import { scanVCenter } from './vCenterScan.ts';

export type DiscoveryOrder = NonNullable<ProcessServerSettings['discovery']>;

interface DiscoveryDeps {
  readonly kernel: Pick<Kernel, 'clock' | 'network' | 'faults' | 'trace'>;
  readonly vCenterCa: string;
  readonly store: Store;
  readonly findPhysical: (order: PhysicalServerOrder) => Promise<Omit<DiscoveredMachine, 'notSelectable'> | undefined>;
  readonly onResult: (part: HostReport) => Promise<void>;
}

/** The last that a vCenter said; kept while it is away, so that its machines do not vanish. */
interface ScanRecord {
  readonly vCenterId: string;
  readonly machines: readonly Omit<FoundMachine, 'vCenterConnected'>[];
  readonly lastDiscoveryMs: TimeMs | null;
  readonly error: ErrorBody | null;
}

const intervalMs = 15 * 60_000;

export class Discovery implements Disposable {
  readonly #deps: DiscoveryDeps;
  #order: DiscoveryOrder | null = null;
  #interval: { cancel(): void } | undefined;
  #running = false;
  #again = false;
  #closed = false;

  constructor(deps: DiscoveryDeps) {
    this.#deps = deps;
  }

  /** Null: another process server discovers. A request, or a change of what there is to look at, starts a run. */
  take(order: DiscoveryOrder | null): void {
    const former = this.#order;
    this.#order = order;
    if (order === null) {
      this.#interval?.cancel();
      this.#interval = undefined;
      return;
    }
    this.#interval ??= this.#deps.kernel.clock.every(intervalMs, 'discovery', () => this.#runAll());
    if (former === null || order.requests.length > 0 || JSON.stringify({ ...former, requests: [] }) !== JSON.stringify({ ...order, requests: [] }))
      this.#start();
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.take(null);
  }

  #start(): void {
    if (this.#running) this.#again = true;
    else this.#deps.kernel.clock.start('discovery', () => this.#runAll());
  }

  async #runAll(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    try {
      do {
        this.#again = false;
        if (this.#order !== null) await this.#run(this.#order);
      } while (this.#again);
    } finally {
      this.#running = false;
    }
  }

  async #run(order: DiscoveryOrder): Promise<void> {
    const scans: ScanRecord[] = [];
    for (const vCenter of order.vCenters) {
      const scan = await this.#scan(vCenter);
      // Whoever answers a process server that has ended finds its store closed.
      if (scan === undefined) return;
      scans.push(scan);
    }
    const physical = await this.#lookUp(order.physicalServers);
    if (this.#closed) return;
    const found = [
      ...scans.flatMap((scan) => scan.machines.map((machine) => ({ ...machine, vCenterConnected: scan.error === null }))),
      ...[...physical.values()].flatMap((machine) => machine ?? []),
    ];
    const former = new Map(this.#deps.store.get<[string, string][]>('discovery', 'origins') ?? []);
    const origins = firstOrigins(found, former);
    this.#deps.store.put('discovery', 'origins', [...origins]);
    const machines = found.map((machine) => judge(machine, origins, order.componentNames));
    const vCenters = order.vCenters.map((vCenter, place) => vCenterReport(vCenter, scans[place]));
    const taskResults = order.requests.map((request) => resultOf(request, { vCenters, machines, physical }));
    this.#deps.kernel.trace.record('processserver', 'discovered', { machines: machines.length, vCenters: vCenters.length });
    await this.#deps.onResult({ machines, vCenters, ...(taskResults.length > 0 && { taskResults }) });
  }

  /** Undefined: the process server ended meanwhile. */
  async #scan(vCenter: VCenterConnection): Promise<ScanRecord | undefined> {
    const { kernel, vCenterCa, store } = this.#deps;
    const { vCenterId } = vCenter;
    let record: ScanRecord;
    try {
      await kernel.faults.check('processserver.discover', vCenterId);
      const machines = await scanVCenter({ vCenter, ca: vCenterCa, network: kernel.network });
      record = { vCenterId, machines, lastDiscoveryMs: kernel.clock.now(), error: null };
    } catch (error) {
      if (this.#closed) return undefined;
      const problem = LabError.from(error);
      kernel.trace.record('processserver', 'discoveryFailed', { vCenterId, code: problem.code, message: problem.message });
      const former = store.get<ScanRecord>('scan', vCenterId);
      record = { vCenterId, machines: former?.machines ?? [], lastDiscoveryMs: former?.lastDiscoveryMs ?? null, error: problem.toBody() };
    }
    if (this.#closed) return undefined;
    store.put('scan', vCenterId, record);
    return record;
  }

  async #lookUp(orders: readonly PhysicalServerOrder[]): Promise<Map<string, FoundMachine | undefined>> {
    const found = new Map<string, FoundMachine | undefined>();
    for (const order of orders) {
      const machine = await this.#deps.findPhysical(order);
      found.set(order.taskId, machine && { machine, origin: order.taskId, vCenterConnected: true });
    }
    return found;
  }
}

function vCenterReport({ vCenterId, friendlyName, url }: VCenterConnection, scan: ScanRecord | undefined): VCenterReport {
  return { vCenterId, friendlyName, url, connected: scan?.error === null, lastDiscoveryMs: scan?.lastDiscoveryMs ?? null, error: scan?.error ?? null };
}

interface Findings {
  readonly vCenters: readonly VCenterReport[];
  readonly machines: readonly DiscoveredMachine[];
  readonly physical: ReadonlyMap<string, FoundMachine | undefined>;
}

function resultOf(request: DiscoveryOrder['requests'][number], { vCenters, machines, physical }: Findings): TaskResult {
  const { taskId } = request;
  if (request.physicalServer) {
    const found = physical.get(taskId);
    if (found === undefined) return { taskId, state: 'failed', error: new LabError('PhysicalServerNotFound').toBody() };
    return { taskId, state: 'done', output: { machineId: found.machine.machineId } };
  }
  const asked = vCenters.filter((report) => request.vCenterId === null || report.vCenterId === request.vCenterId);
  const error = asked.find((report) => report.error !== null)?.error;
  const output = { machines: machines.filter((machine) => request.vCenterId === null || machine.vCenterId === request.vCenterId).length };
  if (error === undefined || error === null) return { taskId, state: 'done', output };
  // A refresh of several vCenters has done what it could; adding one that does not answer has failed.
  return request.vCenterId === null ? { taskId, state: 'warning', error, output } : { taskId, state: 'failed', error };
}
