// The vaults of the subscription: a resource in a resource group, with the engine that does its work, and both kept over restarts.
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../kernel/errors.ts';
import type { TimeMs } from '../../kernel/clock.ts';
import type { JobView } from '../../kernel/jobRecord.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { Store } from '../../kernel/store.ts';
import { Table } from './records.ts';
import { Vault } from './vault.ts';
import type { VaultDeps } from './deps.ts';

/** Which vault: names match in any case. */
export interface VaultPlace {
  readonly resourceGroupName: string;
  readonly name: string;
}

/** What its owner says of a vault (arm-contract §4.2). */
export interface VaultSettings {
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly skuName: 'Standard' | 'RS0';
  readonly publicNetworkAccess: 'Enabled' | 'Disabled';
  /** Properties that the service only keeps, as the client gave them, by their names. */
  readonly kept: Readonly<Record<string, unknown>>;
}

export interface VaultResource extends VaultPlace, VaultSettings {
  readonly vaultId: string;
  readonly subscriptionId: string;
  readonly changedMs: TimeMs;
  readonly state: 'Provisioning' | 'Succeeded' | 'Deleting';
  /** Clients sign their requests with it; nobody checks them. */
  readonly integrityKey: string;
}

export interface VaultEntry {
  readonly resource: VaultResource;
  readonly vault: Vault;
  /** Its service endpoint: where configuration servers register. */
  readonly url: string;
}

interface VaultRecord extends VaultResource {
  /** The lab's first vault has its records beside those of compute and network, and its endpoint at the root; every other one has a file and a path. */
  readonly first: boolean;
}

export interface VaultsDeps extends Omit<VaultDeps, 'name' | 'region' | 'resourceGroupName' | 'url'> {
  readonly kernel: Kernel;
  /** Keeps the resources, and the records of the first vault. */
  readonly store: Store;
  /** For the files of the others. */
  readonly folder: string;
  /** Root of the service endpoints; asked when it is needed, because the server may listen later. */
  readonly url: () => string;
}

interface Opened {
  readonly vault: Vault;
  readonly store: Store;
}

const namePattern = /^[A-Za-z][A-Za-z0-9-]{1,49}$/;

export class Vaults implements AsyncDisposable {
  readonly #deps: VaultsDeps;
  readonly #table: Table<VaultRecord>;
  readonly #opened = new Map<string, Opened>();
  readonly #listeners = new Set<(vault: Vault) => void>();

  private constructor(deps: VaultsDeps) {
    this.#deps = deps;
    this.#table = new Table<VaultRecord>(deps.store, 'vault', (record) => record.vaultId);
  }

