// Why a discovered machine cannot be protected now (asr-behaviour §2.1), in words.
import type { DiscoveredMachine } from '../../replication/reports.ts';

/** A machine as one vCenter or one lookup shows it, before it is compared with the others. */
export interface FoundMachine {
  readonly machine: Omit<DiscoveredMachine, 'notSelectable'>;
  /** vCenter and managed object, or the physical server's task: tells apart what claims the same id. */
  readonly origin: string;
  readonly vCenterConnected: boolean;
}

/** For each machine id the origin that had it first; later ones with the same id are duplicates. */
export type FirstOrigins = ReadonlyMap<string, string>;

/** Origins of this run, with those of earlier runs first; what has gone makes way. */
export function firstOrigins(found: readonly FoundMachine[], former: FirstOrigins): Map<string, string> {
  const present = new Set(found.map(({ origin }) => origin));
  const origins = new Map<string, string>();
  for (const { machine, origin } of found) {
    const first = former.get(machine.machineId);
    if (!origins.has(machine.machineId)) origins.set(machine.machineId, first !== undefined && present.has(first) ? first : origin);
  }
  return origins;
}

/** @param componentNames configuration server, process servers and master targets of the site */
export function judge(found: FoundMachine, origins: FirstOrigins, componentNames: readonly string[]): DiscoveredMachine {
  const { machine, origin, vCenterConnected } = found;
  const duplicate = origins.get(machine.machineId) !== origin;
  const component = componentNames.some((name) => name.toLowerCase() === machine.name.toLowerCase());
  const reasons: [boolean, string][] = [
    [duplicate, 'Another machine has the same instance UUID.'],
    [component, 'It is a component of Site Recovery itself.'],
    [!vCenterConnected, 'vCenter is not connected.'],
    [!machine.hostConnected, 'Its ESXi host is not connected.'],
    [machine.rebootPending, 'A reboot is pending.'],
    [!machine.ipAddresses.some(isIpv4), 'It has no valid IP address.'],
  ];
  const notSelectable = reasons.flatMap(([holds, text]) => (holds ? [text] : []));
  // The first keeps the id; the others need one of their own to be listed at all.
  return { ...machine, machineId: duplicate ? `${machine.machineId}@${origin}` : machine.machineId, notSelectable };
}

function isIpv4(address: string): boolean {
  const parts = address.split('.');
  return parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255) && !address.startsWith('169.254.') && address !== '0.0.0.0';
}
