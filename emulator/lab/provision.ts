// Builds what a scenario describes, once per lab folder: machines with content on their disks, then vCenter, servers and policies in the vault.
import { hasEnded, type JobView } from '../kernel/jobRecord.ts';
import { LabError } from '../kernel/errors.ts';
import { guestConditions } from '../machine/guest.ts';
import type { MachineDefinition } from '../machine/definition.ts';
import type { WorkloadSettings } from '../machine/workload/makeWorkload.ts';
import { formatSampleDisk } from '../machine/workload/sampleDisk.ts';
import type { BlockDevice } from '../disk/blockDevice.ts';
import type { Vault } from '../azure/vault/vault.ts';
import { vCenterUser, type Datacenter } from './datacenter.ts';
import type { EstateMachine } from './estate.ts';
import type { Site } from './site.ts';
import type { SiteVault } from './siteVault.ts';
import type { World } from './world.ts';

/** Lab time that the vault's own jobs may take at the start. */
const limitMs = 3 * 3_600_000;

interface ProvisionedMachine {
  readonly machineId: string;
  readonly group: string | null;
}

/** Machines of the scenario that are not there yet; a kill in between leaves whole machines only. */
export async function provisionMachines(world: World, datacenter: Datacenter): Promise<void> {
  const { estate, store } = world;
  const { vCenter, physical } = datacenter;
  for (const { name, osType } of estate.masterTargets) {
    if (!vCenter.list().some((vm) => vm.name === name)) await addAppliance(world, datacenter, { name, osType });
  }
  for (const machine of estate.virtualMachines) {
    if (store.get('provisioned', machine.name) !== undefined) continue;
    const left = vCenter.list().find((vm) => vm.name === machine.name);
    if (left !== undefined) await vCenter.removeMachine(left.instanceUuid);
    const { instanceUuid } = await vCenter.addMachine({
      ...frameOf(machine),
      datastore: estate.vCenter.datastores[0]?.name ?? '',
      nics: [{ network: estate.vCenter.network, ipAddress: machine.ipAddress }],
      disks: machine.disks.map(({ sizeBytes }, number) => ({ sizeBytes, osDisk: number === 0 })),
    });
    const { definition } = vCenter.machine(instanceUuid);
    await furnish(world, { machine, definition, open: (diskId) => vCenter.openStoppedDisk(instanceUuid, diskId) });
    await vCenter.power(instanceUuid, 'start');
  }
  for (const machine of estate.physicalServers) {
    if (store.get('provisioned', machine.name) !== undefined) continue;
    const left = physical.find(machine.name);
    if (left !== undefined) await physical.remove(left.machineId);
    const definition = await physical.add({
      ...frameOf(machine),
      nics: [{ network: 'site', ipAddress: machine.ipAddress }],
      disks: machine.disks.map(({ sizeBytes }, number) => ({ sizeBytes, osDisk: number === 0 })),
    });
    world.guests.adopt(physical.machine(definition.machineId));
    await furnish(world, { machine, definition, open: (diskId) => physical.openStoppedDisk(definition.machineId, diskId) });
    await physical.power(definition.machineId, 'on');
  }
  for (const { definition } of physical.list()) world.guests.adopt(physical.machine(definition.machineId));
  for (const vm of vCenter.list()) if (!vm.appliance) vCenter.machine(vm.instanceUuid);
}

/** The group that the scenario means a machine for. */
export function intendedGroup(world: World, machineId: string): string | null {
  return world.store.list<ProvisionedMachine>('provisioned').find((one) => one.machineId === machineId)?.group ?? null;
}

