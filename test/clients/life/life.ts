// What the stages of the life share: the lab, the official clients, time, and the names that the clients have found so far.
import type { Fabric, ReplicationProtectedItem, VMwareDetails } from '@azure/arm-recoveryservices-siterecovery';
import { LabUnderTest } from '../../support/lab.ts';
import { JobTime } from '../jobTime.ts';
import { officialClients, type OfficialClients } from '../officialClients.ts';
import { lifeEstate, rackServer } from './lifeEstate.ts';

/** A machine of the site and what protects it. */
export interface Protectee {
  readonly machine: string;
  readonly item: string;
  readonly osType: 'Windows' | 'Linux';
  readonly disks: number;
  /** In Azure: managed disks, or page blobs of a storage account. */
  readonly managedDisks: boolean;
}

export const web: Protectee = { machine: 'WEB01', item: 'web-item', osType: 'Linux', disks: 1, managedDisks: false };
export const database: Protectee = { machine: 'DB01', item: 'db-item', osType: 'Windows', disks: 2, managedDisks: true };
export const physical: Protectee = { machine: 'PHYS01', item: 'phys-item', osType: 'Linux', disks: 1, managedDisks: false };
export const protectees: readonly Protectee[] = [web, database, physical];

export const policyName = 'gold';
export const failbackPolicyName = 'gold-failback';

/** The names that every call begins with, in the order of the clients' arguments. */
export type VaultPlace = readonly [vault: string, resourceGroup: string];
export type ContainerPlace = readonly [...VaultPlace, fabric: string, container: string];
export type ItemPlace = readonly [...ContainerPlace, item: string];

export interface Site {
  readonly fabric: Fabric;
  readonly details: VMwareDetails;
  readonly container: ContainerPlace;
  readonly containerId: string;
}

export class Life implements AsyncDisposable {
  readonly lab: LabUnderTest;
  readonly clients: OfficialClients;
  readonly time: JobTime;
  readonly vault: VaultPlace;
  readonly #resources: AsyncDisposableStack;
  #site: Site | undefined;

  static async begin(): Promise<Life> {
    await using opening = new AsyncDisposableStack();
    const lab = opening.use(await LabUnderTest.open({ ...lifeEstate, physicalServers: [] }));
    await rackServer(lab.lab);
    const { world, vaults, ready } = lab.lab;
    const time = opening.use(new JobTime({ clock: world.kernel.clock, vaults }));
    return new Life({ lab, time, clients: officialClients(ready), resources: opening.move() });
  }

  private constructor({ lab, time, clients, resources }: { lab: LabUnderTest; time: JobTime; clients: OfficialClients; resources: AsyncDisposableStack }) {
    this.lab = lab;
    this.time = time;
    this.clients = clients;
    this.#resources = resources;
    this.vault = ['life-vault', lab.lab.ready.resourceGroup];
  }

  /** Looked up through the client, again each time: servers and their health change. */
  async site(): Promise<Site> {
    const { replicationFabrics, replicationProtectionContainers } = this.clients.siteRecovery;
    const [fabric] = await listed(replicationFabrics.list(...this.vault));
    if (fabric?.name === undefined || fabric.properties?.customDetails?.instanceType !== 'VMware') throw new Error('The vault has no VMware site.');
    const [container] = await listed(replicationProtectionContainers.listByReplicationFabrics(...this.vault, fabric.name));
    if (container?.name === undefined || container.id === undefined) throw new Error('The site has no protection container.');
    this.#site = {
      fabric,
      details: fabric.properties.customDetails as VMwareDetails,
      container: [...this.vault, fabric.name, container.name],
      containerId: container.id,
    };
    return this.#site;
  }

  async place({ item }: Protectee): Promise<ItemPlace> {
    const { container } = this.#site ?? (await this.site());
    return [...container, item];
  }

  async item(protectee: Protectee): Promise<ReplicationProtectedItem> {
    return this.clients.siteRecovery.replicationProtectedItems.get(...(await this.place(protectee)));
  }

  /** Lets time go on until every machine is protected in its present direction. @throws Error when it fails */
  async untilProtected(): Promise<void> {
    for (const protectee of protectees) {
      await this.time.until(`Protection of ${protectee.machine}`, async () => {
        const { protectionState = '' } = (await this.item(protectee)).properties ?? {};
        if (protectionState.endsWith('Failed')) throw new Error(`${protectee.machine}: ${protectionState}`);
        return protectionState === 'Protected';
      });
    }
  }

  /** The ARM id of something in the vault's own resource group. */
  resourceId(type: string, name: string): string {
    const { subscription } = this.lab.lab.ready;
    return `/subscriptions/${subscription}/resourceGroups/${this.vault[1]}/providers/${type}/${name}`;
  }

  get resourceGroupId(): string {
    return `/subscriptions/${this.lab.lab.ready.subscription}/resourceGroups/${this.vault[1]}`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.disposeAsync();
  }
}

export async function listed<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const rows: T[] = [];
  for await (const row of pages) rows.push(row);
  return rows;
}

/** @throws Error naming what is missing */
export function found<T>(what: string, value: T | null | undefined): T {
  if (value === undefined || value === null) throw new Error(`${what} is missing.`);
  return value;
}
