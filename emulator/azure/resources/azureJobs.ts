// Azure's long work outside the vaults, as jobs in a file of their own: vaults and groups that come and go, machines switched and deleted.
import type { Kernel } from '../../kernel/kernel.ts';
import { LabError } from '../../kernel/errors.ts';
import type { JobDefinition, TaskOutcome } from '../../kernel/jobDefinition.ts';
import { hasEnded, type JobView } from '../../kernel/jobRecord.ts';
import { JobRunner } from '../../kernel/jobs.ts';
import type { Store } from '../../kernel/store.ts';
import type { VaultPlace, VaultResource, VaultSettings } from '../vault/vaults.ts';
import { groupOfMachine, inventory, type AzureServices } from './inventory.ts';

interface VaultInput {
  readonly vaultId: string;
}

interface MachineInput {
  readonly machineId: string;
  /** Of a stop. */
  readonly how?: 'graceful' | 'hard';
  /** Of a stop: the machine gives its host back. */
  readonly deallocate?: boolean;
}

interface GroupInput {
  readonly name: string;
}

export class AzureJobs implements AsyncDisposable {
  readonly #services: AzureServices;
  readonly #jobs: JobRunner;

  private constructor(services: AzureServices, jobs: JobRunner) {
    this.#services = services;
    this.#jobs = jobs;
  }

  /** Takes up what a former process left unfinished. @param deps `store` is for these jobs alone */
  static open(services: AzureServices, deps: { kernel: Kernel; store: Store }): AzureJobs {
    const jobs = new JobRunner(deps);
    const opened = new AzureJobs(services, jobs);
    for (const definition of opened.#vaultDefinitions()) jobs.define(definition);
    for (const definition of opened.#machineDefinitions()) jobs.define(definition);
    jobs.define(opened.#groupDefinition());
    jobs.resume();
    // A kill between a vault's record and its job.
    const going = new Set(jobs.list().flatMap((job) => (hasEnded(job) ? [] : job.targetId)));
    for (const { vaultId, state, name } of services.vaults.resources())
      if (state === 'Deleting' && !going.has(vaultId)) opened.#start('DeleteVault', { vaultId } satisfies VaultInput, { id: vaultId, name, type: 'Vault' });
    return opened;
  }

  has(jobId: string): boolean {
    return this.#jobs.has(jobId);
  }

  /** @throws LabError JobNotFound */
  get(jobId: string): JobView {
    return this.#jobs.get(jobId);
  }

  /** @throws LabError of the job when it fails */
  async ended(jobId: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    using _watch = this.#jobs.subscribe((job) => {
      if (job.jobId === jobId && hasEnded(job)) resolve();
    });
    if (hasEnded(this.#jobs.get(jobId))) resolve();
    await promise;
    const [error] = this.#jobs.get(jobId).errors;
    if (error !== undefined) throw LabError.fromBody(error);
  }

  /** @throws LabError ResourceGroupNotFound, VaultNameInvalid, VaultExists */
  createVault(place: VaultPlace, settings: VaultSettings): { resource: VaultResource; job: JobView } {
    const { groups, vaults } = this.#services;
    const resource = vaults.create({ ...place, resourceGroupName: groups.require(place.resourceGroupName).name }, settings);
    return {
      resource,
      job: this.#start('CreateVault', { vaultId: resource.vaultId } satisfies VaultInput, { id: resource.vaultId, name: place.name, type: 'Vault' }),
    };
  }

  /** @throws LabError NotFound, VaultNotEmpty */
  deleteVault(place: VaultPlace): JobView {
    const { vaultId, name } = this.#services.vaults.beginDelete(place);
    return this.#start('DeleteVault', { vaultId } satisfies VaultInput, { id: vaultId, name, type: 'Vault' });
  }

  startMachine(machineId: string): JobView {
    return this.#startMachineJob('StartMachine', { machineId });
  }

  /** @param options `hard`: without asking the guest */
  stopMachine(machineId: string, options: { hard: boolean; deallocate: boolean }): JobView {
    return this.#startMachineJob('StopMachine', { machineId, how: options.hard ? 'hard' : 'graceful', deallocate: options.deallocate });
  }

  restartMachine(machineId: string): JobView {
    return this.#startMachineJob('RestartMachine', { machineId, how: 'graceful' });
  }

  deleteMachine(machineId: string): JobView {
    return this.#startMachineJob('DeleteMachine', { machineId });
  }

  /** With everything in it. @throws LabError ResourceGroupNotFound, ResourceGroupInUse while something in it cannot be deleted */
  deleteGroup(name: string): JobView {
    const { groups, vaults } = this.#services;
    const group = groups.require(name);
    const content = inventory(this.#services).filter((row) => row.resourceGroupName.toLowerCase() === group.name.toLowerCase());
    const blocking = content.filter((row) => row.type === 'Microsoft.Storage/storageAccounts');
    if (blocking.length > 0) throw new LabError('ResourceGroupInUse', `${group.name} holds the lab's own ${blocking.map((row) => row.name).join(', ')}.`);
    const vaultsIn = content.filter((row) => row.type === 'Microsoft.RecoveryServices/vaults');
    for (const vault of vaultsIn) vaults.requireEmpty(vault);
    this.#requireFreeNetworks(
      group.name,
      content.filter((row) => row.type === 'Microsoft.Network/virtualNetworks').map((row) => row.name),
    );
    return this.#start('DeleteResourceGroup', { name: group.name } satisfies GroupInput, { id: group.name, name: group.name, type: 'Other' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#jobs[Symbol.asyncDispose]();
  }

  #requireFreeNetworks(groupName: string, names: readonly string[]): void {
    const { networks, machines } = this.#services;
    // Those of the group's own machines go with them.
    const leaving = new Set(
      machines.list().flatMap((machine) => (groupOfMachine(machine).toLowerCase() === groupName.toLowerCase() ? machine.nics.map((nic) => nic.nicId) : [])),
    );
    const used = networks.allocations().filter((allocation) => names.includes(allocation.networkName) && !leaving.has(allocation.nicId));
    if (used.length > 0) throw new LabError('NetworkInUse', used.map((allocation) => `${allocation.networkName}: ${allocation.ipAddress}`).join(', '));
  }

  #startMachineJob(kind: string, input: MachineInput): JobView {
    const { machineId } = input;
    return this.#start(kind, input, { id: machineId, name: this.#services.machines.machine(machineId).name, type: 'Vm' });
  }

  #start(kind: string, input: unknown, target: { id: string; name: string; type: 'Vault' | 'Vm' | 'Other' }): JobView {
    return this.#jobs.start(kind, input, { target: { targetId: target.id, targetName: target.name, targetType: target.type } });
  }

