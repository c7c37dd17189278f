// Virtual networks, subnets and the addresses given out in them: records and what may become of them.
import { LabError } from '../../kernel/errors.ts';
import { formatAddress, includes, isUsable, lowestFree, overlap, parseAddress, parsePrefix } from './addresses.ts';

export interface Subnet {
  readonly name: string;
  /** `10.1.0.0/24`. */
  readonly addressPrefix: string;
}

export interface VirtualNetwork {
  readonly name: string;
  readonly region: string;
  readonly addressPrefix: string;
  /** Beside the first. */
  readonly furtherPrefixes?: readonly string[];
  readonly subnets: readonly Subnet[];
  /** Absent: that of the lab. */
  readonly resourceGroupName?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

/** One network card's place. */
export interface AddressAllocation {
  readonly nicId: string;
  readonly networkName: string;
  readonly subnetName: string;
  readonly ipAddress: string;
}

/** How Azure and the site reach each other privately (asr-behaviour §1.3): replication does not use it, failback needs it. */
export type PrivateConnection = 'none' | 'siteToSiteVpn' | 'expressRoutePrivatePeering';

export interface AddressRequest {
  /** Null: any. */
  readonly ipAddress: string | null;
  /** Take another one when the wanted address is taken (a drill does, a failover does not; asr-behaviour §7.1, §7.2). */
  readonly fallBack: boolean;
}

/** @throws LabError AddressInvalid, SubnetInvalid */
export function validateNetwork(network: VirtualNetwork): void {
  const texts = [network.addressPrefix, ...(network.furtherPrefixes ?? [])];
  const wholes = texts.map(parsePrefix);
  if (wholes.some((whole, place) => wholes.slice(0, place).some((other) => overlap(whole, other))))
    throw new LabError('AddressInvalid', `The prefixes ${texts.join(', ')} of ${network.name} overlap.`);
  for (const [place, subnet] of network.subnets.entries()) {
    const prefix = parsePrefix(subnet.addressPrefix);
    if (!wholes.some((whole) => includes(whole, prefix)))
      throw new LabError('SubnetInvalid', `${subnet.name} (${subnet.addressPrefix}) is not within ${network.name} (${texts.join(', ')}).`);
    for (const other of network.subnets.slice(0, place)) {
      if (other.name === subnet.name) throw new LabError('SubnetInvalid', `${network.name} has two with the name ${subnet.name}.`);
      if (overlap(parsePrefix(other.addressPrefix), prefix)) throw new LabError('SubnetInvalid', `${subnet.name} overlaps ${other.name}.`);
    }
  }
}

/** asr-behaviour §7.1. @throws LabError SubnetInvalid for a network without any. The subnet with the same name as configured, else the first alphabetically. */
export function chooseSubnet(network: VirtualNetwork, configuredName: string | null): Subnet {
  const same = network.subnets.find((subnet) => subnet.name === configuredName);
  const [first] = [...network.subnets].sort((one, other) => (one.name < other.name ? -1 : 1));
  const chosen = same ?? first;
  if (chosen === undefined) throw new LabError('SubnetInvalid', `${network.name} has none.`);
  return chosen;
}

/**
 * The address that a network card gets.
 * @param taken addresses given out in this subnet
 * @throws LabError AddressInvalid, AddressNotInSubnet, AddressInUse (asr-behaviour §10.3: failover fails), SubnetFull
 */
export function chooseAddress(subnet: Subnet, taken: readonly string[], request: AddressRequest): string {
  const prefix = parsePrefix(subnet.addressPrefix);
  const used = new Set(taken.map(parseAddress));
  if (request.ipAddress !== null) {
    const wanted = parseAddress(request.ipAddress);
    const usable = isUsable(prefix, wanted);
    if (usable && !used.has(wanted)) return request.ipAddress;
    if (!request.fallBack)
      throw new LabError(usable ? 'AddressInUse' : 'AddressNotInSubnet', `${request.ipAddress} in ${subnet.name} (${subnet.addressPrefix}).`);
  }
  const free = lowestFree(prefix, used);
  if (free === undefined) throw new LabError('SubnetFull', `${subnet.name} (${subnet.addressPrefix}).`);
  return formatAddress(free);
}
