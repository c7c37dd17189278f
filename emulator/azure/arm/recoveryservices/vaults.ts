// Vaults themselves: `RG/providers/Microsoft.RecoveryServices/vaults` (arm-contract §4.2).
import type { VaultResource, VaultSettings } from '../../vault/vaults.ts';
import type { AzureScope, DefineAzureOperation } from '../azureScope.ts';
import { badRequest } from '../protocol/armError.ts';
import { noContent, ok, type Answer, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { keptProperties, vaultPath, vaultResource } from './vaultResource.ts';
import { requireVault, vaultPlace } from './vaultScope.ts';

const vaults = 'providers/Microsoft.RecoveryServices/vaults';
const vault = `RG/${vaults}/{vaultName}` as const;

export function vaultOperations(define: DefineAzureOperation): ArmOperation[] {
  return [
    define('Vaults_ListBySubscriptionId', `GET S/${vaults}`, list),
    define('Vaults_ListByResourceGroup', `GET RG/${vaults}`, list),
    define('Vaults_Get', `GET ${vault}`, (scope) => ok(vaultResource(requireVault(scope)))),
    define('Vaults_CreateOrUpdate', `PUT ${vault}`, createOrUpdate),
    define('Vaults_Update', `PATCH ${vault}`, (scope) => {
      requireVault(scope);
      return ok(vaultResource(scope.deps.vaults.change(vaultPlace(scope), settingsOf(scope))));
    }),
    define('Vaults_Delete', `DELETE ${vault}`, remove),
  ];
}

function list(scope: AzureScope): Answer {
  return page(scope.call, scope.deps.vaults.resources().filter(scope.covers()), vaultResource);
}

/** A new vault answers 201 at once, and works when its operation has ended. */
function createOrUpdate(scope: AzureScope): Answer {
  const { call, deps } = scope;
  const place = vaultPlace(scope);
  const settings = settingsOf(scope);
  if (deps.vaults.resource(place) !== undefined) return ok(vaultResource(deps.vaults.change(place, settings)));
  const { location } = settings;
  if (location === undefined) throw badRequest('LocationRequired', 'The location property is required for this definition.');
  if (call.body.part('sku').optionalText('name') === undefined) throw badRequest('InvalidParameter', 'sku.name is required.');
  const { resource, job } = deps.jobs.createVault(place, {
    tags: {},
    skuName: 'Standard',
    publicNetworkAccess: 'Enabled',
    kept: {},
    ...settings,
    location,
  });
  const { headers = {} } = accepted(scope, resource, job.jobId);
  const { 'azure-asyncoperation': status = '', 'retry-after': retryAfter = '1' } = headers;
  return { status: 201, body: vaultResource(resource), headers: { 'azure-asyncoperation': status, 'retry-after': retryAfter } };
}

/** Clients of before 2024 know no 202 here: they are answered when the vault is gone. */
async function remove(scope: AzureScope): Promise<Answer> {
  const { call, deps } = scope;
  const known = deps.vaults.resource(vaultPlace(scope));
  if (known === undefined || known.state === 'Deleting') return noContent;
  const { jobId } = deps.jobs.deleteVault(known);
  if (call.apiVersion >= '2024') return accepted(scope, known, jobId);
  await deps.jobs.ended(jobId);
  return { status: 200 };
}

function accepted(scope: AzureScope, resource: VaultResource, jobId: string): Answer {
  const path = vaultPath(resource);
  return scope.accepted(scope.deps.jobs.get(jobId), {
    outcome: 'none',
    statusPath: `${path}/operationStatus`,
    location: `${path}/operationResults/{operationId}`,
  });
}

/** What the body says; the rest stays as it is. */
function settingsOf({ call }: AzureScope): Partial<VaultSettings> {
  const { body } = call;
  const properties = body.part('properties');
  const tags = body.optionalTexts('tags');
  const location = body.optionalText('location');
  const skuName = body.part('sku').optionalWord('name', ['Standard', 'RS0']);
  const publicNetworkAccess = properties.optionalWord('publicNetworkAccess', ['Enabled', 'Disabled']);
  const kept: Record<string, unknown> = {};
  for (const name of keptProperties) if (properties.part(name).present) kept[name] = properties.json(name);
  if (body.part('identity').present) kept['identity'] = body.json('identity');
  return {
    kept,
    ...(tags === undefined ? {} : { tags }),
    ...(location === undefined ? {} : { location }),
    ...(skuName === undefined ? {} : { skuName }),
    ...(publicNetworkAccess === undefined ? {} : { publicNetworkAccess }),
  };
}
