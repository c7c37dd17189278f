// What the operations of the Site Recovery provider share: which vault, fabric and item a call is about, and how a write is answered.
import type { JobView } from '../../../kernel/jobRecord.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import type { AzureMachines } from '../../compute/service.ts';
import type { AzureServices } from '../../resources/inventory.ts';
import type { VirtualNetworks } from '../../network/service.ts';
import type { ConfigServerRecord } from '../../vault/site/state.ts';
import type { ItemView, Vault } from '../../vault/vault.ts';
import type { VaultResource } from '../../vault/vaults.ts';
import { ArmError, resourceMissing } from '../protocol/armError.ts';
import type { LongRunning, OperationOrder } from '../protocol/longRunning.ts';
import { param, type Answer, type ArmCall, type ArmOperation, type Verb } from '../protocol/operation.ts';
import type { VaultDirectory } from '../vaults.ts';
import { sameId, VaultIds } from './ids.ts';

export interface SiteRecoveryDeps {
  readonly kernel: Kernel;
  readonly directory: VaultDirectory;
  readonly longRunning: LongRunning;
  readonly machines: AzureMachines;
  readonly networks: VirtualNetworks;
  readonly services: AzureServices;
}

/** Short paths of the contract's operation table (arm-contract §4.1). */
const shortPaths: Readonly<Record<string, string>> = {
  RG: '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}',
  V: '{RG}/providers/Microsoft.RecoveryServices/vaults/{vaultName}',
  F: '{V}/replicationFabrics/{fabricName}',
  C: '{F}/replicationProtectionContainers/{protectionContainerName}',
  I: '{C}/replicationProtectedItems/{replicatedProtectedItemName}',
  P: '{V}/replicationRecoveryPlans/{recoveryPlanName}',
};

/** The vault that a call is about, with what its handlers need of it. */
export class VaultScope {
  readonly vault: Vault;
  readonly resource: VaultResource;
  readonly ids: VaultIds;
  readonly deps: SiteRecoveryDeps;
  readonly call: ArmCall;

  constructor(call: ArmCall, deps: SiteRecoveryDeps) {
    this.call = call;
    this.deps = deps;
    const place = { resourceGroupName: param(call, 'resourceGroupName'), name: param(call, 'vaultName') };
    const entry = deps.directory.find(place);
    if (entry === undefined || !sameId(entry.resource.subscriptionId, param(call, 'subscriptionId')))
      throw new ArmError(
        404,
        'ResourceNotFound',
        `The Resource 'Microsoft.RecoveryServices/vaults/${place.name}' under resource group '${place.resourceGroupName}' was not found.`,
      );
    this.vault = entry.vault;
    this.resource = entry.resource;
    this.ids = new VaultIds(entry.resource);
  }

  get servers(): ConfigServerRecord[] {
    return this.vault.records.configServers.list();
  }

  /** The configuration server behind `{fabricName}`. @throws ArmError 404 */
  get server(): ConfigServerRecord {
    const name = param(this.call, 'fabricName');
    const server = this.servers.find((one) => sameId(one.fabricName, name));
    if (server === undefined) throw resourceMissing(name);
    if ('protectionContainerName' in this.call.params && !sameId(server.containerName, param(this.call, 'protectionContainerName')))
      throw resourceMissing(param(this.call, 'protectionContainerName'));
    return server;
  }

  serverOf(item: Pick<ItemView, 'configServerId'>): ConfigServerRecord {
    return this.vault.records.configServers.require(item.configServerId);
  }

  /** The protected item behind `{replicatedProtectedItemName}`. @throws ArmError 404 */
  get item(): ItemView {
    const { hostId } = this.server;
    const name = param(this.call, 'replicatedProtectedItemName');
    const item = this.vault.itemNamed(hostId, name);
    if (item === undefined) throw resourceMissing(name);
    return item;
  }

  /** 202 for a job that has begun. The default outcome is the resource that the call's path names. */
  accepted(job: JobView | null, order: Partial<Pick<OperationOrder, 'resourcePath' | 'outcome' | 'until' | 'location'>> = {}): Answer {
    return this.deps.longRunning.accepted(this.call, { outcome: 'resource', ...order, job, vaultPath: this.ids.vault });
  }

  /** The path of the call without its last segment: what an action such as `/failoverCommit` is done to. */
  get actedOn(): string {
    return this.call.path.slice(0, this.call.path.lastIndexOf('/'));
  }
}

/** One operation of the provider. @param route verb and path in the contract's short form, such as `GET C/replicationProtectedItems` */
export type DefineOperation = (id: string, route: `${Verb} ${string}`, handle: (scope: VaultScope) => Answer | Promise<Answer>) => ArmOperation;

export function defineOperations(deps: SiteRecoveryDeps): DefineOperation {
  return (id, route, handle) => {
    const [verb, short] = route.split(' ') as [Verb, string];
    return { id, verb, path: longPath(short), handle: (call) => handle(new VaultScope(call, deps)) };
  };
}

export function longPath(short: string): string {
  const [head = '', ...rest] = short.split('/');
  const start = Object.hasOwn(shortPaths, head) ? (shortPaths[head] as string) : head;
  const path = [start, ...rest].join('/');
  return path.replaceAll(/\{(RG|V|F|C)\}/g, (_match, name: string) => longPath(name));
}
