// The lab that started this role, seen from the role: time, machines, physical servers and the disks of the ESXi hosts are the lab's.
import { randomBytes } from 'node:crypto';
import { bearer } from '../../http/bearer.ts';
import { HttpClient } from '../../http/client.ts';
import type { JoinAnswer, JoinRequest, RoleOwner } from '../../contract/role.ts';
import type { BlockDevice } from '../../disk/blockDevice.ts';
import type { MachineDefinition } from '../../machine/definition.ts';
import type { GuestAccess } from '../../onprem/processserver/pushInstall.ts';
import type { PhysicalServerOrder } from '../../replication/orders.ts';
import type { DiscoveredMachine } from '../../replication/reports.ts';
import type { Network } from '../../kernel/network.ts';
import { remoteDisk } from './remoteDiskClient.ts';

export class OwnerClient implements AsyncDisposable {
  /** Opens this role's own endpoint to the lab. */
  readonly token = randomBytes(24).toString('base64url');
  readonly labCa: string;
  readonly #name: string;
  readonly #client: HttpClient;
  readonly #headers: Record<string, string>;

  constructor({ url, token, ca }: RoleOwner, name: string, network: Network) {
    this.labCa = ca;
    this.#name = name;
    this.#client = new HttpClient({ url, identity: { ca }, network, paths: [] });
    this.#headers = bearer(token);
  }

  /** From then on the lab moves this process's clock. @param url of the role's endpoint */
  join(url: string): Promise<JoinAnswer> {
    return this.#call<JoinAnswer>('/join', { name: this.#name, url, token: this.token } satisfies JoinRequest);
  }

  async reachMachine(machineId: string): Promise<GuestAccess | undefined> {
    const { found } = await this.#call<{ found: { definition: MachineDefinition; installed: boolean } | null }>('/machines/reach', { machineId });
    if (found === null) return undefined;
    return { ...found, installMobilityService: (options) => this.#call('/machines/install', { machineId, ...options }) };
  }

  async findPhysical(order: PhysicalServerOrder): Promise<Omit<DiscoveredMachine, 'notSelectable'> | undefined> {
    return (await this.#call<{ found: Omit<DiscoveredMachine, 'notSelectable'> | null }>('/physical/find', order)).found ?? undefined;
  }

  async openDatastoreDisk(vmdkFile: string): Promise<BlockDevice> {
    return remoteDisk({ client: this.#client, headers: this.#headers }, await this.#call('/disks', { vmdkFile, holder: this.#name }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
  }

  #call<T>(path: string, body: object): Promise<T> {
    return this.#client.json<T>(path, { headers: this.#headers, body });
  }
}
