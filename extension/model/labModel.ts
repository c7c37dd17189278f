// Keeps the last snapshot of a lab true to it: whole lists once, then what the feed says has changed. No VS Code in here.
import type { ControlEvent } from '../../emulator/contract/control.ts';
import type { JobRecord } from '../../emulator/contract/resources.ts';
import type { ControlClient } from '../client/controlClient.ts';
import type { VaultClient } from '../client/vaultClient.ts';
import { partsAfter, wasHeard } from './consequences.ts';
import { nameOf } from './find.ts';
import { azureItemOf, withNews, withRead, withTasks } from './news.ts';
import { emptySnapshot, emptyVault, type LabSnapshot, type VaultPart, type VaultSnapshot } from './snapshot.ts';

export interface LabModelDeps {
  readonly log: { warn(message: string): void };
}

type Source = { readonly control: Pick<ControlClient, 'call' | 'events'>; readonly vault: VaultClient };

const allParts = Object.keys(emptyVault) as VaultPart[];
/** Between two readings: news of many items at once are read together. */
const pauseMs = 100;

/** Servers are heard of all the time: the figures they report are read again after so long at the earliest. */
const figuresPauseMs = 5000;

export class LabModel {
  readonly #deps: LabModelDeps;
  readonly #listeners = new Set<(snapshot: LabSnapshot) => void>();
  readonly #newsListeners = new Set<(event: ControlEvent) => void>();
  readonly #due = new Set<VaultPart>();
  /** Of items, by the lab's own id; of jobs, by name. */
  readonly #dueItems = new Set<string>();
  readonly #dueJobs = new Set<string>();
  #source: Source | undefined;
  #snapshot: LabSnapshot;
  #reading: Promise<void> | undefined;
  #readingsBegun = 0;
  #readingsEnded = 0;
  #readingEnded = Promise.withResolvers<void>();
  #figuresReadMs = -Infinity;

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

