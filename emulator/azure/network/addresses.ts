// IPv4 prefixes and the addresses in them, by the rules of Azure virtual networks.
import { LabError } from '../../kernel/errors.ts';

/** Addresses `first` to `last`, as numbers. */
export interface AddressPrefix {
  readonly first: number;
  readonly last: number;
}

/** Azure keeps the network's address, the gateway and two for DNS at the beginning, and the broadcast address at the end. */
const reservedAtBeginning = 4;
const reservedAtEnd = 1;
/** Azure takes subnets from /29 to /2. */
const shortestLength = 2;
const longestLength = 29;

/** @throws LabError AddressInvalid */
export function parseAddress(text: string): number {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) throw new LabError('AddressInvalid', `${text} is no IPv4 address.`);
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}

/** @param text `10.1.0.0/24`; no bit below the length may be set. @throws LabError AddressInvalid */
export function parsePrefix(text: string): AddressPrefix {
  const [address = '', length = ''] = text.split('/');
  const bits = /^\d{1,2}$/.test(length) ? Number(length) : NaN;
  if (!(bits >= shortestLength && bits <= longestLength))
    throw new LabError('AddressInvalid', `${text}: a prefix length from ${shortestLength} to ${longestLength} is needed.`);
  const first = parseAddress(address);
  const size = 2 ** (32 - bits);
  if (first % size !== 0) throw new LabError('AddressInvalid', `${text} is not the beginning of its prefix.`);
  return { first, last: first + size - 1 };
}

export function includes(outer: AddressPrefix, inner: AddressPrefix): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

export function overlap(one: AddressPrefix, other: AddressPrefix): boolean {
  return one.first <= other.last && other.first <= one.last;
}

/** Whether a network card may have this address in a subnet. */
export function isUsable(subnet: AddressPrefix, address: number): boolean {
  return address >= subnet.first + reservedAtBeginning && address <= subnet.last - reservedAtEnd;
}

/** The lowest usable address that is not taken, or undefined. */
export function lowestFree(subnet: AddressPrefix, taken: ReadonlySet<number>): number | undefined {
  for (let address = subnet.first + reservedAtBeginning; address <= subnet.last - reservedAtEnd; address += 1) if (!taken.has(address)) return address;
  return undefined;
}
