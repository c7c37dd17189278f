// What the operations of all resource providers but Site Recovery share: subscription, resource group, missing resources, long work.
import type { Kernel } from '../../kernel/kernel.ts';
import type { JobView } from '../../kernel/jobRecord.ts';
import { LabError } from '../../kernel/errors.ts';
import type { AzureJobs } from '../resources/azureJobs.ts';
import type { AzureServices } from '../resources/inventory.ts';
import type { ResourceGroup } from '../resources/resourceGroups.ts';
import { ArmError } from './protocol/armError.ts';
import type { LongRunning, OperationOutcome } from './protocol/longRunning.ts';
import { param, type Answer, type ArmCall, type ArmOperation, type Verb } from './protocol/operation.ts';

export interface AzureArmDeps extends AzureServices {
  readonly kernel: Kernel;
  readonly tenantId: string;
  readonly jobs: AzureJobs;
  readonly longRunning: LongRunning;
}

/** Codes of the engine that Azure calls otherwise. */
const azureCodes: Readonly<Record<string, string>> = {
  AddressInvalid: 'InvalidAddressPrefixFormat',
  NetworkInUse: 'InUseSubnetCannotBeDeleted',
  ResourceGroupInUse: 'ResourceGroupDeletionBlocked',
  ResourceGroupInvalid: 'InvalidResourceGroup',
  ResourceNameInvalid: 'InvalidResourceName',
  SubnetInvalid: 'NetcfgInvalidSubnet',
  VaultNameInvalid: 'InvalidResourceName',
  // Source: github.com/MicrosoftDocs/azure-docs/issues/42016
  VaultNotEmpty: 'ServiceResourceNotEmptyWithContainerDetails',
  VaultRegionFixed: 'InvalidResourceLocation',
};

/** One call to a resource of the subscription. */
export class AzureScope {
  readonly call: ArmCall;
  readonly deps: AzureArmDeps;

  constructor(call: ArmCall, deps: AzureArmDeps) {
    this.call = call;
    this.deps = deps;
    const { subscriptionId } = call.params;
    if (subscriptionId !== undefined && subscriptionId.toLowerCase() !== deps.subscriptionId.toLowerCase())
      throw new ArmError(404, 'SubscriptionNotFound', `The subscription '${subscriptionId.slice(0, 100)}' could not be found.`);
  }

  get subscriptionPath(): string {
    return `/subscriptions/${this.deps.subscriptionId}`;
  }

  /** That of the call. @throws LabError ResourceGroupNotFound */
  get group(): ResourceGroup {
    return this.deps.groups.require(param(this.call, 'resourceGroupName'));
  }

  /** Whether a list of the subscription, or of one group, has what is in this group. @throws LabError ResourceGroupNotFound */
  covers(): (row: { readonly resourceGroupName: string }) => boolean {
    if (!('resourceGroupName' in this.call.params)) return () => true;
    const { name } = this.group;
    return (row) => row.resourceGroupName.toLowerCase() === name.toLowerCase();
  }

  id(place: { readonly resourceGroupName: string; readonly type: string; readonly name: string }): string {
    return resourceId(this.deps.subscriptionId, place);
  }

  /** ARM's answer for a resource that is not there; or for its group. */
  missing(type: string, name: string): ArmError {
    const { group } = this;
    const message = `The Resource '${type}/${name.slice(0, 100)}' under resource group '${group.name}' was not found.`;
    return new ArmError(404, 'ResourceNotFound', `${message} For more details please go to https://aka.ms/ARMResourceNotFoundFix`);
  }

  /** 202 for work that has begun. @param order `statusPath` below which the operation can be asked for */
  accepted(job: JobView, order: { outcome: OperationOutcome; statusPath: string; resourcePath?: string; location?: string }): Answer {
    const { statusPath, ...rest } = order;
    return this.deps.longRunning.accepted(this.call, { job, vaultPath: '', statusPath: `${statusPath}/{operationId}`, ...rest });
  }
}

export function resourceId(subscriptionId: string, { resourceGroupName, type, name }: { resourceGroupName: string; type: string; name: string }): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroupName}/providers/${type}/${name}`;
}

/** One operation. @param route verb and path, where `S` is the subscription and `RG` a resource group in it */
export type DefineAzureOperation = (id: string, route: `${Verb} ${string}`, handle: (scope: AzureScope) => Answer | Promise<Answer>) => ArmOperation;

export function defineAzureOperations(deps: AzureArmDeps): DefineAzureOperation {
  return (id, route, handle) => {
    const [verb, short] = route.split(' ') as [Verb, string];
    const path = short
      .replace(/^RG(?=\/|$)/, '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}')
      .replace(/^S(?=\/|$)/, '/subscriptions/{subscriptionId}');
    return {
      id,
      verb,
      path,
      handle: async (call) => {
        try {
          return await handle(new AzureScope(call, deps));
        } catch (error) {
          throw azureErrorOf(error);
        }
      },
    };
  };
}

/** These providers have one code and one message, without details of the Site Recovery kind. */
function azureErrorOf(error: unknown): unknown {
  if (!(error instanceof LabError) || error.code === 'InternalError') return error;
  return new ArmError(error.status, azureCodes[error.code] ?? error.code, error.message);
}
