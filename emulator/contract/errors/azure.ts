// Errors of Azure below the vault: virtual machines, networks, storage.
import { entry, type ErrorEntry } from './entry.ts';

/** Keep each group sorted. */
export const azureErrors = {
  // Azure compute and network
  '28092': entry(409, 'The quota of network interfaces of the subscription is used up.', 'Raise the quota, or delete machines that are not needed.'),
  '70038': entry(
    404,
    'A resource that the virtual machine needs does not exist.',
    'Restore the resource, or choose another one in the properties of the item.',
  ),
  AddressInUse: entry(
    409,
    'The IP address is in use in the subnet.',
    'Free it, clean up an earlier test failover, or choose another address in the properties of the item.',
  ),
  AddressInvalid: entry(400, 'The address or prefix is not valid.', 'Give IPv4 addresses as 10.1.0.4 and prefixes as 10.1.0.0/24.'),
  AddressNotInSubnet: entry(
    400,
    'The IP address cannot be used in the subnet.',
    'Choose one of the subnet; the first four and the last are reserved by Azure.',
  ),
  AzureMachineExists: entry(409, 'A virtual machine with this name exists.', 'Choose another name in the properties of the item, or delete that machine.'),
  AzureMachineInvalid: entry(400, 'Azure does not take the virtual machine as it was ordered.', 'Correct what the details name.'),
  AzureMachineRunning: entry(409, 'The Azure VM is running.', 'Stop it first, or read its disk through the running machine.'),
  NetworkExists: entry(409, 'A virtual network with this name exists.', 'Choose another name.'),
  NetworkInUse: entry(409, 'Addresses of the virtual network are in use.', 'Delete the machines that have them first.'),
  ResourceGroupInUse: entry(409, 'The resource group holds what cannot be deleted.', 'Delete or empty what the message names, then delete the group.'),
  ResourceGroupInvalid: entry(400, 'The resource group cannot be as it was ordered.', 'Use another name, or leave the location as it is.'),
  ResourceGroupNotFound: entry(404, 'There is no such resource group.', 'List the resource groups, or create one of this name.'),
  ResourceNameInvalid: entry(400, 'The name of the resource is not valid.', 'Use letters, digits, underscores, full stops and hyphens.'),
  SubnetFull: entry(409, 'The subnet has no free address.', 'Delete machines that are not needed, or choose a larger subnet.'),
  SubnetInvalid: entry(
    400,
    'The subnets of the virtual network are not valid.',
    'Give each a name of its own, within the network and none overlapping another.',
  ),
  // Azure storage
  DiskClosed: entry(409, 'The disk was closed.', 'Open it again by starting its machine.'),
  StorageFailed: entry(507, 'The storage could not do what was asked.', 'Free space on the volume that holds the storage folder; work goes on by itself.'),
  StorageProcessFailed: entry(
    500,
    'The storage process does not start.',
    'Read the message it left; free space and a readable storage folder are what it needs.',
  ),
} as const satisfies Record<string, ErrorEntry>;
