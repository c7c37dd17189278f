// Control operations on the site as its administrators arrange it: machines, guests, vCenter's conditions, throttles, certificates.
import type { NewMachine } from '../../contract/control/machines.ts';
import { inActivity } from '../../kernel/inActivity.ts';
import { LabError } from '../../kernel/errors.ts';
import { guestConditions, type GuestConditions } from '../../machine/guest.ts';
import type { MachineDefinition } from '../../machine/definition.ts';
import type { VaultPlace } from '../../azure/vault/vaults.ts';
import type { ControlParts } from '../control.ts';
import { vCenterAccounts } from '../datacenter.ts';
import { siteOf } from './choices.ts';
import { configServerId, jobRecord, machineRecord, requireItem } from './records.ts';
import type { Handlers } from './server.ts';

type MachineNames = 'machine.add' | 'machine.remove' | 'machine.guest' | 'machine.installMobility' | 'machine.updateMobility' | 'item.update';
type SiteNames =
  | 'site.refresh'
  | 'site.register'
  | 'site.addPhysicalServer'
  | 'site.replicationPath'
  | 'site.renewCertificates'
  | 'vcenter.account'
  | 'vcenter.host'
  | 'vcenter.datastore'
  | 'processServer.bandwidth';

export function siteHandlers(parts: ControlParts): Handlers<MachineNames | SiteNames> {
  return { ...machinesOfSite(parts), ...partsOfSite(parts) };
}

function machinesOfSite(parts: ControlParts): Handlers<MachineNames> {
  const { world, siteVault, site, datacenter, disks } = parts;
  const { vCenter } = datacenter;
  return {
    'machine.add': async (order) => machineRecord(parts, disks.find(await addMachine(parts, order))),
    'machine.remove': async ({ machine }) => {
      const { definition } = disks.find(machine, 'onPremises');
      if (definition.platform === 'Physical') await datacenter.physical.remove(definition.machineId);
      else await vCenter.removeMachine(definition.machineId);
      world.guests.forget(definition.machineId);
      return {};
    },
    'machine.guest': async ({ machine, change }) => {
      const { definition } = disks.find(machine, 'onPremises');
      const checked = guestChange(definition, change);
      if (definition.platform === 'Physical') await datacenter.physical.setGuest(definition.machineId, checked);
      else await vCenter.setGuest(definition.machineId, checked);
      const { accounts, ...conditions } = disks.find(definition.machineId).definition.guest;
      return { ...conditions, accounts: accounts.map(({ name, state }) => `${name} (${state})`) };
    },
    'machine.installMobility': async ({ machine }) => {
      const hosted = disks.find(machine);
      const { url: configServerUrl, passphrase } = site.configServer;
      await inActivity(world.kernel.clock, `install on ${hosted.definition.name}`, () => world.guests.install(hosted.machine, { configServerUrl, passphrase }));
      return machineRecord(parts, hosted);
    },
    'machine.updateMobility': async ({ machine }) => {
      const { definition } = disks.find(machine);
      const agent = siteOf(parts).agents.find((one) => one.machineId === definition.machineId);
      const account = siteOf(parts).status?.accounts.find((one) => one.accountName === definition.osType);
      if (agent === undefined || account === undefined) throw new LabError('AgentNotRegistered', definition.name);
      return jobRecord(
        siteVault.vault.operations.updateMobilityService({ configServerId: configServerId(parts), hostId: agent.hostId, accountId: account.accountId }),
      );
    },
    'item.update': async ({ machine, azureName, azureSize, network, subnet, ipAddress }) =>
      jobRecord(
        siteVault.vault.operations.updateProperties(requireItem(parts, machine).itemId, {
          ...(azureName === undefined ? {} : { azureMachineName: azureName }),
          ...(azureSize === undefined ? {} : { azureMachineSize: azureSize }),
          ...(network === undefined ? {} : { networkName: network }),
          ...(subnet === undefined ? {} : { subnetName: subnet }),
          ...(ipAddress === undefined ? {} : { ipAddress }),
        }),
      ),
  };
}

