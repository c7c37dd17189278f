// The vault that the lab's configuration server is registered with: asked at each use, because an administrator may choose another.
import { LabError } from '../kernel/errors.ts';
import type { Store } from '../kernel/store.ts';
import type { Vault } from '../azure/vault/vault.ts';
import type { VaultEntry, VaultPlace, Vaults } from '../azure/vault/vaults.ts';
import type { ConfigServer } from '../onprem/configserver/configServer.ts';

export interface SiteVaultDeps {
  readonly vaults: Vaults;
  readonly configServer: ConfigServer;
  /** Keeps which vault a move was on its way to. */
  readonly store: Store;
}

export class SiteVault {
  readonly #deps: SiteVaultDeps;
  readonly #listeners = new Set<() => void>();

  constructor(deps: SiteVaultDeps) {
    this.#deps = deps;
  }

  /** Undefined when that vault was deleted. */
  get entry(): VaultEntry | undefined {
    const { vaults, configServer } = this.#deps;
    return vaults.list().find(({ url }) => url === configServer.vaultUrl);
  }

  /** @throws LabError SiteWithoutVault */
  get vault(): Vault {
    const { entry } = this;
    if (entry === undefined) throw new LabError('SiteWithoutVault', this.#deps.configServer.url);
    return entry.vault;
  }

  /** Hears that the site belongs to another vault now. */
  onMove(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** Registers a server that belongs to no vault yet with the first, and ends a move that a kill has cut off. */
  async settle(): Promise<void> {
    const { vaults, configServer, store } = this.#deps;
    const wanted = store.get<{ vaultId: string }>('site', 'move');
    const entries = vaults.list();
    const entry = entries.find(({ resource }) => resource.vaultId === wanted?.vaultId) ?? (configServer.vaultUrl === undefined ? entries[0] : undefined);
    if (entry !== undefined) await this.#register(entry);
  }

  /**
   * As an administrator who takes a fresh credentials file to the server: the old vault forgets it, the new one gets it.
   * @throws LabError NotFound; ConfigServerInUse while the present vault has machines of it
   */
  async move(place: VaultPlace): Promise<VaultEntry> {
    const { vaults, configServer, store } = this.#deps;
    const target = vaults.find(place);
    if (target === undefined) throw new LabError('NotFound', `Vault ${place.name} in ${place.resourceGroupName}.`);
    for (const vault of this.#formerVaults(target)) vault.site.requireReleasable(configServer.hostId);
    store.put('site', 'move', { vaultId: target.resource.vaultId });
    await this.#register(target);
    return target;
  }

  /** Those that still know the server. */
  #formerVaults(target: VaultEntry): Vault[] {
    const { vaults, configServer } = this.#deps;
    return vaults
      .list()
      .map(({ vault }) => vault)
      .filter((vault) => vault !== target.vault && vault.records.configServers.get(configServer.hostId) !== undefined);
  }

  async #register(target: VaultEntry): Promise<void> {
    const { configServer, store } = this.#deps;
    for (const vault of this.#formerVaults(target)) vault.site.release(configServer.hostId);
    if (configServer.vaultUrl !== undefined && configServer.vaultUrl !== target.url) await configServer.leaveVault();
    await configServer.registerWithVault(target.vault.credentialsFile(), target.url);
    store.delete('site', 'move');
    for (const listener of this.#listeners) listener();
  }
}
