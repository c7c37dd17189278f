// What exists of the Mobility service while its machine runs: the pairs and their marks, and, once registered, the relay, the group's port and the reports.
import type { TimeMs, Timer } from '../../kernel/clock.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { SiteConnection } from '../../registration/siteConnection.ts';
import type { AgentSettings, MachineOrder } from '../../replication/orders.ts';
import type { AgentReport } from '../../replication/reports.ts';
import type { Relay } from '../../replication/stations.ts';
import type { Machine } from '../machine.ts';
import { addressOf } from './agentNetwork.ts';
import { AgentState } from './agentState.ts';
import { GroupListener } from './groupListener.ts';
import { MachineMarks } from './machineMarks.ts';
import { MachinePairs } from './machinePairs.ts';
import { MarkSchedule } from './markSchedule.ts';
import { noRelay, RelayClient } from './relayClient.ts';

const heartbeatMs = 60_000;

export interface RunningAgentDeps {
  readonly kernel: Kernel;
  readonly machine: Machine;
  /** Where the service keeps what it knows. */
  readonly folder: string;
  readonly version: string;
  readonly groupPort?: number;
  readonly drainLimitMs?: number;
}

export class RunningAgent {
  readonly #deps: RunningAgentDeps;
  readonly #state: AgentState;
  readonly #startedMs: TimeMs;
  readonly #pairs: MachinePairs;
  readonly #marks: MachineMarks;
  readonly #schedule: MarkSchedule;
  readonly #killed = Promise.withResolvers<void>();
  #heartbeat: Timer | undefined;
  #site: SiteConnection | undefined;
  #listener: GroupListener | undefined;
  #relay: RelayClient | undefined;
  #reporting: 'no' | 'yes' | 'again' = 'no';
  #ended = false;

