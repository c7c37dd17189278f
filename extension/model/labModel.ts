// Keeps the last snapshot of a lab true to it: whole lists once, then what the feed says has changed. No VS Code in here.
import type { ControlEvent } from '../../emulator/contract/control.ts';
import type { ControlClient } from '../client/controlClient.ts';
import type { VaultClient } from '../client/vaultClient.ts';
import { emptySnapshot, emptyVault, type LabSnapshot, type VaultSnapshot } from './snapshot.ts';

/** Parts of the vault that are read as one. */
export type VaultPart = keyof VaultSnapshot;

export interface LabModelDeps {
  readonly log: { warn(message: string): void };
}

type Source = { readonly control: ControlClient; readonly vault: VaultClient };

const allParts = Object.keys(emptyVault) as VaultPart[];

/** What may look different after a job of this kind has ended; items always may. */
const partsOfJob: Readonly<Record<string, readonly VaultPart[]>> = {
  AddProtectionProfile: ['policies', 'mappings'],
  AssociateProtectionProfile: ['mappings', 'fabrics'],
  DissociateProtectionProfile: ['mappings', 'fabrics'],
  SaveRecoveryPlan: ['plans'],
  UpdateRecoveryPlan: ['plans'],
  DeleteRecoveryPlan: ['plans'],
};

export class LabModel {
  readonly #deps: LabModelDeps;
  readonly #listeners = new Set<(snapshot: LabSnapshot) => void>();
  readonly #due = new Set<VaultPart>();
  #source: Source | undefined;
  #snapshot: LabSnapshot;
  #reading: Promise<void> | undefined;
  #labIsDue = false;

  constructor(dir: string, deps: LabModelDeps) {
    this.#deps = deps;
    this.#snapshot = emptySnapshot(dir);
  }

  get snapshot(): LabSnapshot {
    return this.#snapshot;
  }

  onChange(listener: (snapshot: LabSnapshot) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** The lab's process is starting, has ended, or was lost. */
  become(state: 'stopped' | 'starting' | 'lost', problem?: string): void {
    this.#source = undefined;
    this.#due.clear();
    this.#set({ ...emptySnapshot(this.#snapshot.dir), state, problem });
  }

  /** Reads everything, then follows the feed until `signal` fires. @throws ExtensionError LabUnreachable when the lab ends */
  async follow(source: Source, signal: AbortSignal): Promise<void> {
    this.#source = source;
    for await (const event of source.control.events(signal)) {
      this.#take(event);
      if (event.kind === 'hello') await this.refresh(allParts);
    }
  }

  /** Reads these parts again. Ends when they are shown. */
  async refresh(parts: readonly VaultPart[]): Promise<void> {
    for (const part of parts) this.#due.add(part);
    this.#labIsDue = true;
    await this.#read();
  }

  #take(event: ControlEvent): void {
    switch (event.kind) {
      case 'hello':
        this.#set({ ...this.#snapshot, state: 'running', clock: event.clock, problem: undefined });
        return;
      case 'clock':
        this.#set({ ...this.#snapshot, clock: event.clock });
        return;
      case 'item':
        this.#due.add('items');
        return void this.#read();
      case 'job': {
        const runningJobs = new Map(this.#snapshot.runningJobs);
        if (event.job.endedMs === null) runningJobs.set(event.job.jobId, event.job);
        else runningJobs.delete(event.job.jobId);
        this.#set({ ...this.#snapshot, runningJobs });
        this.#due.add('jobs').add('items');
        if (event.job.endedMs !== null) {
          for (const part of ['virtualMachines', 'protectableItems', 'events', 'plans', ...(partsOfJob[event.job.kind] ?? [])] as const) this.#due.add(part);
          this.#labIsDue = true;
        }
        return void this.#read();
      }
      case 'progress':
      case 'trace':
    }
  }

  /** One reading at a time; what becomes due meanwhile is read by the next. */
  #read(): Promise<void> {
    this.#reading ??= this.#readDue().finally(() => {
      this.#reading = undefined;
      if (this.#due.size > 0 || this.#labIsDue) void this.#read();
    });
    return this.#reading;
  }

  async #readDue(): Promise<void> {
    const source = this.#source;
    const parts = [...this.#due];
    const { lab: kept } = this.#snapshot;
    const labIsDue = this.#labIsDue || kept === undefined;
    this.#due.clear();
    this.#labIsDue = false;
    if (source === undefined) return;
    try {
      const [lab, ...read] = await Promise.all([
        labIsDue ? source.control.call('lab.status', {}) : kept,
        ...parts.map(async (part) => [part, await readPart(source.vault, part)] as const),
      ]);
      if (this.#source !== source) return;
      this.#set({ ...this.#snapshot, lab, vault: { ...this.#snapshot.vault, ...(Object.fromEntries(read) as Partial<VaultSnapshot>) } });
    } catch (error) {
      // The feed says whether the lab is gone; one answer that failed is shown with the next.
      this.#deps.log.warn(`Reading ${parts.join(', ')}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  #set(snapshot: LabSnapshot): void {
    this.#snapshot = { ...snapshot, revision: this.#snapshot.revision + 1 };
    for (const listener of this.#listeners) listener(this.#snapshot);
  }
}

async function readPart(vault: VaultClient, part: VaultPart): Promise<VaultSnapshot[VaultPart]> {
  switch (part) {
    case 'items':
      return vault.protectedItems();
    case 'protectableItems':
      return vault.protectableItems();
    case 'plans':
      return vault.recoveryPlans();
    case 'policies':
      return vault.policies();
    case 'mappings':
      return vault.mappings();
    case 'fabrics':
      return vault.fabrics();
    case 'vCenters':
      return vault.vCenters();
    case 'jobs':
      return vault.jobs();
    case 'events':
      return vault.events();
    case 'virtualMachines':
      return vault.virtualMachines();
  }
}
