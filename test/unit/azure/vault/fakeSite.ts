// A whole site in one object: it follows the vault's settings and answers with reports, as the real roles do together, and moves real bytes.
import { answerDoorbell } from '../../../../emulator/http/doorbell.ts';
import type { Timer } from '../../../../emulator/kernel/clock.ts';
import type { Kernel } from '../../../../emulator/kernel/kernel.ts';
import type { LabError } from '../../../../emulator/kernel/errors.ts';
import type { MachineOrder, SiteSettings, SiteTask } from '../../../../emulator/replication/orders.ts';
import type { AgentReport, DiscoveredMachine, ProcessServerReport, SiteReport, TaskResult } from '../../../../emulator/replication/reports.ts';
import type { Consistency, Mark } from '../../../../emulator/replication/stations.ts';
import type { Vault } from '../../../../emulator/azure/vault/vault.ts';
import {
  agentReport,
  configServerReport,
  discoveredMachine,
  masterTarget,
  newAgent,
  processServer,
  type Agent,
  type MachineOptions,
  type Sending,
} from './fakeSiteRecords.ts';
import { blockBytes, FakeSender } from './fakeSender.ts';
import { MemoryBlob, type MemoryCompute, type MemoryStorage } from './memoryAzure.ts';

export class FakeSite {
  readonly hostId = 'CS01';
  readonly machines = new Map<string, { found: DiscoveredMachine; disks: Map<string, Buffer>; poweredOn: boolean }>();
  readonly agents = new Map<string, Agent>();
  readonly sendings = new Map<string, Sending>();
  readonly processServers: ProcessServerReport[] = [];
  readonly masterTarget: ReturnType<typeof masterTarget>;
  /** VMDKs at the master target, with their journal. */
  readonly attached = new Map<string, MemoryBlob>();
  readonly doneTasks: SiteTask[] = [];
  /** Task kinds that fail, and how. */
  readonly failing = new Map<SiteTask['kind'], LabError>();
  /** Upload to Azure is held back. */
  uploadCut = false;
  vCenterConnected = true;
  sslCertExpiryMs = Number.MAX_SAFE_INTEGER;
  orders: readonly MachineOrder[] = [];
  #results: TaskResult[] = [];
  #marks = new Set<string>();
  #signal = new AbortController();
  #timers: Timer[] = [];
  readonly #sender: FakeSender;
  #deps: { kernel: Kernel; vault: Vault; storage: MemoryStorage; compute: MemoryCompute };

