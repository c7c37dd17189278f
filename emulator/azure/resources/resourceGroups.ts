// The resource groups of the lab's subscription: records; what is in them is told by `inventory.ts`.
import { LabError } from '../../kernel/errors.ts';
import type { Store } from '../../kernel/store.ts';

export interface ResourceGroup {
  readonly name: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
}

const storeKind = 'resourceGroup';
const namePattern = /^[\w().-]{0,89}[\w()-]$/;

export class ResourceGroups {
  readonly #store: Store;
  /** Where everything is that the lab makes by itself: accounts, failed-over machines, networks of the estate. */
  readonly homeName: string;

  constructor(store: Store, home: ResourceGroup) {
    this.#store = store;
    this.homeName = home.name;
    if (this.find(home.name) === undefined) this.#keep(home);
  }

  list(): ResourceGroup[] {
    return this.#store.list<ResourceGroup>(storeKind);
  }

  /** Names match in any case. */
  find(name: string): ResourceGroup | undefined {
    return this.#store.get<ResourceGroup>(storeKind, name.toLowerCase());
  }

  /** @throws LabError ResourceGroupNotFound */
  require(name: string): ResourceGroup {
    const group = this.find(name);
    if (group === undefined) throw new LabError('ResourceGroupNotFound', `'${name.slice(0, 100)}' could not be found.`);
    return group;
  }

  /** Creates or changes. @throws LabError ResourceGroupInvalid for an impossible name or another region */
  put(group: ResourceGroup): { group: ResourceGroup; created: boolean } {
    if (!namePattern.test(group.name)) throw new LabError('ResourceGroupInvalid', `The name '${group.name.slice(0, 100)}'.`);
    const known = this.find(group.name);
    if (known !== undefined && known.location !== group.location)
      throw new LabError('ResourceGroupInvalid', `'${known.name}' is in ${known.location} and cannot be moved to ${group.location}.`);
    return { group: this.#keep({ ...group, name: known?.name ?? group.name }), created: known === undefined };
  }

  /** The record alone; what was in the group is gone before. */
  delete(name: string): void {
    this.#store.delete(storeKind, name.toLowerCase());
  }

  #keep(group: ResourceGroup): ResourceGroup {
    this.#store.put(storeKind, group.name.toLowerCase(), group);
    return group;
  }
}
