// Where the Mobility service stands in the network: its own address, and the paths to its configuration server.
import { isIPv4 } from 'node:net';
import type { NetworkPath } from '../../contract/faults.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Machine } from '../machine.ts';

/** An Azure VM reaches the configuration server through the VPN; its process server stands in Azure too (asr-behaviour §7.3). */
export function controlPaths(machine: Machine): readonly NetworkPath[] {
  return machine.definition.platform === 'Azure' ? ['machine-configserver', 'site-to-site'] : ['machine-configserver'];
}

/** @throws LabError NoValidIpAddress */
export function addressOf(machine: Machine): string {
  const address = machine.definition.nics.find(({ ipAddress }) => ipAddress !== null && isIPv4(ipAddress))?.ipAddress;
  if (address === undefined || address === null) throw new LabError('NoValidIpAddress', machine.name);
  return address;
}
