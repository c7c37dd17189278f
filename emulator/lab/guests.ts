// What runs inside the machines: their programs and the Mobility service, kept over restarts and taken along to copies on the other side.
import type { Kernel } from '../kernel/kernel.ts';
import { LabError } from '../kernel/errors.ts';
import type { Store } from '../kernel/store.ts';
import type { Machine } from '../machine/machine.ts';
import { MobilityService } from '../machine/mobility/mobilityService.ts';
import { Ledger } from '../machine/workload/ledger.ts';
import { LedgerExchange } from '../machine/workload/ledgerExchange.ts';
import { makeWorkload, type WorkloadSettings } from '../machine/workload/makeWorkload.ts';
import type { GuestAccess } from '../onprem/processserver/pushInstall.ts';

/** What the guest's system disk would tell: which programs it has, and whether the Mobility service is installed. */
interface GuestRecord {
  readonly machineId: string;
  /** The machine whose programs these are: itself, or the one it is a copy of. */
  readonly originId: string;
  /** Disks that go by another id here than on the origin, by the origin's. */
  readonly diskIds?: Readonly<Record<string, string>>;
  readonly mobility: { readonly version: string; readonly configServerUrl: string; readonly passphrase: string; readonly registrationDelayMs: number } | null;
}

interface ProgramRecord {
  readonly originId: string;
  readonly workloads: readonly WorkloadSettings[];
  readonly running: boolean;
}

/** Transfers between the ledgers of a replication group, each way. */
const exchange = { transfersPerSecond: 0.2, batchSize: 4, tickMs: 10_000 } as const;

/** What a machine is a copy of, and where its Mobility service registers. */
export interface CopyOf {
  readonly originId: string;
  /** A copy for a test does not register with the configuration server. */
  readonly drill: boolean;
  readonly configServerUrl: string;
  readonly passphrase: string;
  /** Documented lab time until its Mobility service registers. */
  readonly registrationDelayMs: number;
  readonly diskIds?: Readonly<Record<string, string>>;
}

export interface GuestsDeps {
  readonly kernel: Kernel;
  readonly store: Store;
  /** What a push installation installs. */
  readonly mobilityVersion: string;
}

export class Guests implements AsyncDisposable {
  readonly #deps: GuestsDeps;
  readonly #machines = new Map<string, Machine>();
  readonly #services = new Map<string, MobilityService>();
  readonly #exchanges = new Map<string, LedgerExchange>();

  constructor(deps: GuestsDeps) {
    this.#deps = deps;
  }

