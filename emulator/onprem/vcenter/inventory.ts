// What vCenter knows: hosts, datastores, networks, folders and virtual machines, as stored records with managed object ids from one counter.
import type { GuestConditions } from '../../machine/guest.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Ids } from '../../kernel/ids.ts';
import type { Store } from '../../kernel/store.ts';

export type PowerState = 'POWERED_ON' | 'POWERED_OFF' | 'SUSPENDED';
export type HostConnection = 'CONNECTED' | 'DISCONNECTED' | 'NOT_RESPONDING';

export interface DatacenterRecord {
  readonly id: string;
  readonly name: string;
}

export interface ClusterRecord {
  readonly id: string;
  readonly name: string;
  readonly resourcePoolId: string;
}

export interface HostRecord {
  readonly id: string;
  readonly name: string;
  readonly connection: HostConnection;
}

export interface DatastoreRecord {
  readonly id: string;
  readonly name: string;
  readonly type: 'VMFS' | 'VSAN' | 'NFS';
  readonly capacityBytes: number;
  /** Hosts that mount it. */
  readonly hostIds: readonly string[];
  readonly accessible: boolean;
}

export interface NetworkRecord {
  readonly id: string;
  readonly name: string;
}

export interface FolderRecord {
  readonly id: string;
  readonly name: string;
  readonly type: 'DATACENTER' | 'HOST' | 'DATASTORE' | 'NETWORK' | 'VIRTUAL_MACHINE';
  readonly parentId: string | null;
}

export interface VmDisk {
  /** Device key: 2000 and up, 16 per controller. */
  readonly key: number;
  /** The VMDK's uuid, as a guest with disk.EnableUUID sees it; it stays with the file. */
  readonly diskId: string;
  /** `[datastore] folder/name.vmdk` */
  readonly vmdkFile: string;
  readonly sizeBytes: number;
  readonly osDisk: boolean;
  readonly dynamic: boolean;
  readonly sectorBytes: number;
}

export interface VmNic {
  /** Device key: 4000 and up. */
  readonly key: number;
  readonly macAddress: string;
  readonly networkId: string;
  readonly ipAddress: string | null;
}

export interface VmSnapshot {
  readonly id: string;
  readonly name: string;
  readonly createdMs: number;
  /** By VMDK: the layer of what was overwritten since, and the name under which vSphere shows it. */
  readonly layers: readonly { readonly vmdkFile: string; readonly layerFile: string }[];
}

export interface VmRecord {
  readonly id: string;
  readonly name: string;
  readonly instanceUuid: string;
  readonly biosUuid: string;
  readonly hostId: string;
  readonly folderId: string;
  readonly datastoreId: string;
  /** Folder on the datastore: `[datastore] name`. */
  readonly home: string;
  readonly power: PowerState;
  /** An appliance's guest is a component of Site Recovery, which opens the disks itself; no other program runs in it. */
  readonly appliance: boolean;
  readonly osType: 'Windows' | 'Linux';
  readonly osVersion: string;
  readonly architecture: '64-bit' | '32-bit';
  readonly firmware: 'BIOS' | 'UEFI';
  readonly secureBoot: boolean;
  readonly scsiType: 'LSILOGIC' | 'PVSCSI';
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly disks: readonly VmDisk[];
  readonly nics: readonly VmNic[];
  readonly snapshots: readonly VmSnapshot[];
  readonly guest: GuestConditions;
}

/** What a vCenter consists of when it is set up. */
export interface SiteSpec {
  readonly datacenter: string;
  readonly cluster: string;
  readonly hosts: readonly string[];
  /** `hosts` absent: mounted by all. */
  readonly datastores: readonly {
    readonly name: string;
    readonly type: DatastoreRecord['type'];
    readonly capacityBytes: number;
    readonly hosts?: readonly string[];
  }[];
  readonly networks: readonly string[];
}

interface Kinds {
  datacenter: DatacenterRecord;
  cluster: ClusterRecord;
  host: HostRecord;
  datastore: DatastoreRecord;
  network: NetworkRecord;
  folder: FolderRecord;
  vm: VmRecord;
}