  constructor(deps: RunningAgentDeps) {
    this.#deps = deps;
    const { kernel, machine } = deps;
    const state = AgentState.open(deps.folder, deps.version);
    const hostId = (): string => this.hostId ?? machine.machineId;
    const onMark = (): void => this.#reportSoon();
    this.#state = state;
    this.#startedMs = kernel.clock.now();
    this.#pairs = new MachinePairs({
      kernel,
      disk: (diskId) => machine.disk(diskId),
      onChange: () => {
        this.#schedule.check();
        this.#reportSoon();
      },
    });
    this.#marks = new MachineMarks({ kernel, machine, hostId, pairs: this.#pairs, state, onMark });
    this.#schedule = new MarkSchedule({ kernel, hostId, identity: () => this.#site?.identity, state, pairs: this.#pairs, marks: this.#marks });
  }

  /** Undefined before the registration. */
  get hostId(): string | undefined {
    return this.#site?.hostId;
  }

  get folder(): string {
    return this.#deps.folder;
  }

  get version(): string {
    return this.#state.version;
  }

  /** Capture goes on by the orders kept on the disk. */
  async begin(): Promise<void> {
    await this.#pairs.follow(this.#state.order?.pairs ?? [], noRelay);
    this.#schedule.follow(this.#state.order);
  }

  /** Another version was installed. */
  update(version: string): void {
    this.#state.version = version;
    this.#reportSoon();
  }

  /** From here the configuration server commands, and the sources have their relay. */
  async connect(site: SiteConnection): Promise<void> {
    const { kernel } = this.#deps;
    this.#site = site;
    await this.#listen(site);
    site.onIdentity(() => {
      this.#useRelay(this.#state.order, 'renew');
      kernel.clock.start('group port', () => this.#listen(site));
    });
    await this.#obey(this.#state.order);
    site.follow<AgentSettings>(async ({ order }) => {
      if (this.#ended) return;
      this.#state.order = order;
      await this.#obey(order);
    });
    this.#heartbeat = kernel.clock.every(heartbeatMs, 'agent heartbeat', () => this.#beat());
    this.#reportSoon();
  }

  /** A last mark, and everything captured goes to the process server, within a bound or until the plug is pulled. */
  async sendLastChanges(): Promise<void> {
    const { kernel, drainLimitMs = 600_000 } = this.#deps;
    this.#schedule.close();
    const order = this.#state.order;
    if (order === null || order.pairs.length === 0 || this.#relay === undefined) return;
    await this.#marks.own('CrashConsistent', order.markRequest?.requestId ?? 'shutdown');
    const limit = Promise.withResolvers<void>();
    const timer = kernel.clock.at(kernel.clock.now() + drainLimitMs, 'drain limit', () => limit.resolve());
    await kernel.clock.idle(Promise.race([this.#pairs.drain(), limit.promise, this.#killed.promise]));
    timer.cancel();
    if (!this.#ended) await this.#report();
  }

  /** The plug is pulled: nobody waits for last changes any more. */
  kill(): void {
    this.#killed.resolve();
  }

  async end(how: 'graceful' | 'killed'): Promise<void> {
    this.#ended = true;
    const { clock } = this.#deps.kernel;
    this.#heartbeat?.cancel();
    this.#schedule.close();
    const closed = this.#pairs.close({ forget: false });
    await this.#relay?.[Symbol.asyncDispose]();
    // A batch that a narrow link holds up would end only with lab time, which a pulled plug must not wait for; with its connection gone it writes nothing more.
    if (how === 'graceful') await clock.idle(closed);
    await this.#listener?.[Symbol.asyncDispose]();
    await this.#site?.[Symbol.asyncDispose]();
    this.#state[Symbol.dispose]();
  }

  /** Ends replication as well: capture stops, and what it kept is deleted. */
  async forget(): Promise<void> {
    this.#ended = true;
    await this.#pairs.close({ forget: true });
    await this.end('killed');
  }

  async #obey(order: MachineOrder | null): Promise<void> {
    const relay = this.#useRelay(order, 'keep');
    await this.#pairs.follow(order?.pairs ?? [], relay);
    this.#schedule.follow(order);
  }

  /** The relay for an order; a process server that is no more used is let go. */
  #useRelay(order: MachineOrder | null, identity: 'keep' | 'renew'): Relay {
    const { kernel } = this.#deps;
    const url = order?.processServer?.url;
    const former = this.#relay;
    if (former?.url === url && identity === 'keep') return former ?? noRelay;
    const site = this.#site;
    this.#relay =
      url === undefined || site === undefined
        ? undefined
        : new RelayClient({
            url,
            identity: { ca: site.identity.authority, key: site.identity.key, certificate: site.identity.certificate },
            network: kernel.network,
            paths: ['machine-processserver'],
          });
    const relay = this.#relay ?? noRelay;
    this.#pairs.relayChanged(relay);
    if (former !== undefined) kernel.clock.start('relay', () => former[Symbol.asyncDispose]());
    return relay;
  }

  async #listen(site: SiteConnection): Promise<void> {
    const { kernel, groupPort = 0 } = this.#deps;
    const port = this.#listener?.port ?? groupPort;
    await this.#listener?.[Symbol.asyncDispose]();
    this.#listener = await GroupListener.open({
      kernel,
      port,
      identity: site.identity,
      marks: this.#marks,
      accepts: (hostId, groupId) => {
        const group = this.#state.order?.group;
        return !this.#ended && group?.groupId === groupId && group.members.some((member) => member.hostId === hostId);
      },
      onAbandoned: (consistency) => (this.#ended ? Promise.resolve() : this.#schedule.abandoned(consistency)),
    });
  }

  async #beat(): Promise<void> {
    this.#schedule.check();
    const verdict = await this.#deps.kernel.faults.check('agent.heartbeat', this.#site?.hostId);
    if (verdict !== 'skip') await this.#report();
  }

  /** Several changes of one moment make one report. */
  #reportSoon(): void {
    if (this.#site === undefined || this.#ended) return;
    const before = this.#reporting;
    this.#reporting = before === 'no' ? 'yes' : 'again';
    if (before !== 'no') return;
    this.#deps.kernel.clock.start('agent report', async () => {
      do {
        this.#reporting = 'yes';
        await this.#report();
      } while ((this.#reporting as string) === 'again' && !this.#ended);
      this.#reporting = 'no';
    });
  }

  async #report(): Promise<void> {
    if (this.#site === undefined || this.#ended) return;
    try {
      await this.#site.report({ agent: this.#describe(this.#site) });
    } catch (error) {
      const { code, message } = LabError.from(error);
      this.#deps.kernel.trace.record('agent', 'reportFailed', { hostId: this.#site.hostId, code, message });
      if (code === 'InternalError') throw error;
    }
  }

  #describe(site: SiteConnection): AgentReport {
    const { kernel, machine } = this.#deps;
    const { machineId, name, platform, osType } = machine.definition;
    const nowMs = kernel.clock.now();
    const multiVmPort = this.#listener === undefined ? {} : { multiVmPort: this.#listener.port };
    return {
      hostId: site.hostId,
      machineId,
      name,
      platform,
      osType,
      ipAddress: addressOf(machine),
      version: this.#state.version,
      lastHeartbeatMs: nowMs,
      clockMs: machine.clockMs(),
      startedMs: this.#startedMs,
      pairs: this.#pairs.reports(),
      ...this.#state.marks,
      ...multiVmPort,
    };
  }
}