function partsOfSite(parts: ControlParts): Handlers<SiteNames> {
  const { world, siteVault, site, datacenter } = parts;
  const { vCenter } = datacenter;
  const { configServer } = site;
  return {
    'site.refresh': async () => jobRecord(siteVault.vault.operations.refresh(configServerId(parts))),
    'site.register': async ({ vault, resourceGroup }) => {
      const place = vaultPlace(parts, vault, resourceGroup);
      const { resource } = await inActivity(world.kernel.clock, `register with ${vault}`, () => siteVault.move(place));
      return { vault: resource.name, resourceGroup: resource.resourceGroupName, region: resource.location };
    },
    'site.addPhysicalServer': async (order) => jobRecord(siteVault.vault.operations.addPhysicalServer({ configServerId: configServerId(parts), ...order })),
    'site.replicationPath': async ({ path }) => {
      siteVault.vault.setReplicationPath(configServerId(parts), path);
      return {};
    },
    'site.renewCertificates': async () => {
      await configServer.renewCertificates();
      return { expiryMs: configServer.certificate.expiryMs };
    },
    'vcenter.account': async ({ role }) => {
      vCenter.setAccounts(vCenterAccounts(world.household.vCenterPassword, role));
      return {};
    },
    'vcenter.host': async ({ name, connection }) => {
      vCenter.setHost(name, connection);
      return {};
    },
    'vcenter.datastore': async ({ name, accessible }) => {
      vCenter.setDatastore(name, { accessible });
      return {};
    },
    'processServer.bandwidth': async ({ processServer, schedule }) => {
      const servers = site.processServers.filter((server) => processServer === undefined || server.name === processServer || server.hostId === processServer);
      if (servers.length === 0) throw new LabError('NotFound', `Process server ${processServer ?? ''}.`);
      for (const server of servers) await server.setBandwidth(schedule);
      return {};
    },
  };
}

/** Names of vaults are unique in their group only. @throws LabError NotFound, InvalidArgument */
function vaultPlace({ vaults }: ControlParts, name: string, resourceGroup: string | undefined): VaultPlace {
  const named = vaults
    .list()
    .map(({ resource }) => resource)
    .filter(
      (one) =>
        one.name.toLowerCase() === name.toLowerCase() && (resourceGroup === undefined || one.resourceGroupName.toLowerCase() === resourceGroup.toLowerCase()),
    );
  const [first, second] = named;
  if (first === undefined) throw new LabError('NotFound', `Vault ${name}${resourceGroup === undefined ? '' : ` in ${resourceGroup}`}.`);
  if (second !== undefined)
    throw new LabError('InvalidArgument', `Several vaults are called ${name}; name one of the groups ${named.map((one) => one.resourceGroupName).join(', ')}.`);
  return first;
}

const defaults = { cpuCount: 2, memoryBytes: 4 * 2 ** 30 } as const;

async function addMachine({ datacenter, world }: ControlParts, order: NewMachine): Promise<string> {
  const { name, osType, diskBytes, ipAddress } = order;
  if (diskBytes.length === 0) throw new LabError('InvalidArgument', `${name} needs a disk.`);
  const frame = {
    name,
    osType,
    osVersion: order.osVersion ?? (osType === 'Windows' ? 'Windows Server 2016' : 'Ubuntu 16.04'),
    firmware: order.firmware ?? ('BIOS' as const),
    architecture: '64-bit' as const,
    cpuCount: order.cpuCount ?? defaults.cpuCount,
    memoryBytes: order.memoryBytes ?? defaults.memoryBytes,
  };
  const diskOrders = diskBytes.map((sizeBytes, number) => ({ sizeBytes, osDisk: number === 0 }));
  if (order.platform === 'Physical') {
    if (ipAddress === undefined) throw new LabError('InvalidArgument', `${name}: a physical server is found by its address.`);
    const definition = await datacenter.physical.add({ ...frame, nics: [{ network: 'site', ipAddress }], disks: diskOrders });
    world.guests.adopt(datacenter.physical.machine(definition.machineId));
    return definition.machineId;
  }
  const vm = await datacenter.vCenter.addMachine({
    ...frame,
    datastore: order.datastore ?? world.estate.vCenter.datastores[0]?.name ?? '',
    nics: [{ network: world.estate.vCenter.network, ...(ipAddress === undefined ? {} : { ipAddress }) }],
    disks: diskOrders,
  });
  return vm.instanceUuid;
}

/** Only fields that a guest has, with values of their kind. `accountState` stands for the state of its administrator. */
function guestChange({ osType, guest }: MachineDefinition, change: Readonly<Record<string, boolean | number | string>>): Partial<GuestConditions> {
  const known: Record<string, unknown> = { ...guestConditions(osType) };
  const checked: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(change)) {
    if (field === 'accountState') {
      if (!['enabled', 'disabled', 'lockedOut'].includes(String(value)))
        throw new LabError('InvalidArgument', `accountState ${String(value)}: enabled, disabled or lockedOut.`);
      checked['accounts'] = guest.accounts.map((account) => ({ ...account, state: value }));
    } else if (typeof known[field] === typeof value) checked[field] = value;
    else
      throw new LabError(
        'InvalidArgument',
        `${field}=${String(value)}: known are accountState, ${Object.keys(known)
          .filter((name) => name !== 'accounts')
          .join(', ')}, with values of their kind.`,
      );
  }
  return checked;
}
