// Availability sets, security groups and public addresses: kept as they are given, for items and scripts that refer to them.
import { keptTypes, type KeptResource, type KeptType } from '../../resources/keptResources.ts';
import type { AzureScope, DefineAzureOperation } from '../azureScope.ts';
import { badRequest } from '../protocol/armError.ts';
import { noContent, ok, param, type Answer, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';

/** Prefix of the operations' ids in the swagger, by type. */
const operationPrefixes: Readonly<Record<KeptType, { prefix: string; all: string }>> = {
  availabilitySets: { prefix: 'AvailabilitySets', all: 'ListBySubscription' },
  networkSecurityGroups: { prefix: 'NetworkSecurityGroups', all: 'ListAll' },
  publicIPAddresses: { prefix: 'PublicIPAddresses', all: 'ListAll' },
};

export function keptResourceOperations(define: DefineAzureOperation): ArmOperation[] {
  return (Object.keys(keptTypes) as KeptType[]).flatMap((type) => {
    const { prefix, all } = operationPrefixes[type];
    const path = `providers/${keptTypes[type]}` as const;
    const list = (scope: AzureScope): Answer => page(scope.call, scope.deps.kept.list(type).filter(scope.covers()), (one) => keptResource(scope, one));
    return [
      define(`${prefix}_${all}`, `GET S/${path}`, list),
      define(`${prefix}_List`, `GET RG/${path}`, list),
      define(`${prefix}_Get`, `GET RG/${path}/{name}`, (scope) => ok(keptResource(scope, requireKept(scope, type)))),
      define(`${prefix}_CreateOrUpdate`, `PUT RG/${path}/{name}`, (scope) => put(scope, type)),
      define(`${prefix}_Delete`, `DELETE RG/${path}/{name}`, (scope) => {
        scope.deps.kept.delete({ type, resourceGroupName: scope.group.name, name: param(scope.call, 'name') });
        return noContent;
      }),
    ];
  });
}

function put(scope: AzureScope, type: KeptType): Answer {
  const { call, deps, group } = scope;
  const place = { type, resourceGroupName: group.name, name: param(call, 'name') };
  const known = deps.kept.find(place);
  const location = call.body.optionalText('location') ?? known?.location;
  if (location === undefined) throw badRequest('LocationRequired', 'The location property is required for this definition.');
  const properties = call.body.part('properties').present ? (call.body.json('properties') as Record<string, unknown>) : {};
  const resource = deps.kept.put({ ...place, location, tags: call.body.optionalTexts('tags') ?? {}, sku: call.body.json('sku') ?? null, properties });
  return { status: known === undefined && type !== 'availabilitySets' ? 201 : 200, body: keptResource(scope, resource) };
}

function requireKept(scope: AzureScope, type: KeptType): KeptResource {
  const name = param(scope.call, 'name');
  const known = scope.deps.kept.find({ type, resourceGroupName: scope.group.name, name });
  if (known === undefined) throw scope.missing(keptTypes[type], name);
  return known;
}

function keptResource(scope: AzureScope, { type, resourceGroupName, name, location, tags, sku, properties }: KeptResource): unknown {
  const id = scope.id({ type: keptTypes[type], resourceGroupName, name });
  return {
    id,
    name,
    type: keptTypes[type],
    location,
    tags,
    ...(sku === null ? {} : { sku }),
    properties: { ...properties, ...(type === 'availabilitySets' ? { virtualMachines: [] } : { provisioningState: 'Succeeded' }) },
  };
}
