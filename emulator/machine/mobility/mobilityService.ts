// The Mobility service: the guest's side of replication, from registration to the last batch at shutdown.
import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import type { TimeMs, Timer } from '../../kernel/clock.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { SiteConnection } from '../../registration/siteConnection.ts';
import type { AgentSettings, MachineOrder } from '../../replication/orders.ts';
import type { AgentReport } from '../../replication/reports.ts';
import type { Relay } from '../../replication/stations.ts';
import type { GuestService, Machine } from '../machine.ts';
import { addressOf, controlPaths } from './agentNetwork.ts';
import { AgentState } from './agentState.ts';
import { GroupListener } from './groupListener.ts';
import { MachineMarks } from './machineMarks.ts';
import { MachinePairs } from './machinePairs.ts';
import { MarkSchedule } from './markSchedule.ts';
import { noRelay, RelayClient } from './relayClient.ts';

const heartbeatMs = 60_000;
const registrationRetryMs = 60_000;
const folderName = 'mobility';

export interface MobilityServiceDeps {
  readonly kernel: Kernel;
  readonly configServerUrl: string;
  readonly passphrase: string;
  /** What was installed; an update changes it on the machine's disk. */
  readonly version: string;
  /** Host id to register with; absent: the one of an earlier registration, or a new one. */
  readonly hostId?: string;
  /** Port for the members of a replication group, 20004 in the product; 0: the system chooses. */
  readonly groupPort?: number;
  /** Lab time between a boot and the first registration; on an Azure VM up to 15 minutes (asr-behaviour §7.3). */
  readonly registrationDelayMs?: number;
  /** How long a graceful shutdown waits for the process server; default 10 minutes. */
  readonly drainLimitMs?: number;
}

/** What exists while the machine runs. */
interface Running {
  readonly machine: Machine;
  readonly state: AgentState;
  readonly startedMs: TimeMs;
  readonly pairs: MachinePairs;
  readonly marks: MachineMarks;
  readonly schedule: MarkSchedule;
  readonly killed: PromiseWithResolvers<void>;
  heartbeat: Timer | undefined;
  site: SiteConnection | undefined;
  listener: GroupListener | undefined;
  relay: RelayClient | undefined;
  reporting: 'no' | 'yes' | 'again';
}

export class MobilityService implements GuestService {
  readonly #deps: MobilityServiceDeps;
  #running: Running | undefined;
  #registered = Promise.withResolvers<string>();
  #firstAttempt = firstAttempt();
  #registrationError: LabError | undefined;

  constructor(deps: MobilityServiceDeps) {
    this.#deps = deps;
  }

  /** Undefined before the first registration in this boot. */
  get hostId(): string | undefined {
    return this.#running?.site?.hostId;
  }

  get registrationError(): LabError | undefined {
    return this.#registrationError;
  }

  /** Ends with the host id when the service has registered, in this boot or a later one. For callers inside an activity: through `clock.idle`. */
  registered(): Promise<string> {
    return this.#registered.promise;
  }

  /** As `registered`, but ends with this boot's first failure: for an installation, which has to say so. @throws LabError NoValidIpAddress, PassphraseWrong, PeerUnreachable, LinkDown and others of `registerHost` */
  registeredAtFirst(): Promise<string> {
    return this.#firstAttempt.promise;
  }

  /** Capture goes on by the orders kept on the disk; registration and everything else follow in the background. */
  async start(machine: Machine): Promise<void> {
    const running = this.#begin(machine);
    this.#running = running;
    await running.pairs.follow(running.state.order?.pairs ?? [], noRelay);
    running.schedule.follow(running.state.order);
    this.#deps.kernel.clock.start('agent registration', () => this.#register(running));
  }

  /** `graceful`: a last mark, and everything captured goes to the process server, within a bound. */
  async stop(how: 'graceful' | 'killed'): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    if (how === 'killed') running.killed.resolve();
    else await this.#sendLastChanges(running);
    if (this.#running !== running) return;
    this.#running = undefined;
    this.#registered = Promise.withResolvers();
    this.#firstAttempt = firstAttempt();
    await this.#end(running, how);
  }