  /** Every machine that the lab hosts now. */
  get machines(): readonly Machine[] {
    return [...this.#machines.values()];
  }

  find(machineId: string): Machine | undefined {
    return this.#machines.get(machineId);
  }

  /** The programs of a machine and of all its copies. Set once, when the estate is built. */
  async setPrograms(originId: string, workloads: readonly WorkloadSettings[]): Promise<void> {
    const program: ProgramRecord = { originId, workloads, running: true };
    this.#deps.store.put('program', originId, program);
    const machine = this.#machines.get(originId);
    if (machine !== undefined) await this.#runPrograms(machine, program);
  }

  /**
   * Puts into a machine what its disks would bring along: before its first power-on, and again after a restart of the process.
   */
  adopt(machine: Machine, copy?: CopyOf): void {
    if (this.#machines.get(machine.machineId) === machine) return;
    this.#machines.set(machine.machineId, machine);
    this.#deps.kernel.clock.start(`adopt ${machine.name}`, () => this.#furnish(machine, copy));
  }

  async #furnish(machine: Machine, copy: CopyOf | undefined): Promise<void> {
    const record = this.#record(machine.machineId) ?? this.#newRecord(machine, copy);
    if (record.mobility !== null) await this.#installService(machine, record.mobility);
    const program = this.#programOf(record.originId);
    if (program?.running === true) await this.#runPrograms(machine, program);
  }

  /** A machine that was made before anybody knew what would be written to its disks: now they hold a copy of another. */
  inherit(machine: Machine, copy: CopyOf): void {
    if (this.#record(machine.machineId)?.originId === copy.originId) return;
    this.#deps.store.delete('guest', machine.machineId);
    this.#deps.kernel.clock.start(`inherit ${machine.name}`, () => this.#furnish(machine, copy));
  }

  /** The machine is gone with its disks. */
  forget(machineId: string): void {
    this.#machines.delete(machineId);
    this.#services.delete(machineId);
    this.#deps.store.delete('guest', machineId);
  }

  /** Starts or stops the programs of a machine and of all its copies. */
  async setRunning(machineId: string, running: boolean): Promise<void> {
    const originId = this.#record(machineId)?.originId ?? machineId;
    const program = this.#programOf(originId);
    if (program === undefined || program.running === running) return;
    const changed = { ...program, running };
    this.#deps.store.put('program', originId, changed);
    for (const machine of this.#machines.values()) {
      if ((this.#record(machine.machineId)?.originId ?? machine.machineId) !== originId) continue;
      if (running) await this.#runPrograms(machine, changed);
      else await this.#endPrograms(machine);
    }
  }

  /** How a process server reaches a machine for a push installation. */
  async reach(machineId: string): Promise<GuestAccess | undefined> {
    const machine = this.#machines.get(machineId);
    if (machine === undefined || machine.state !== 'poweredOn') return undefined;
    return {
      definition: machine.definition,
      installed: this.#services.has(machineId),
      installMobilityService: (options) => this.install(machine, options),
    };
  }

  /** Installs the Mobility service, or brings it up to date; ends when it has registered. */
  async install(machine: Machine, site: { configServerUrl: string; passphrase: string }): Promise<void> {
    const mobility = { ...site, version: this.#deps.mobilityVersion, registrationDelayMs: 0 };
    const record = this.#record(machine.machineId) ?? { machineId: machine.machineId, originId: machine.machineId };
    this.#deps.store.put('guest', machine.machineId, { ...record, mobility } satisfies GuestRecord);
    const present = this.#services.get(machine.machineId);
    if (present === undefined) await this.#installService(machine, mobility);
    else present.update(this.#deps.mobilityVersion);
    const service = this.#services.get(machine.machineId) as MobilityService;
    await this.#deps.kernel.clock.idle(service.registeredAtFirst());
  }

  service(machineId: string): MobilityService | undefined {
    return this.#services.get(machineId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const one of this.#exchanges.values()) await one[Symbol.asyncDispose]();
  }

  #record(machineId: string): GuestRecord | undefined {
    return this.#deps.store.get<GuestRecord>('guest', machineId);
  }

  #programOf(originId: string): ProgramRecord | undefined {
    return this.#deps.store.get<ProgramRecord>('program', originId);
  }

  #newRecord(machine: Machine, copy: CopyOf | undefined): GuestRecord {
    const origin = copy === undefined ? undefined : this.#record(copy.originId);
    const { originId = machine.machineId, drill = true, diskIds } = copy ?? {};
    const mobility =
      copy === undefined || drill
        ? null
        : {
            version: origin?.mobility?.version ?? this.#deps.mobilityVersion,
            configServerUrl: copy.configServerUrl,
            passphrase: copy.passphrase,
            registrationDelayMs: copy.registrationDelayMs,
          };
    const record: GuestRecord = {
      machineId: machine.machineId,
      originId: origin?.originId ?? originId,
      mobility,
      ...(diskIds === undefined ? {} : { diskIds }),
    };
    this.#deps.store.put('guest', record.machineId, record);
    return record;
  }

  async #installService(machine: Machine, mobility: NonNullable<GuestRecord['mobility']>): Promise<void> {
    const service = new MobilityService({ kernel: this.#deps.kernel, ...mobility });
    this.#services.set(machine.machineId, service);
    await machine.install(service);
  }

  async #runPrograms(machine: Machine, program: ProgramRecord): Promise<void> {
    const { kernel } = this.#deps;
    const disks = new Set(machine.definition.disks.map((disk) => disk.diskId));
    const { diskIds = {} } = this.#record(machine.machineId) ?? {};
    for (const original of program.workloads) {
      const settings = { ...original, diskId: diskIds[original.diskId] ?? original.diskId };
      if (!disks.has(settings.diskId)) continue;
      const workload = makeWorkload({ clock: kernel.clock, random: kernel.random.fork(`workload ${machine.machineId} ${settings.kind}`) }, settings);
      if (machine.workloads.some((present) => present.name === workload.name)) continue;
      try {
        await machine.run(workload);
      } catch (error) {
        // A guest whose records are damaged still runs; what it found is in the trace.
        if (!LabError.is(error)) throw error;
        kernel.trace.record('machine', 'workloadFailed', { machineId: machine.machineId, workload: workload.name, message: error.message });
      }
    }
    await this.#exchangeAmong(machine);
  }

  async #endPrograms(machine: Machine): Promise<void> {
    for (const workload of machine.workloads) await machine.end(workload.name);
  }

  /** Ledgers that name each other as peers do business as long as both run on the same side. */
  async #exchangeAmong(machine: Machine): Promise<void> {
    const own = machine.workloads.find((workload) => workload instanceof Ledger);
    if (own === undefined || (own.settings.peers ?? []).length === 0) return;
    const family = [own.settings.ledgerId, ...(own.settings.peers ?? [])].sort();
    const ledgers: Ledger[] = [];
    for (const other of this.#machines.values()) {
      if (
        (other.definition.platform === 'Azure') !== (machine.definition.platform === 'Azure') ||
        other.definition.name.endsWith('-Test') !== machine.definition.name.endsWith('-Test')
      )
        continue;
      const ledger = other.workloads.find((workload) => workload instanceof Ledger && family.includes(workload.settings.ledgerId));
      if (ledger instanceof Ledger) ledgers.push(ledger);
    }
    if (ledgers.length < family.length) return;
    const key = family.join(' ');
    await this.#exchanges.get(key)?.[Symbol.asyncDispose]();
    const business = new LedgerExchange({ kernel: this.#deps.kernel, ledgers, ...exchange });
    this.#exchanges.set(key, business);
    business.start();
  }
}
