// Resources that others refer to and the lab only keeps: availability sets, security groups and public addresses carry no traffic here.
import { LabError } from '../../kernel/errors.ts';
import type { Store } from '../../kernel/store.ts';

export const keptTypes = {
  availabilitySets: 'Microsoft.Compute/availabilitySets',
  networkSecurityGroups: 'Microsoft.Network/networkSecurityGroups',
  publicIPAddresses: 'Microsoft.Network/publicIPAddresses',
} as const;
export type KeptType = keyof typeof keptTypes;

export interface KeptResource {
  readonly type: KeptType;
  readonly resourceGroupName: string;
  readonly name: string;
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly sku: unknown;
  /** As the client gave them. */
  readonly properties: Readonly<Record<string, unknown>>;
}

export type KeptPlace = Pick<KeptResource, 'type' | 'resourceGroupName' | 'name'>;

const storeKind = 'keptResource';
const namePattern = /^[A-Za-z0-9](?:[\w.-]{0,78}\w)?$/;

export class KeptResources {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  list(type?: KeptType): KeptResource[] {
    return this.#store.list<KeptResource>(storeKind).filter((one) => type === undefined || one.type === type);
  }

  /** Names match in any case. */
  find(place: KeptPlace): KeptResource | undefined {
    return this.#store.get<KeptResource>(storeKind, keyOf(place));
  }

  /** Creates or replaces. @throws LabError ResourceNameInvalid */
  put(resource: KeptResource): KeptResource {
    if (!namePattern.test(resource.name)) throw new LabError('ResourceNameInvalid', `'${resource.name.slice(0, 100)}'.`);
    const known = this.find(resource);
    const kept = { ...resource, name: known?.name ?? resource.name, resourceGroupName: known?.resourceGroupName ?? resource.resourceGroupName };
    this.#store.put(storeKind, keyOf(kept), kept);
    return kept;
  }

  /** What is gone already is no error. */
  delete(place: KeptPlace): void {
    this.#store.delete(storeKind, keyOf(place));
  }
}

function keyOf({ type, resourceGroupName, name }: KeptPlace): string {
  return `${type}/${resourceGroupName}/${name}`.toLowerCase();
}
