// The Mobility service: the guest's side of replication, from registration to the last batch at shutdown.
import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { SiteConnection } from '../../registration/siteConnection.ts';
import type { GuestService, Machine } from '../machine.ts';
import { addressOf, controlPaths } from './agentNetwork.ts';
import { RunningAgent } from './runningAgent.ts';

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

export class MobilityService implements GuestService {
  readonly #deps: MobilityServiceDeps;
  #running: RunningAgent | undefined;
  #registered = Promise.withResolvers<string>();
  #firstAttempt = firstAttempt();
  #registrationError: LabError | undefined;

  constructor(deps: MobilityServiceDeps) {
    this.#deps = deps;
  }

  /** Undefined before the first registration in this boot. */
  get hostId(): string | undefined {
    return this.#running?.hostId;
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
    const running = new RunningAgent({ ...this.#deps, machine, folder: folderOf(machine) });
    this.#running = running;
    await running.begin();
    this.#deps.kernel.clock.start('agent registration', () => this.#register(running, machine));
  }

  /** `graceful`: a last mark, and everything captured goes to the process server, within a bound. */
  async stop(how: 'graceful' | 'killed'): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    if (how === 'killed') running.kill();
    else await running.sendLastChanges();
    if (this.#running !== running) return;
    this.#running = undefined;
    this.#registered = Promise.withResolvers();
    this.#firstAttempt = firstAttempt();
    await running.end(how);
  }

  /** Installs another version; replication goes on. */
  update(version: string): void {
    if (this.#running === undefined) throw new LabError('MachineNotRunning', 'The Mobility service does not run.');
    this.#running.update(version);
  }

  /** Ends replication and removes everything the service keeps on the machine. Afterwards uninstall it from the machine. */
  async remove(): Promise<void> {
    const running = this.#running;
    if (running === undefined) throw new LabError('MachineNotRunning', 'The Mobility service does not run.');
    this.#running = undefined;
    await running.forget();
    await rm(running.folder, { recursive: true, force: true });
  }

  async #register(running: RunningAgent, machine: Machine): Promise<void> {
    const { kernel, configServerUrl, passphrase, registrationDelayMs = 0 } = this.#deps;
    if (registrationDelayMs > 0) await kernel.clock.sleep(registrationDelayMs);
    let site: SiteConnection | undefined;
    while (this.#running === running && site === undefined) {
      try {
        addressOf(machine);
        const { platform, osType, name, machineId } = machine.definition;
        const options = {
          kernel,
          folder: folderOf(machine),
          configServerUrl,
          passphrase,
          role: 'agent',
          name,
          paths: controlPaths(machine),
          details: { version: running.version, machineId, platform, osType },
        } as const;
        const opened = await SiteConnection.open(this.#deps.hostId === undefined ? options : { ...options, hostId: this.#deps.hostId });
        if (this.#running !== running) return await opened[Symbol.asyncDispose]();
        site = opened;
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
    if (this.#running !== running || site === undefined) return;
    this.#registrationError = undefined;
    await running.connect(site);
    this.#registered.resolve(site.hostId);
    this.#firstAttempt.resolve(site.hostId);
  }
}

function folderOf(machine: Machine): string {
  return join(machine.folder, folderName);
}

/** Most boots have nobody who waits for the first attempt; its failure is then only traced. */
function firstAttempt(): PromiseWithResolvers<string> {
  const attempt = Promise.withResolvers<string>();
  attempt.promise.catch(() => undefined);
  return attempt;
}