  constructor(deps: { kernel: Kernel; vault: Vault; storage: MemoryStorage; compute: MemoryCompute }) {
    this.#deps = deps;
    this.#sender = new FakeSender({
      hostId: this.hostId,
      clock: deps.kernel.clock,
      vault: () => this.#deps.vault,
      storage: deps.storage,
      attached: this.attached,
      sourceOf: ({ pairId, diskId }) => this.#disk(this.#machineOf(pairId), diskId),
      uploadCut: () => this.uploadCut,
    });
    const nowMs = deps.kernel.clock.now();
    this.processServers.push(processServer('PS01', { inAzure: false, nowMs }), processServer('PSAZ', { inAzure: true, nowMs }));
    this.masterTarget = masterTarget(nowMs);
    deps.compute.onPower = (machineId, running) => this.#azurePower(machineId, running);
  }

  addMachine(name: string, options: MachineOptions = {}): string {
    const machineId = `vm-${name}`;
    const disks = options.disks ?? [Buffer.alloc(16 * blockBytes, name)];
    const found = discoveredMachine(machineId, { name, ...options }, disks);
    this.machines.set(machineId, { found, poweredOn: true, disks: new Map(disks.map((bytes, place) => [`{${name}-${place}}`, Buffer.from(bytes)])) });
    if (options.agent !== false) this.#install(machineId, found.platform);
    return machineId;
  }

  /** Registers with the vault and goes to work. */
  async start(): Promise<void> {
    const { vault, kernel } = this.#deps;
    vault.site.register({ credentials: vault.credentialsFile(), hostId: this.hostId, name: 'CS01' });
    kernel.clock.start('first report', () => this.report());
    answerDoorbell({
      clock: kernel.clock,
      name: 'site',
      retryMs: 5000,
      signal: this.#signal.signal,
      poll: (after, signal) => kernel.clock.idle(vault.site.poll(this.hostId, after, signal)),
      act: (settings) => this.#act(settings),
      onError: (error) => kernel.trace.record('site', 'error', { message: String(error) }),
    });
    this.#timers = [
      kernel.clock.every(60_000, 'site heartbeat', () => this.report()),
      kernel.clock.every(300_000, 'site marks', () => this.markAll('CrashConsistent')),
    ];
  }

  stop(): void {
    this.#signal.abort();
    for (const timer of this.#timers.splice(0)) timer.cancel();
  }

  /** The same site goes on with a vault that was started again. */
  movedTo(vault: Vault): this {
    this.#deps = { ...this.#deps, vault };
    this.#signal = new AbortController();
    return this;
  }

  write(machineId: string, diskId: string, { offset, bytes }: { offset: number; bytes: Buffer }): void {
    bytes.copy(this.#disk(machineId, diskId), offset);
    for (const sending of this.#sendingsOf(machineId)) if (sending.order.diskId === diskId) sending.pending.push({ offset, length: bytes.length });
  }

  /** As the agent finds it at the next boot; until its pair fits, the machine has no marks. */
  grow(machineId: string, diskId: string, sizeBytes: number): void {
    const machine = this.machines.get(machineId);
    if (machine === undefined) throw new Error(machineId);
    machine.disks.set(diskId, Buffer.concat([this.#disk(machineId, diskId)], sizeBytes));
    machine.found = { ...machine.found, disks: machine.found.disks.map((disk) => (disk.diskId === diskId ? { ...disk, sizeBytes } : disk)) };
    for (const sending of this.#sendingsOf(machineId)) if (sending.order.diskId === diskId) sending.resizedTo = sizeBytes;
  }

  /** A common mark for the members of a group, one of its own for each other machine. */
  async markAll(consistency: Consistency): Promise<void> {
    const done = new Set<string>();
    for (const order of this.orders) {
      if (done.has(order.hostId)) continue;
      const hostIds = order.group?.members.map((member) => member.hostId) ?? [order.hostId];
      for (const hostId of hostIds) done.add(hostId);
      await this.mark(hostIds, { consistency });
    }
    await this.report();
  }

  async mark(hostIds: readonly string[], options: { consistency: Consistency; requestId?: string }): Promise<void> {
    const { kernel } = this.#deps;
    const able = hostIds.filter((hostId) => this.agents.get(hostId)?.alive === true);
    const id = kernel.ids.guid();
    for (const hostId of able) {
      const order = this.orders.find((candidate) => candidate.hostId === hostId);
      if (order === undefined || order.pairs.some((pair) => this.sendings.get(pair.pairId)?.resizedTo !== undefined)) continue;
      const mark: Mark = {
        id,
        timeMs: kernel.clock.now(),
        consistency: options.consistency,
        members: able,
        disks: order.pairs.map((pair) => pair.diskId),
        ...(options.requestId === undefined ? {} : { requestId: options.requestId }),
      };
      for (const pair of order.pairs) await this.#sender.send(this.sendings.get(pair.pairId) as Sending, mark);
      Object.assign(this.agents.get(hostId) as Agent, { lastMarkMs: mark.timeMs, lastMarkId: mark.id });
    }
  }

  async report(): Promise<void> {
    const { kernel, vault } = this.#deps;
    const nowMs = kernel.clock.now();
    const results = this.#results.splice(0);
    const report: SiteReport = {
      configServer: configServerReport(this.hostId, { nowMs, sslCertExpiryMs: this.sslCertExpiryMs }),
      agents: [...this.agents.values()].map((agent) => this.#agentReport(agent, nowMs)),
      processServers: this.processServers.map((server) => ({ ...server, lastHeartbeatMs: server.lastHeartbeatMs < 0 ? 0 : nowMs })),
      masterTargets: [
        {
          ...this.masterTarget,
          lastHeartbeatMs: nowMs,
          attachedDisks: this.masterTarget.attachedDisks + this.attached.size,
          pairs: [...this.attached].map(([pairId, blob]) => ({
            pairId,
            sequence: blob.sequence,
            snapshots: blob.snapshots.map(({ id, sequence, mark }) => ({ id, sequence, mark })),
          })),
        },
      ],
      vCenters: [{ vCenterId: 'vc1', friendlyName: 'vc1', url: 'https://vc1', connected: this.vCenterConnected, lastDiscoveryMs: nowMs, error: null }],
      machines: [...this.machines.values()].map(({ found, poweredOn }) => ({ ...found, poweredOn })),
      taskResults: results,
    };
    await vault.site.report(this.hostId, report);
  }

  async #act(settings: SiteSettings): Promise<void> {
    this.orders = settings.machines;
    const present = new Set(settings.machines.flatMap((order) => order.pairs.map((pair) => pair.pairId)));
    for (const pairId of this.sendings.keys()) if (!present.has(pairId)) this.sendings.delete(pairId);
    for (const order of settings.machines) await this.#follow(order);
    for (const task of settings.tasks) if (!this.doneTasks.some((done) => done.taskId === task.taskId)) await this.#perform(task);
    this.#deps.kernel.clock.start('site report', () => this.report());
  }

  async #follow(order: MachineOrder): Promise<void> {
    if (order.processServer === null) return;
    for (const pair of order.pairs) {
      let sending = this.sendings.get(pair.pairId);
      if (sending === undefined) {
        sending = { order: pair, sequence: 0, stage: 'ResyncStepI', resyncId: null, pending: [], sentBytes: 0 };
        this.sendings.set(pair.pairId, sending);
        await this.#sender.copy(sending, pair.initial);
      } else if (pair.resyncId !== sending.resyncId) {
        Object.assign(sending, { order: pair, resyncId: pair.resyncId });
        await this.#sender.copy(sending, 'checksum');
      }
    }
    const request = order.markRequest;
    if (request === null || this.#marks.has(request.requestId)) return;
    this.#marks.add(request.requestId);
    this.#deps.kernel.clock.start('asked mark', async () => {
      await this.mark([order.hostId], request);
      await this.report();
    });
  }

  async #perform(task: SiteTask): Promise<void> {
    this.doneTasks.push(task);
    const problem = this.failing.get(task.kind);
    const order = task.kind === 'powerOff' ? this.orders.find((candidate) => this.agents.get(candidate.hostId)?.machineId === task.machineId) : undefined;
    // A graceful shutdown sends the last changes first.
    if (problem === undefined && order !== undefined) await this.mark([order.hostId], { consistency: 'CrashConsistent' });
    const output = problem === undefined ? this.#work(task) : undefined;
    this.#results.push(
      problem === undefined
        ? { taskId: task.taskId, state: 'done', ...(output === undefined ? {} : { output }) }
        : { taskId: task.taskId, state: 'failed', error: problem.toBody() },
    );
  }

  #work(task: SiteTask): Record<string, unknown> | undefined {
    switch (task.kind) {
      case 'pushInstall':
        this.#install(task.machineId, this.machines.get(task.machineId)?.found.platform ?? 'VmWare');
        return undefined;
      case 'powerOff':
        this.power(task.machineId, false);
        return undefined;
      case 'powerOn':
        this.power(task.machineId, true);
        return undefined;
      case 'attachDisks': {
        const machineId =
          task.newMachine === null
            ? task.machineId
            : this.addMachine(`${task.newMachine.name}-back`, { disks: task.disks.map((disk) => Buffer.alloc(disk.sizeBytes)), agent: false });
        const machine = this.machines.get(machineId);
        if (task.newMachine !== null && machine !== undefined) machine.disks = new Map(task.disks.map((disk) => [disk.diskId, Buffer.alloc(disk.sizeBytes)]));
        this.power(machineId, false);
        for (const disk of task.disks) {
          const blob = new MemoryBlob(0);
          blob.bytes = this.#disk(machineId, disk.diskId);
          this.attached.set(disk.pairId, blob);
        }
        return { machineId };
      }
      case 'detachDisks':
        for (const disk of task.disks) {
          const blob = this.attached.get(disk.pairId);
          if (disk.snapshotId !== null) blob?.snapshots.find((snapshot) => snapshot.id === disk.snapshotId)?.bytes.copy(blob.bytes);
          this.attached.delete(disk.pairId);
        }
        return undefined;
      default:
        return undefined;
    }
  }

  power(machineId: string, on: boolean): void {
    const machine = this.machines.get(machineId);
    if (machine !== undefined) machine.poweredOn = on;
    for (const agent of this.agents.values()) if (agent.machineId === machineId) agent.alive = on;
    if (on && ![...this.agents.values()].some((agent) => agent.machineId === machineId)) this.#install(machineId, 'VmWare');
  }

  #azurePower(machineId: string, running: boolean): void {
    const entry = this.#deps.compute.machines.get(machineId);
    if (entry === undefined || entry.order.copyOf.drill) return;
    if (running) this.#install(machineId, 'Azure');
    else this.agents.delete(`agent-${machineId}`);
  }

  #install(machineId: string, platform: AgentReport['platform']): void {
    const hostId = `agent-${machineId}`;
    this.agents.set(hostId, newAgent(hostId, { machineId, platform, nowMs: this.#deps.kernel.clock.now() }));
  }

  #agentReport(agent: Agent, nowMs: number): AgentReport {
    if (agent.alive) agent.lastHeartbeatMs = nowMs;
    const order = this.orders.find((candidate) => candidate.hostId === agent.hostId);
    return agentReport(
      agent,
      (order?.pairs ?? []).flatMap((pair) => this.sendings.get(pair.pairId) ?? []),
    );
  }

  #machineOf(pairId: string): string {
    const order = this.orders.find((candidate) => candidate.pairs.some((pair) => pair.pairId === pairId));
    return this.agents.get(order?.hostId ?? '')?.machineId ?? '';
  }

  #sendingsOf(machineId: string): Sending[] {
    return [...this.sendings.values()].filter((sending) => this.#machineOf(sending.order.pairId) === machineId);
  }

  #disk(machineId: string, diskId: string): Buffer {
    const onPremises = this.machines.get(machineId)?.disks.get(diskId);
    if (onPremises !== undefined) return onPremises;
    const url = this.#deps.compute.machines.get(machineId)?.order.disks.find((disk) => disk.diskId === diskId)?.url;
    return this.#deps.storage.disks.get(url as string) as Buffer;
  }
}
