// What a master target asks of vCenter, over vSphere's REST wire (vcenter.md §11).
import { LabError } from '../../kernel/errors.ts';
import type { NewMachineOrder } from '../../replication/orders.ts';
import type { VSphereClient, VmSummary } from '../vsphere/vSphereClient.ts';

export interface SiteVm {
  readonly vm: string;
  readonly name: string;
  readonly instanceUuid: string;
  readonly poweredOn: boolean;
  readonly osType: 'Windows' | 'Linux';
  readonly scsiTypes: readonly string[];
  /** Ascending by device key. */
  readonly disks: readonly SiteDisk[];
}

export interface SiteDisk {
  readonly key: string;
  readonly label: string;
  readonly vmdkFile: string;
  readonly sizeBytes: number;
  /** The VMDK's uuid. */
  readonly diskId: string | undefined;
}

export interface SiteDatastore {
  readonly datastore: string;
  readonly name: string;
  readonly type: string;
  readonly capacityBytes: number;
  readonly freeBytes: number;
  readonly accessible: boolean;
}

interface VmDetail {
  readonly name: string;
  readonly power_state: string;
  readonly identity: { readonly name: string; readonly instance_uuid: string };
  readonly disks: Readonly<
    Record<string, { readonly label: string; readonly capacity: number; readonly backing: { readonly type: string; readonly vmdk_file: string } }>
  >;
  readonly scsi_adapters?: Readonly<Record<string, { readonly type: string }>>;
}

/** What vSphere's REST API has no other place for. */
interface GuestConditions {
  readonly os_type: 'Windows' | 'Linux';
  readonly disks: Readonly<Record<string, { readonly disk_id: string }>>;
}

interface DatastoreSummary {
  readonly datastore: string;
  readonly name: string;
  readonly type: string;
  readonly capacity?: number;
  readonly free_space?: number;
}

export class SiteInventory {
  readonly #client: VSphereClient;

  constructor(client: VSphereClient) {
    this.#client = client;
  }

  /** @throws LabError NotFound, and all of `VSphereClient` */
  async vmNamed(name: string): Promise<SiteVm> {
    const [summary] = await this.#client.listVms({ names: name });
    if (summary === undefined) throw new LabError('NotFound', `Virtual machine ${name} in vCenter.`);
    return this.vm(summary.vm);
  }

  async findVm(name: string): Promise<VmSummary | undefined> {
    return (await this.#client.listVms({ names: name }))[0];
  }

  /** @returns undefined when vCenter has no such machine any more: then it comes back to an alternate location */
  async findByInstanceUuid(instanceUuid: string): Promise<SiteVm | undefined> {
    for (const { vm } of await this.#client.listVms()) {
      const found = await this.vm(vm);
      if (found.instanceUuid === instanceUuid) return found;
    }
    return undefined;
  }

  async vm(vm: string): Promise<SiteVm> {
    const detail = await this.#client.json<VmDetail>(`/api/vcenter/vm/${vm}`);
    const guest = await this.#client.json<GuestConditions>(`/api/vcenter/vm/${vm}/guest/conditions`);
    const disks = Object.entries(detail.disks).map(([key, { label, capacity, backing }]): SiteDisk => ({
      key,
      label,
      vmdkFile: backing.vmdk_file,
      sizeBytes: capacity,
      diskId: guest.disks[key]?.disk_id,
    }));
    return {
      vm,
      name: detail.name,
      instanceUuid: detail.identity.instance_uuid,
      poweredOn: detail.power_state === 'POWERED_ON',
      osType: guest.os_type,
      scsiTypes: Object.values(detail.scsi_adapters ?? {}).map(({ type }) => type),
      disks: disks.sort((one, other) => Number(one.key) - Number(other.key)),
    };
  }

  async datastores(): Promise<SiteDatastore[]> {
    const summaries = await this.#client.json<DatastoreSummary[]>('/api/vcenter/datastore');
    return Promise.all(
      summaries.map(async ({ datastore, name, type, capacity = 0, free_space: freeBytes = 0 }) => {
        const { accessible } = await this.#client.json<{ accessible: boolean }>(`/api/vcenter/datastore/${datastore}`);
        return { datastore, name, type, capacityBytes: capacity, freeBytes, accessible };
      }),
    );
  }

  async powerOff(vm: string): Promise<void> {
    await this.#client.json(`/api/vcenter/vm/${vm}/power?action=stop`, { method: 'POST' });
  }

  async snapshots(vm: string): Promise<{ snapshot: string }[]> {
    return this.#client.json<{ snapshot: string }[]>(`/api/vcenter/vm/${vm}/snapshots`);
  }

  /** Merges a snapshot into the disk: the present state stays. */
  async removeSnapshot(vm: string, snapshot: string): Promise<void> {
    await this.#client.json(`/api/vcenter/vm/${vm}/snapshots/${snapshot}`, { method: 'DELETE' });
  }

  /** @returns the device key */
  async attachDisk(vm: string, vmdkFile: string): Promise<string> {
    return this.#client.json<string>(`/api/vcenter/vm/${vm}/hardware/disk`, {
      method: 'POST',
      body: { type: 'SCSI', backing: { type: 'VMDK_FILE', vmdk_file: vmdkFile } },
    });
  }

  async detachDisk(vm: string, key: string): Promise<void> {
    await this.#client.json(`/api/vcenter/vm/${vm}/hardware/disk/${key}`, { method: 'DELETE' });
  }

  /** A machine with empty disks and one network card on the site's first network, powered off. @returns its managed object id */
  async createVm(order: NewMachineOrder, datastore: string, diskBytes: readonly number[]): Promise<string> {
    const [network] = await this.#client.json<{ network: string }[]>('/api/vcenter/network');
    return this.#client.json<string>('/api/vcenter/vm', {
      method: 'POST',
      body: {
        name: order.name,
        guest_OS: order.osType === 'Windows' ? 'WINDOWS_9_SERVER_64' : 'UBUNTU_64',
        placement: { datastore },
        boot: { type: order.firmware === 'UEFI' ? 'EFI' : 'BIOS' },
        cpu: { count: order.cpuCount },
        memory: { size_MiB: Math.round(order.memoryBytes / 2 ** 20) },
        nics: network === undefined ? [] : [{ start_connected: true, backing: { type: 'STANDARD_PORTGROUP', network: network.network } }],
        disks: diskBytes.map((capacity) => ({ type: 'SCSI', new_vmdk: { capacity } })),
      },
    });
  }
}

/** `[datastore] folder/name.vmdk` → `datastore`. */
export function datastoreOf(vmdkFile: string): string {
  return /^\[([^\]]+)\]/.exec(vmdkFile)?.[1] ?? '';
}