/** Accounts, vCenter, physical servers and policies; what is there already is left alone. Time goes on until it is done. */
export async function provisionVault(parts: { world: World; siteVault: SiteVault; site: Site; datacenter: Datacenter }): Promise<void> {
  const { world, siteVault, site, datacenter } = parts;
  const { estate, household, store } = world;
  const configServerId = site.configServer.hostId;
  if (store.get('provisioned', 'vault') !== undefined) return;
  const { vault } = siteVault;
  for (const osType of ['Windows', 'Linux'] as const) {
    const [account] = guestConditions(osType).accounts;
    if (account !== undefined) site.configServer.addAccount(osType, account.name, account.password);
  }
  const accountId = site.configServer.addAccount('vCenter', vCenterUser, household.vCenterPassword);
  await world.kernel.clock.settle();
  const known = vault.records.configServers.get(configServerId);
  const { operations } = vault;
  if (!(known?.vCenters ?? []).some((vCenter) => vCenter.friendlyName === estate.vCenter.name)) {
    await finish(world, vault, operations.addVCenter({ configServerId, friendlyName: estate.vCenter.name, url: datacenter.vCenter.url, accountId }));
  }
  for (const { name, ipAddress, osType } of estate.physicalServers) {
    if (!(known?.machines ?? []).some((machine) => machine.name === name))
      await finish(world, vault, operations.addPhysicalServer({ configServerId, name, ipAddress, osType }));
  }
  for (const policy of estate.policies) {
    if (vault.records.policies.get(policy.name) === undefined) await finish(world, vault, operations.createPolicy(policy));
    for (const policyName of [policy.name, `${policy.name}-failback`]) {
      if (!vault.records.mappings.list().some((mapping) => mapping.policyName === policyName))
        await finish(world, vault, operations.associatePolicy(policyName, configServerId));
    }
  }
  store.put('provisioned', 'vault', { machineId: '', group: null } satisfies ProvisionedMachine);
}

async function finish(world: World, vault: Vault, job: JobView): Promise<void> {
  await world.kernel.clock.runUntil(() => hasEnded(vault.jobs.get(job.jobId)), limitMs);
  const ended = vault.jobs.get(job.jobId);
  if (ended.state !== 'Succeeded' && ended.state !== 'CompletedWithInformation')
    throw new LabError(
      'InternalError',
      `${ended.friendlyName} of the scenario ended as ${ended.state}: ${ended.errors.map((error) => error.message).join(' ')}`,
    );
}

function frameOf({ name, osType, osVersion, firmware, cpuCount, memoryBytes, guest }: EstateMachine) {
  return { name, osType, osVersion, firmware, cpuCount, memoryBytes, architecture: '64-bit' as const, ...(guest === undefined ? {} : { guest }) };
}

async function furnish(
  world: World,
  built: { machine: EstateMachine; definition: MachineDefinition; open: (diskId: string) => Promise<BlockDevice> },
): Promise<void> {
  const { machine, definition } = built;
  for (const [number, { contentBytes }] of machine.disks.entries()) {
    const disk = definition.disks[number];
    if (disk === undefined || contentBytes === 0) continue;
    await using device = await built.open(disk.diskId);
    await formatSampleDisk(device, {
      machineName: machine.name,
      osType: machine.osType,
      random: world.kernel.random.fork(`content ${machine.name} ${number}`),
      contentBytes,
    });
  }
  const workloads = machine.workloads.map(({ disk, ...settings }): WorkloadSettings => ({ ...settings, diskId: definition.disks[disk]?.diskId ?? '' }));
  await world.guests.setPrograms(definition.machineId, workloads);
  world.store.put('provisioned', machine.name, { machineId: definition.machineId, group: machine.group } satisfies ProvisionedMachine);
}

async function addAppliance(world: World, datacenter: Datacenter, { name, osType }: { name: string; osType: 'Windows' | 'Linux' }): Promise<void> {
  const { estate } = world;
  const { instanceUuid } = await datacenter.vCenter.addMachine({
    name,
    osType,
    osVersion: osType === 'Windows' ? 'Windows Server 2016' : 'Ubuntu 16.04',
    architecture: '64-bit',
    firmware: 'BIOS',
    cpuCount: 4,
    memoryBytes: 8 * 2 ** 30,
    appliance: true,
    scsiType: 'LSILOGIC',
    datastore: estate.vCenter.datastores[0]?.name ?? '',
    nics: [{ network: estate.vCenter.network }],
    disks: [],
  });
  await datacenter.vCenter.power(instanceUuid, 'start');
}