/** Ids as vSphere makes them (vcenter.md §3.3): a word of the kind and a number that no other object has. */
const idPrefix = {
  datacenter: 'datacenter-',
  cluster: 'domain-c',
  host: 'host-',
  datastore: 'datastore-',
  network: 'network-',
  folder: 'group-',
  vm: 'vm-',
  resourcePool: 'resgroup-',
  snapshot: 'snapshot-',
} as const;
const folderLetter = { DATACENTER: 'd', HOST: 'h', DATASTORE: 's', NETWORK: 'n', VIRTUAL_MACHINE: 'v' } as const;

export class Inventory {
  readonly #store: Store;
  readonly #ids: Ids;

  constructor(store: Store, ids: Ids) {
    this.#store = store;
    this.#ids = ids;
  }

  list<K extends keyof Kinds>(kind: K): Kinds[K][] {
    return this.#store.list<Kinds[K]>(kind);
  }

  /** @throws LabError NotFound */
  get<K extends keyof Kinds>(kind: K, id: string): Kinds[K] {
    const record = this.#store.get<Kinds[K]>(kind, id);
    if (record === undefined) throw new LabError('NotFound', `${kind} ${id}`);
    return record;
  }

  /** The first of that name. @throws LabError NotFound */
  named<K extends keyof Kinds>(kind: K, name: string): Kinds[K] {
    const record = this.list(kind).find((candidate) => candidate.name === name);
    if (record === undefined) throw new LabError('NotFound', `${kind} "${name}"`);
    return record;
  }

  put<K extends keyof Kinds>(kind: K, record: Kinds[K]): void {
    this.#store.put(kind, record.id, record);
  }

  remove(kind: keyof Kinds, id: string): void {
    this.#store.delete(kind, id);
  }

  newId(kind: keyof typeof idPrefix): string {
    return `${idPrefix[kind]}${this.#nextNumber()}`;
  }

  newGuid(): string {
    return this.#ids.guid();
  }

  /** An address in the range that vCenter assigns from. */
  newMacAddress(): string {
    const number = this.#nextNumber();
    return ['00', '50', '56', ...[0x80 + ((number >> 16) & 0x3f), (number >> 8) & 0xff, number & 0xff].map((byte) => byte.toString(16).padStart(2, '0'))].join(
      ':',
    );
  }

  /** An IPv4 address as a DHCP server would lend it. */
  newAddress(): string {
    const number = this.#nextNumber();
    return `10.99.${(number >> 8) & 0xff}.${number & 0xff}`;
  }

  rootVmFolder(): FolderRecord {
    const folder = this.list('folder').find((candidate) => candidate.type === 'VIRTUAL_MACHINE');
    if (folder === undefined) throw new Error('the inventory was not set up');
    return folder;
  }

  /** Fills an empty inventory; a filled one is left as it is. */
  setUp(site: SiteSpec): void {
    if (this.list('datacenter').length > 0) return;
    this.#store.transaction(() => {
      const root = this.#addFolder('DATACENTER', 'Datacenters', null);
      this.put('datacenter', { id: this.newId('datacenter'), name: site.datacenter });
      this.#addFolder('VIRTUAL_MACHINE', 'vm', root);
      this.#addFolder('HOST', 'host', root);
      this.#addFolder('DATASTORE', 'datastore', root);
      this.#addFolder('NETWORK', 'network', root);
      this.put('cluster', { id: this.newId('cluster'), name: site.cluster, resourcePoolId: this.newId('resourcePool') });
      for (const name of site.hosts) this.put('host', { id: this.newId('host'), name, connection: 'CONNECTED' });
      for (const name of site.networks) this.put('network', { id: this.newId('network'), name });
      for (const { name, type, capacityBytes, hosts } of site.datastores) {
        const hostIds = this.list('host')
          .filter((host) => hosts?.includes(host.name) ?? true)
          .map((host) => host.id);
        this.put('datastore', { id: this.newId('datastore'), name, type, capacityBytes, hostIds, accessible: true });
      }
    });
  }

  /** A folder for machines beside the others. */
  addVmFolder(name: string): FolderRecord {
    return this.get('folder', this.#addFolder('VIRTUAL_MACHINE', name, this.rootVmFolder().id));
  }

  #addFolder(type: FolderRecord['type'], name: string, parentId: string | null): string {
    const id = `${idPrefix.folder}${folderLetter[type]}${this.#nextNumber()}`;
    this.put('folder', { id, name, type, parentId });
    return id;
  }

  #nextNumber(): number {
    const last = this.#store.get<number>('counter', 'object') ?? 0;
    this.#store.put('counter', 'object', last + 1);
    return last + 1;
  }
}