  /** Each message of the feed, as it came. */
  onNews(listener: (event: ControlEvent) => void): Disposable {
    this.#newsListeners.add(listener);
    return { [Symbol.dispose]: () => void this.#newsListeners.delete(listener) };
  }

  /** The lab's process is starting, has ended, or was lost. */
  become(state: 'stopped' | 'starting' | 'lost', problem?: string): void {
    this.#source = undefined;
    this.#forget();
    this.#set({ ...emptySnapshot(this.#snapshot.dir), state, problem });
  }

  /** Reads everything, then follows the feed until `signal` fires. @throws ExtensionError LabUnreachable when the lab ends */
  async follow(source: Source, signal: AbortSignal): Promise<void> {
    this.#source = source;
    for await (const event of source.control.events(signal)) {
      this.#take(event);
      if (event.kind === 'hello') await this.#readAll(source);
    }
  }

  /** Reads these parts again. Ends when they are shown. */
  async refresh(parts: readonly VaultPart[]): Promise<void> {
    for (const part of parts) this.#due.add(part);
    await this.#read();
  }

  /** Reads a job with its tasks: somebody opened it. */
  async openJob(name: string): Promise<void> {
    this.#dueJobs.add(name);
    await this.#read();
  }

  /** Ends when what the news so far has changed is shown. */
  async caughtUp(): Promise<void> {
    const last = this.#readingsBegun + (this.#isDue ? 1 : 0);
    while (this.#reading !== undefined && this.#readingsEnded < last) await this.#readingEnded.promise;
  }

  async #readAll(source: Source): Promise<void> {
    const lab = await source.control.call('lab.status', {});
    if (this.#source === source) this.#set({ ...this.#snapshot, lab });
    await this.refresh(allParts);
  }

  #take(event: ControlEvent): void {
    for (const listener of this.#newsListeners) listener(event);
    const before = this.#snapshot;
    const snapshot = withNews(before, event);
    if (snapshot !== before) this.#set(snapshot);
    this.#becomeDue(before, event);
    if (this.#isDue) void this.#read();
  }

  #becomeDue(before: LabSnapshot, event: ControlEvent): void {
    for (const part of partsAfter(before, event)) this.#due.add(part);
    if (wasHeard(before, event) && performance.now() - this.#figuresReadMs >= figuresPauseMs) this.#due.add('fabrics').add('events');
    if (event.kind === 'item') this.#itemIsDue(event.item.itemId);
    else if (event.kind === 'job') this.#jobIsDue(event.job);
  }

  #itemIsDue(itemId: string): void {
    if (azureItemOf(this.#snapshot.vault.items, itemId) === undefined) this.#due.add('items');
    else this.#dueItems.add(itemId);
  }

  #jobIsDue({ jobId, subject, endedMs }: JobRecord): void {
    const { jobs, items } = this.#snapshot.vault;
    if (jobs.some(({ name }) => name === jobId)) this.#dueJobs.add(jobId);
    else this.#due.add('jobs');
    if (endedMs === null) return;
    // Whoever waits for the job looks at its item next.
    for (const { name, properties } of items.filter((item) => nameOf(item) === subject)) this.#dueItems.add(properties?.eventCorrelationId ?? name ?? '');
  }

  get #isDue(): boolean {
    return this.#due.size + this.#dueItems.size + this.#dueJobs.size > 0;
  }

  /** One reading at a time; what becomes due meanwhile is read by the next, and whoever asked waits for that. */
  #read(): Promise<void> {
    this.#reading ??= this.#readAllDue().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readAllDue(): Promise<void> {
    for (let first = true; this.#isDue; first = false) {
      if (!first) await pause();
      this.#readingsBegun += 1;
      try {
        await this.#readDue();
      } finally {
        this.#readingsEnded += 1;
        this.#readingEnded.resolve();
        this.#readingEnded = Promise.withResolvers();
      }
    }
  }

  async #readDue(): Promise<void> {
    const source = this.#source;
    const parts = [...this.#due];
    const { vault } = this.#snapshot;
    const items = this.#due.has('items') ? [] : [...this.#dueItems].flatMap((itemId) => azureItemOf(vault.items, itemId)?.id ?? []);
    const jobs = [...this.#dueJobs];
    if (this.#due.has('fabrics')) this.#figuresReadMs = performance.now();
    this.#forget();
    if (source === undefined) return;
    const [lists, readItems, readJobs] = await Promise.all([
      this.#each(parts, async (part) => [part, await readPart(source.vault, part)] as const),
      this.#each(items, (id) => source.vault.protectedItem(id)),
      this.#each(jobs, (name) => source.vault.job(name)),
    ]);
    if (this.#source !== source) return;
    const read = { ...this.#snapshot.vault, ...(Object.fromEntries(lists) as Partial<VaultSnapshot>) };
    this.#set({
      ...this.#snapshot,
      vault: {
        ...read,
        items: readItems.length === 0 ? read.items : withRead(read.items, readItems),
        jobs: read.jobs === vault.jobs && readJobs.length === 0 ? vault.jobs : withRead(withTasks(read.jobs, vault.jobs), readJobs),
      },
    });
  }

  /** One answer that fails spoils no other: the feed says whether the lab is gone, and the next news reads it again. */
  async #each<Subject extends string, Read>(subjects: readonly Subject[], read: (subject: Subject) => Promise<Read>): Promise<Read[]> {
    const one = async (subject: Subject): Promise<readonly { readonly read: Read }[]> => {
      try {
        return [{ read: await read(subject) }];
      } catch (error) {
        this.#deps.log.warn(`Reading ${subject}: ${error instanceof Error ? error.message : String(error)}`);
        return [];
      }
    };
    return (await Promise.all(subjects.map(one))).flat().map((answer) => answer.read);
  }

  #forget(): void {
    this.#due.clear();
    this.#dueItems.clear();
    this.#dueJobs.clear();
  }

  #set(snapshot: LabSnapshot): void {
    this.#snapshot = { ...snapshot, revision: this.#snapshot.revision + 1 };
    for (const listener of this.#listeners) listener(this.#snapshot);
  }
}

function pause(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, pauseMs);
  return promise;
}

async function readPart(vault: VaultClient, part: VaultPart): Promise<VaultSnapshot[VaultPart]> {
  switch (part) {
    case 'items':
      return vault.protectedItems();
    case 'protectableItems':
      return vault.protectableItems();
    case 'plans':
      // The list leaves the groups out.
      return Promise.all((await vault.recoveryPlans()).map(({ id = '' }) => vault.recoveryPlan(id)));
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
