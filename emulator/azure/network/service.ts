// Azure's networks of a lab: what failovers attach their machines to, and the private connection that failback needs.
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Store } from '../../kernel/store.ts';
import { isUsable, parseAddress, parsePrefix } from './addresses.ts';
import {
  chooseAddress,
  chooseSubnet,
  validateNetwork,
  type AddressAllocation,
  type AddressRequest,
  type PrivateConnection,
  type VirtualNetwork,
} from './state.ts';

const networkKind = 'virtualNetwork';
const allocationKind = 'addressAllocation';
const connectionKind = 'privateConnection';
const connectionId = 'site';

export class VirtualNetworks {
  readonly #kernel: Pick<Kernel, 'network' | 'trace'>;
  readonly #store: Store;

  /** The path `site-to-site` becomes what the stored connection says; a cut path stays cut. */
  constructor(deps: { kernel: Pick<Kernel, 'network' | 'trace'>; store: Store }) {
    this.#kernel = deps.kernel;
    this.#store = deps.store;
    this.#setPath(this.privateConnection());
  }

  /** Names are unique. @throws LabError NetworkExists, AddressInvalid, SubnetInvalid */
  create(network: VirtualNetwork): void {
    if (this.#find(network.name) !== undefined) throw new LabError('NetworkExists', network.name);
    validateNetwork(network);
    this.#store.put(networkKind, network.name, network);
  }

  /** Creates the network, or changes the one of this name. @throws LabError AddressInvalid, SubnetInvalid, NetworkInUse when an address given out would be left without its subnet */
  put(network: VirtualNetwork): VirtualNetwork {
    validateNetwork(network);
    for (const allocation of this.allocations().filter((one) => one.networkName === network.name)) {
      const subnet = network.subnets.find((one) => one.name === allocation.subnetName);
      if (subnet === undefined || !isUsable(parsePrefix(subnet.addressPrefix), parseAddress(allocation.ipAddress)))
        throw new LabError('NetworkInUse', `${network.name}/${allocation.subnetName}: ${allocation.ipAddress}.`);
    }
    this.#store.put(networkKind, network.name, network);
    return network;
  }

  list(): VirtualNetwork[] {
    return this.#store.list<VirtualNetwork>(networkKind);
  }

  /** @throws LabError NotFound */
  get(name: string): VirtualNetwork {
    const network = this.#find(name);
    if (network === undefined) throw new LabError('NotFound', `Virtual network ${name}.`);
    return network;
  }

  /** @throws LabError NotFound, NetworkInUse while an address of it is given out */
  delete(name: string): void {
    this.get(name);
    const used = this.allocations().filter((allocation) => allocation.networkName === name);
    if (used.length > 0) throw new LabError('NetworkInUse', `${name}: ${used.map((allocation) => allocation.ipAddress).join(', ')}.`);
    this.#store.delete(networkKind, name);
  }

  /** Subnet names, or undefined when there is no such network. */
  subnets(networkName: string): readonly string[] | undefined {
    return this.#find(networkName)?.subnets.map((subnet) => subnet.name);
  }

  allocations(): AddressAllocation[] {
    return this.#store.list<AddressAllocation>(allocationKind);
  }

  /**
   * Gives a network card its address; one that has an address already keeps it.
   * @param place `subnetName` null or unknown in this network: the first subnet alphabetically
   * @throws LabError 70038 without such a network, AddressInUse, AddressNotInSubnet, AddressInvalid, SubnetFull
   */
  allocate(nicId: string, place: { networkName: string; subnetName: string | null }, request: AddressRequest): AddressAllocation {
    const held = this.#store.get<AddressAllocation>(allocationKind, nicId);
    if (held !== undefined) return held;
    const network = this.#find(place.networkName);
    if (network === undefined) throw new LabError('70038', `Virtual network ${place.networkName}.`);
    const subnet = chooseSubnet(network, place.subnetName);
    const taken = this.allocations().filter((allocation) => allocation.networkName === network.name && allocation.subnetName === subnet.name);
    const ipAddress = chooseAddress(
      subnet,
      taken.map((allocation) => allocation.ipAddress),
      request,
    );
    const allocation: AddressAllocation = { nicId, networkName: network.name, subnetName: subnet.name, ipAddress };
    this.#store.put(allocationKind, nicId, allocation);
    return allocation;
  }

  release(nicId: string): void {
    this.#store.delete(allocationKind, nicId);
  }

  privateConnection(): PrivateConnection {
    return this.#store.get<{ kind: PrivateConnection }>(connectionKind, connectionId)?.kind ?? 'none';
  }

  /** Builds the connection between Azure and the site, or takes it away. */
  connect(kind: PrivateConnection): void {
    this.#store.put(connectionKind, connectionId, { kind });
    this.#setPath(kind);
    this.#kernel.trace.record('network', 'privateConnection', { kind });
  }

  #find(name: string): VirtualNetwork | undefined {
    return this.#store.get<VirtualNetwork>(networkKind, name);
  }

  #setPath(kind: PrivateConnection): void {
    const { network } = this.#kernel;
    const { state } = network.get('site-to-site');
    if (kind === 'none') network.set('site-to-site', { state: 'absent' });
    else if (state === 'absent') network.set('site-to-site', { state: 'up' });
  }
}
