// One write to Azure as data: enough to make it with Azure's own client, and to show it as a command of every other client.
import type { SiteRecoveryManagementClient } from '@azure/arm-recoveryservices-siterecovery';
import type { VaultClient } from '../client/vaultClient.ts';

/** Operation groups of `SiteRecoveryManagementClient` that write. */
export type OperationGroup =
  | 'replicationProtectedItems'
  | 'replicationRecoveryPlans'
  | 'replicationPolicies'
  | 'replicationProtectionContainerMappings'
  | 'replicationFabrics'
  | 'replicationRecoveryServicesProviders'
  | 'replicationProtectionContainers'
  | 'replicationvCenters'
  | 'replicationJobs';

export interface AzureCall {
  readonly group: OperationGroup;
  /** The client's method without `begin`: `TestFailover` is called as `beginTestFailover`. */
  readonly method: string;
  readonly verb: 'PUT' | 'PATCH' | 'POST' | 'DELETE';
  /** ARM id of the resource that the client's method names by its parts. */
  readonly resourceId: string;
  /** Segment behind the id, such as `/testFailover`. */
  readonly action: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Az PowerShell's own command for it, when it has one; `$…` names are explained by its first lines. */
  readonly cmdlet?: string;
}

export const apiVersion = '2023-06-01';

type GroupOf<Group extends OperationGroup> = SiteRecoveryManagementClient[Group];

/** Methods of a group by their names without `begin`. */
export type MethodOf<Group extends OperationGroup> = {
  [Key in keyof GroupOf<Group> & string]: Key extends `begin${string}AndWait` ? never : Key extends `begin${infer Method}` ? Method : never;
}[keyof GroupOf<Group> & string];

/** What the client's method takes as its body by the swagger; undefined: nothing. */
export type BodyOf<Group extends OperationGroup, Method extends string> = `begin${Method}` extends keyof GroupOf<Group>
  ? GroupOf<Group>[`begin${Method}`] extends (...args: infer Arguments) => unknown
    ? Required<Arguments> extends readonly [...infer Given, unknown]
      ? Given extends readonly [...unknown[], infer Last]
        ? Last extends string
          ? undefined
          : Last
        : undefined
      : undefined
    : undefined
  : undefined;

type Place = Pick<AzureCall, 'verb' | 'resourceId'> & { readonly action?: string; readonly cmdlet?: string };

/** A call whose method exists and whose body is what the swagger says. */
export function azureCall<Group extends OperationGroup, Method extends MethodOf<Group>>(
  group: Group,
  method: Method,
  place: Place & (BodyOf<Group, Method> extends undefined ? { readonly body?: undefined } : { readonly body: BodyOf<Group, Method> }),
): AzureCall {
  const { body, action = '', cmdlet, verb, resourceId } = place;
  return {
    group,
    method,
    verb,
    resourceId,
    action,
    ...(body === undefined ? {} : { body }),
    ...(cmdlet === undefined ? {} : { cmdlet }),
  };
}

type BodilessMethodOf<Group extends OperationGroup> = {
  [Method in MethodOf<Group>]: BodyOf<Group, Method> extends undefined ? Method : never;
}[MethodOf<Group>];

/** An action that takes nothing but the resource it is done to. */
export function actionCall<Group extends OperationGroup>(
  group: Group,
  method: BodilessMethodOf<Group>,
  place: Pick<AzureCall, 'resourceId' | 'action'> & { readonly cmdlet: string },
): AzureCall {
  return { group, method, verb: 'POST', ...place };
}

/** Which network the machines of a test failover get. @param networkId undefined: cards that are attached to nothing */
export function drillNetwork(networkId: string | undefined): { readonly networkType: string; readonly networkId?: string } {
  return networkId === undefined ? { networkType: 'NoNetworkAttachAsInput' } : { networkType: 'VmNetworkAsInput', networkId };
}

/** Whether a failover shuts the source down, and sends its last writes, first. */
export function siteOperations(shutdown: boolean): 'Required' | 'NotRequired' {
  return shutdown ? 'Required' : 'NotRequired';
}

/** What the client's method takes after vault and resource group: the names in the id below the vault. */
export function namesIn(resourceId: string): string[] {
  const below = resourceId.split(/\/vaults\/[^/]+\//i)[1] ?? '';
  return below.split('/').filter((_segment, place) => place % 2 === 1);
}

/**
 * Sends the call and ends when the service has taken it.
 * @returns name of the job that does it
 * @throws RestError of Azure's client
 */
export async function send(vault: Pick<VaultClient, 'place' | 'siteRecovery'>, call: AzureCall): Promise<string> {
  const { resourceGroupName, vaultName } = vault.place;
  let job = '';
  const options = {
    onResponse: (raw: { headers: { get(name: string): string | undefined } }): void => {
      job ||= jobIn(raw.headers.get('azure-asyncoperation') ?? raw.headers.get('location') ?? '');
    },
  };
  const methods = vault.siteRecovery[call.group] as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const begin = methods[`begin${call.method}`];
  if (begin === undefined) throw new Error(`${call.group} has no begin${call.method}.`);
  const body = call.body === undefined ? [] : [call.body];
  try {
    await begin.call(methods, vaultName, resourceGroupName, ...namesIn(call.resourceId), ...body, options);
  } catch (error) {
    // The client looks at the job once before it answers: one that has failed already is told by its own verdict.
    if (job === '') throw error;
  }
  return job;
}

function jobIn(url: string): string {
  return /\/(?:replicationOperationStatus|replicationJobs|operationresults)\/([^/?]+)/i.exec(url)?.[1] ?? '';
}

export function pathOf(call: AzureCall): string {
  return `${call.resourceId}${call.action}`;
}
