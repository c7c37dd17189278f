// The network cards of an item: which of the source's go to Azure, and to which subnets and addresses (asr-behaviour §7.1, §11.1). Pure.
import type { DiscoveredMachine } from '../../../replication/reports.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { NicOptions, NicSettings, TargetSettings } from './state.ts';

/** What is asked of one card; what is absent stays. */
export type NicChange = Partial<Omit<NicSettings, 'nicId' | 'sourceNetwork' | 'sourceIpAddress'>> & { readonly nicId: string };

export interface TargetChange extends Partial<Omit<TargetSettings, 'nics'>> {
  readonly nics?: readonly NicChange[];
  /** MAC address of the card that becomes the primary one. */
  readonly primaryNicId?: string;
}

/** Every card that discovery sees; the first is the primary one and has the subnet and address that were chosen for the machine. */
export function nicsOf(machine: Pick<DiscoveredMachine, 'nics'>, place: Pick<TargetSettings, 'networkName' | 'subnetName' | 'ipAddress'>): NicSettings[] {
  return machine.nics.map((nic, position) => ({
    nicId: nic.nicId,
    sourceNetwork: nic.network,
    sourceIpAddress: nic.ipAddress,
    selection: place.networkName === null ? 'NotSelected' : 'SelectedByUser',
    subnetName: place.subnetName,
    ipAddress: position === 0 ? place.ipAddress : null,
    testSubnetName: null,
    testIpAddress: null,
    targetNicName: null,
  }));
}

/** @throws LabError NicUnknown */
export function changedTarget(target: TargetSettings, { nics: nicChanges = [], primaryNicId, ...change }: TargetChange): TargetSettings {
  const next: TargetSettings = { ...target, ...change };
  requireKnown(target.nics ?? [], [...nicChanges.map(({ nicId }) => nicId), ...(primaryNicId === undefined ? [] : [primaryNicId])]);
  if (target.nics === undefined || target.nics.length === 0) return next;
  const changed = withPlace(target.nics, next, target).map((nic) => changedNic(nic, nicChanges));
  const nics = primaryNicId === undefined ? changed : changed.toSorted((one, other) => rank(one, primaryNicId) - rank(other, primaryNicId));
  const [primary] = selectedNics(nics);
  return { ...next, nics, ...(primary === undefined ? {} : { subnetName: primary.subnetName, ipAddress: primary.ipAddress }) };
}

function changedNic(nic: NicSettings, changes: readonly NicChange[]): NicSettings {
  const change = changes.find(({ nicId }) => sameNic(nicId, nic.nicId));
  if (change === undefined) return nic;
  const options: NicOptions = { recovery: { ...nic.options?.recovery, ...change.options?.recovery }, test: { ...nic.options?.test, ...change.options?.test } };
  return { ...nic, ...change, nicId: nic.nicId, options };
}

/** The cards that a machine in Azure gets, the primary one first. */
export function selectedNics(nics: readonly NicSettings[]): NicSettings[] {
  return nics.filter(({ selection }) => selection !== 'NotSelected');
}

/** Subnet and address of the machine are those of its primary card; a machine that gets its first network takes all its cards there. */
function withPlace(nics: readonly NicSettings[], next: TargetSettings, before: TargetSettings): NicSettings[] {
  const connected = before.networkName === null && next.networkName !== null;
  const primary = selectedNics(nics)[0] ?? nics[0];
  return nics.map((nic) => ({
    ...nic,
    ...(connected ? { selection: 'SelectedByUser' as const, subnetName: next.subnetName } : {}),
    ...(nic === primary ? { subnetName: next.subnetName, ipAddress: next.ipAddress } : {}),
  }));
}

function rank(nic: NicSettings, primaryNicId: string): number {
  return sameNic(nic.nicId, primaryNicId) ? 0 : 1;
}

function sameNic(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function requireKnown(nics: readonly NicSettings[], nicIds: readonly string[]): void {
  const unknown = nicIds.filter((nicId) => !nics.some((nic) => sameNic(nic.nicId, nicId)));
  if (unknown.length > 0) throw new LabError('NicUnknown', `${unknown.join(', ')}; it has ${nics.map(({ nicId }) => nicId).join(', ') || 'none'}.`);
}