  #vaultDefinitions(): JobDefinition<VaultInput>[] {
    const { vaults } = this.#services;
    return [
      one<VaultInput>('CreateVault', 'Create a vault', ({ vaultId }) => vaults.openEngine({ vaultId })),
      one<VaultInput>('DeleteVault', 'Delete a vault', ({ vaultId }) => vaults.erase({ vaultId })),
    ];
  }

  #machineDefinitions(): JobDefinition<MachineInput>[] {
    const { machines } = this.#services;
    return [
      one<MachineInput>('StartMachine', 'Start a virtual machine', ({ machineId }) => machines.start(machineId)),
      one<MachineInput>('StopMachine', 'Stop a virtual machine', ({ machineId, how = 'graceful', deallocate = false }) =>
        machines.stop(machineId, how, { deallocate }),
      ),
      one<MachineInput>('RestartMachine', 'Restart a virtual machine', async ({ machineId, how = 'graceful' }) => {
        await machines.stop(machineId, how);
        await machines.start(machineId);
      }),
      one<MachineInput>('DeleteMachine', 'Delete a virtual machine', ({ machineId }) => machines.delete(machineId)),
    ];
  }

  #groupDefinition(): JobDefinition<GroupInput> {
    return one<GroupInput>('DeleteResourceGroup', 'Delete a resource group', async ({ name }) => {
      const { vaults, machines, networks, kept, groups } = this.#services;
      const isIn = (resourceGroupName: string | undefined): boolean => resourceGroupName?.toLowerCase() === name.toLowerCase();
      for (const vault of vaults.resources()) {
        if (!isIn(vault.resourceGroupName)) continue;
        if (vault.state !== 'Deleting') vaults.beginDelete(vault);
        await vaults.erase(vault);
      }
      for (const machine of machines.list()) if (isIn(groupOfMachine(machine))) await machines.delete(machine.machineId);
      for (const network of networks.list()) if (isIn(network.resourceGroupName)) networks.delete(network.name);
      for (const resource of kept.list()) if (isIn(resource.resourceGroupName)) kept.delete(resource);
      groups.delete(name);
    });
  }
}

/** A job of one idempotent step. */
function one<Input>(kind: string, friendlyName: string, work: (input: Input) => Promise<void>): JobDefinition<Input> {
  return {
    kind,
    friendlyName,
    tasks: () => [
      {
        name: kind,
        friendlyName,
        run: async ({ input }): Promise<TaskOutcome> => {
          await work(input);
          return 'done';
        },
      },
    ],
  };
}