  /** Installs another version; replication goes on. */
  update(version: string): void {
    if (this.#running === undefined) throw new LabError('MachineNotRunning', 'The Mobility service does not run.');
    this.#running.state.version = version;
    this.#reportSoon(this.#running);
  }

  /** Ends replication and removes everything the service keeps on the machine. Afterwards uninstall it from the machine. */
  async remove(): Promise<void> {
    const running = this.#running;
    if (running === undefined) throw new LabError('MachineNotRunning', 'The Mobility service does not run.');
    this.#running = undefined;
    await running.pairs.close({ forget: true });
    await this.#end(running, 'killed');
    await rm(join(running.machine.folder, folderName), { recursive: true, force: true });
  }

  #begin(machine: Machine): Running {
    const { kernel, version } = this.#deps;
    const state = AgentState.open(join(machine.folder, folderName), version);
    const hostId = (): string => this.hostId ?? machine.machineId;
    const pairs = new MachinePairs({
      kernel,
      disk: (diskId) => machine.disk(diskId),
      onChange: () => {
        running.schedule.check();
        this.#reportSoon(running);
      },
    });
    const marks = new MachineMarks({ kernel, machine, hostId, pairs, state, onMark: () => this.#reportSoon(running) });
    const schedule = new MarkSchedule({ kernel, hostId, identity: () => running.site?.identity, state, pairs, marks });
    const running: Running = {
      machine,
      state,
      startedMs: kernel.clock.now(),
      pairs,
      marks,
      schedule,
      killed: Promise.withResolvers(),
      heartbeat: undefined,
      site: undefined,
      listener: undefined,
      relay: undefined,
      reporting: 'no',
    };
    return running;
  }

  async #register(running: Running): Promise<void> {
    const { kernel, configServerUrl, passphrase, registrationDelayMs = 0 } = this.#deps;
    const { machine } = running;
    if (registrationDelayMs > 0) await kernel.clock.sleep(registrationDelayMs);
    while (this.#running === running && running.site === undefined) {
      try {
        addressOf(machine);
        const { platform, osType, name, machineId } = machine.definition;
        const options = {
          kernel,
          folder: join(machine.folder, folderName),
          configServerUrl,
          passphrase,
          role: 'agent',
          name,
          paths: controlPaths(machine),
          details: { version: running.state.version, machineId, platform, osType },
        } as const;
        const site = await SiteConnection.open(this.#deps.hostId === undefined ? options : { ...options, hostId: this.#deps.hostId });
        if (this.#running !== running) return await site[Symbol.asyncDispose]();
        running.site = site;
      } catch (error) {
        this.#registrationError = LabError.from(error);
        this.#firstAttempt.reject(this.#registrationError);
        kernel.trace.record('agent', 'registrationFailed', {
          machineId: machine.machineId,
          code: this.#registrationError.code,
          message: this.#registrationError.message,
        });
        if (this.#registrationError.code === 'InternalError') throw error;
        await kernel.clock.sleep(registrationRetryMs);
      }
    }
    if (this.#running === running && running.site !== undefined) await this.#connect(running, running.site);
  }

  /** From here the configuration server commands, and the sources have their relay. */
  async #connect(running: Running, site: SiteConnection): Promise<void> {
    const { kernel } = this.#deps;
    this.#registrationError = undefined;
    await this.#listen(running, site);
    site.onIdentity(() => {
      this.#useRelay(running, running.state.order, 'renew');
      kernel.clock.start('group port', () => this.#listen(running, site));
    });
    await this.#obey(running, running.state.order);
    site.follow<AgentSettings>(async ({ order }) => {
      if (this.#running !== running) return;
      running.state.order = order;
      await this.#obey(running, order);
    });
    running.heartbeat = kernel.clock.every(heartbeatMs, 'agent heartbeat', () => this.#heartbeat(running));
    this.#reportSoon(running);
    this.#registered.resolve(site.hostId);
    this.#firstAttempt.resolve(site.hostId);
  }

  async #obey(running: Running, order: MachineOrder | null): Promise<void> {
    const relay = this.#useRelay(running, order, 'keep');
    await running.pairs.follow(order?.pairs ?? [], relay);
    running.schedule.follow(order);
  }

  /** The relay for an order; a process server that is no more used is let go. */
  #useRelay(running: Running, order: MachineOrder | null, identity: 'keep' | 'renew'): Relay {
    const { kernel } = this.#deps;
    const url = order?.processServer?.url;
    const former = running.relay;
    if (former?.url === url && identity === 'keep') return former ?? noRelay;
    const { site } = running;
    running.relay =
      url === undefined || site === undefined
        ? undefined
        : new RelayClient({
            url,
            identity: { ca: site.identity.authority, key: site.identity.key, certificate: site.identity.certificate },
            network: kernel.network,
            paths: ['machine-processserver'],
          });
    const relay = running.relay ?? noRelay;
    running.pairs.relayChanged(relay);
    if (former !== undefined) kernel.clock.start('relay', () => former[Symbol.asyncDispose]());
    return relay;
  }

  async #listen(running: Running, site: SiteConnection): Promise<void> {
    const { kernel, groupPort = 0 } = this.#deps;
    const port = running.listener?.port ?? groupPort;
    await running.listener?.[Symbol.asyncDispose]();
    running.listener = await GroupListener.open({
      kernel,
      port,
      identity: site.identity,
      marks: running.marks,
      accepts: (hostId, groupId) => {
        const group = running.state.order?.group;
        return this.#running === running && group?.groupId === groupId && group.members.some((member) => member.hostId === hostId);
      },
      onAbandoned: (consistency) => (this.#running === running ? running.schedule.abandoned(consistency) : Promise.resolve()),
    });
  }

  async #heartbeat(running: Running): Promise<void> {
    running.schedule.check();
    const verdict = await this.#deps.kernel.faults.check('agent.heartbeat', running.site?.hostId);
    if (verdict !== 'skip') await this.#report(running);
  }

  /** Several changes of one moment make one report. */
  #reportSoon(running: Running): void {
    if (running.site === undefined || this.#running !== running) return;
    const before = running.reporting;
    running.reporting = before === 'no' ? 'yes' : 'again';
    if (before !== 'no') return;
    this.#deps.kernel.clock.start('agent report', async () => {
      do {
        running.reporting = 'yes';
        await this.#report(running);
      } while ((running.reporting as Running['reporting']) === 'again' && this.#running === running);
      running.reporting = 'no';
    });
  }

  async #report(running: Running): Promise<void> {
    if (running.site === undefined || this.#running !== running) return;
    try {
      await running.site.report({ agent: this.#describe(running, running.site) });
    } catch (error) {
      const { code, message } = LabError.from(error);
      this.#deps.kernel.trace.record('agent', 'reportFailed', { hostId: running.site.hostId, code, message });
      if (code === 'InternalError') throw error;
    }
  }

  #describe({ machine, state, startedMs, pairs, listener }: Running, site: SiteConnection): AgentReport {
    const { machineId, name, platform, osType } = machine.definition;
    const nowMs = this.#deps.kernel.clock.now();
    const multiVmPort = listener === undefined ? {} : { multiVmPort: listener.port };
    return {
      hostId: site.hostId,
      machineId,
      name,
      platform,
      osType,
      ipAddress: addressOf(machine),
      version: state.version,
      lastHeartbeatMs: nowMs,
      clockMs: machine.clockMs(),
      startedMs,
      pairs: pairs.reports(),
      ...state.marks,
      ...multiVmPort,
    };
  }

  async #sendLastChanges(running: Running): Promise<void> {
    const { kernel, drainLimitMs = 600_000 } = this.#deps;
    running.schedule.close();
    const order = running.state.order;
    if (order === null || order.pairs.length === 0 || running.relay === undefined) return;
    await running.marks.own('CrashConsistent', order.markRequest?.requestId ?? 'shutdown');
    const limit = Promise.withResolvers<void>();
    const timer = kernel.clock.at(kernel.clock.now() + drainLimitMs, 'drain limit', () => limit.resolve());
    await kernel.clock.idle(Promise.race([running.pairs.drain(), limit.promise, running.killed.promise]));
    timer.cancel();
    if (this.#running === running) await this.#report(running);
  }

  async #end(running: Running, how: 'graceful' | 'killed'): Promise<void> {
    const { clock } = this.#deps.kernel;
    running.heartbeat?.cancel();
    running.schedule.close();
    const closed = running.pairs.close({ forget: false });
    await running.relay?.[Symbol.asyncDispose]();
    // A batch that a narrow link holds up would end only with lab time, which a pulled plug must not wait for; with its connection gone it writes nothing more.
    if (how === 'graceful') await clock.idle(closed);
    await running.listener?.[Symbol.asyncDispose]();
    await running.site?.[Symbol.asyncDispose]();
    running.state[Symbol.dispose]();
  }
}

/** Most boots have nobody who waits for the first attempt; its failure is then only traced. */
function firstAttempt(): PromiseWithResolvers<string> {
  const attempt = Promise.withResolvers<string>();
  attempt.promise.catch(() => undefined);
  return attempt;
}