  /**
   * Opens the engines of all vaults that there are; in a new lab, the first.
   * @throws LabError StateDatabaseDamaged, StateVersionUnknown
   */
  static async open(deps: VaultsDeps, first: VaultPlace & { readonly location: string }): Promise<Vaults> {
    const vaults = new Vaults(deps);
    // Whoever deleted the first vault shall not find it again after a restart.
    if (deps.store.get('vaults', 'lab') === undefined) {
      deps.store.transaction(() => {
        deps.store.put('vaults', 'lab', {});
        const settings: VaultSettings = { location: first.location, tags: {}, skuName: 'Standard', publicNetworkAccess: 'Enabled', kept: {} };
        vaults.#table.put({ ...vaults.#newRecord(first, settings), first: true });
      });
    }
    for (const record of vaults.#table.list()) if (record.state !== 'Deleting') await vaults.openEngine(record);
    return vaults;
  }

  /** Those that work. */
  list(): VaultEntry[] {
    return this.#table.list().flatMap((record) => this.#entryOf(record) ?? []);
  }

  find(place: VaultPlace): VaultEntry | undefined {
    const record = this.#record(place);
    return record === undefined ? undefined : this.#entryOf(record);
  }

  /** Also those that are being made or deleted. */
  resources(): VaultResource[] {
    return this.#table.list();
  }

  resource(place: VaultPlace): VaultResource | undefined {
    return this.#record(place);
  }

  /** Its service endpoint is at `/vaults/{vaultId}`, that of the first at the root (''). */
  atEndpoint(vaultId: string): VaultEntry | undefined {
    const record = this.#table.list().find((one) => (vaultId === '' ? one.first : !one.first && one.vaultId === vaultId));
    return record === undefined ? undefined : this.#entryOf(record);
  }

  /** Called for every vault that there is or will be. */
  onVault(listener: (vault: Vault) => void): void {
    this.#listeners.add(listener);
    for (const { vault } of this.#opened.values()) listener(vault);
  }

  /** The vault that a job belongs to. @throws LabError JobNotFound */
  withJob(jobId: string): Vault {
    for (const { vault } of this.#opened.values()) if (vault.jobs.has(jobId)) return vault;
    throw new LabError('JobNotFound', jobId);
  }

  /** A job of any vault. @throws LabError JobNotFound */
  job(jobId: string): JobView {
    return this.withJob(jobId).jobs.get(jobId);
  }

  /** A new vault without its engine yet (`openEngine`). @throws LabError VaultNameInvalid, VaultExists */
  create(place: VaultPlace, settings: VaultSettings): VaultResource {
    if (!isVaultName(place.name)) throw new LabError('VaultNameInvalid', place.name.slice(0, 100));
    if (this.#record(place) !== undefined) throw new LabError('VaultExists', place.name);
    return this.#table.put({ ...this.#newRecord(place, settings), first: false });
  }

  /** @throws LabError NotFound, VaultRegionFixed */
  change(place: VaultPlace, settings: Partial<VaultSettings>): VaultResource {
    const record = this.#require(place);
    if (settings.location !== undefined && plainRegion(settings.location) !== plainRegion(record.location))
      throw new LabError('VaultRegionFixed', `${record.name} is in ${record.location}.`);
    return this.#table.put({
      ...record,
      ...settings,
      location: record.location,
      kept: { ...record.kept, ...settings.kept },
      changedMs: this.#deps.kernel.clock.now(),
    });
  }

  /** @throws LabError NotFound */
  setIntegrityKey(place: VaultPlace, integrityKey: string): void {
    this.#table.put({ ...this.#require(place), integrityKey });
  }

  /** Idempotent; when it returns, the vault works. */
  async openEngine({ vaultId }: Pick<VaultResource, 'vaultId'>): Promise<void> {
    const record = this.#table.get(vaultId);
    if (record === undefined || record.state === 'Deleting' || this.#opened.has(vaultId)) return;
    const { folder, url: _root, ...deps } = this.#deps;
    const store = record.first ? this.#deps.store : new Store(fileOf(folder, vaultId));
    const { name, resourceGroupName, location: region } = record;
    const vault = await Vault.open({ ...deps, store, name, region, resourceGroupName, url: () => this.#urlOf(record) });
    this.#opened.set(vaultId, { vault, store });
    if (record.state === 'Provisioning') this.#table.put({ ...record, state: 'Succeeded' });
    for (const listener of this.#listeners) listener(vault);
  }

  /** From here on the vault takes no more requests; `erase` ends it. @throws LabError NotFound, VaultNotEmpty */
  beginDelete(place: VaultPlace): VaultResource {
    const record = this.#require(place);
    this.requireEmpty(place);
    return this.#table.put({ ...record, state: 'Deleting', changedMs: this.#deps.kernel.clock.now() });
  }

  /** @throws LabError VaultNotEmpty while servers are registered with it or machines protected by it */
  requireEmpty(place: VaultPlace): void {
    const { vault } = this.find(place) ?? {};
    const kept = [...(vault?.items() ?? []), ...(vault?.records.configServers.list() ?? [])].map(({ friendlyName }) => friendlyName);
    if (kept.length > 0) throw new LabError('VaultNotEmpty', `${place.name}: ${kept.slice(0, 10).join(', ')}.`);
  }

  /** Idempotent: ends the engine of a vault that is being deleted, and forgets its records. */
  async erase({ vaultId }: Pick<VaultResource, 'vaultId'>): Promise<void> {
    const record = this.#table.get(vaultId);
    if (record === undefined) return;
    const opened = this.#opened.get(vaultId);
    this.#opened.delete(vaultId);
    await opened?.vault[Symbol.asyncDispose]();
    if (record.first) Vault.erase(this.#deps.store);
    else {
      opened?.store[Symbol.dispose]();
      for (const suffix of ['', '-wal', '-shm']) rmSync(`${fileOf(this.#deps.folder, vaultId)}${suffix}`, { force: true });
    }
    this.#table.delete(vaultId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { vault, store } of this.#opened.values()) {
      await vault[Symbol.asyncDispose]();
      if (store !== this.#deps.store) store[Symbol.dispose]();
    }
  }

  #newRecord({ resourceGroupName, name }: VaultPlace, settings: VaultSettings): Omit<VaultRecord, 'first'> {
    const { kernel, subscriptionId } = this.#deps;
    return {
      ...settings,
      vaultId: kernel.ids.guid(),
      subscriptionId,
      resourceGroupName,
      name,
      changedMs: kernel.clock.now(),
      state: 'Provisioning',
      // A key: true randomness.
      integrityKey: randomBytes(64).toString('base64'),
    };
  }

  #urlOf({ first, vaultId }: VaultRecord): string {
    const root = this.#deps.url();
    return first ? root : `${root}/vaults/${vaultId}`;
  }

  #entryOf(record: VaultRecord): VaultEntry | undefined {
    const opened = record.state === 'Deleting' ? undefined : this.#opened.get(record.vaultId);
    return opened === undefined ? undefined : { resource: record, vault: opened.vault, url: this.#urlOf(record) };
  }

  #record(place: VaultPlace): VaultRecord | undefined {
    return this.#table.list().find((record) => isAt(record, place));
  }

  #require(place: VaultPlace): VaultRecord {
    const record = this.#record(place);
    if (record === undefined) throw new LabError('NotFound', `Vault ${place.name} in ${place.resourceGroupName}.`);
    return record;
  }
}

export function isVaultName(name: string): boolean {
  return namePattern.test(name);
}

function isAt(record: VaultPlace, place: VaultPlace): boolean {
  return record.name.toLowerCase() === place.name.toLowerCase() && record.resourceGroupName.toLowerCase() === place.resourceGroupName.toLowerCase();
}

function fileOf(folder: string, vaultId: string): string {
  return join(folder, `${vaultId}.db`);
}

/** `West Europe` and `westeurope` are one. */
function plainRegion(text: string): string {
  return text.replaceAll(' ', '').toLowerCase();
}
