// Resource groups, and all resources by group: `/subscriptions/{s}/resourcegroups`, `/subscriptions/{s}/resources`.
import { inventory, type InventoryRow } from '../../resources/inventory.ts';
import type { ResourceGroup } from '../../resources/resourceGroups.ts';
import type { AzureScope, DefineAzureOperation } from '../azureScope.ts';
import { ArmError, badRequest } from '../protocol/armError.ts';
import { filtered } from '../protocol/filter.ts';
import { noContent, ok, param, type Answer, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { sameId } from '../siterecovery/ids.ts';

const groupType = 'Microsoft.Resources/resourceGroups';

export function resourceGroupOperations(define: DefineAzureOperation): ArmOperation[] {
  return [
    define('ResourceGroups_List', 'GET S/resourceGroups', (scope) => page(scope.call, scope.deps.groups.list(), (group) => groupResource(scope, group))),
    // Before GET, which express would let answer it.
    define('ResourceGroups_CheckExistence', 'HEAD RG', (scope) => {
      if (scope.deps.groups.find(param(scope.call, 'resourceGroupName')) === undefined) throw new ArmError(404, 'ResourceGroupNotFound', 'No such group.');
      return noContent;
    }),
    define('ResourceGroups_Get', 'GET RG', (scope) => ok(groupResource(scope, scope.group))),
    define('ResourceGroups_CreateOrUpdate', 'PUT RG', (scope) => {
      const { call, deps } = scope;
      const location = call.body.optionalText('location');
      if (location === undefined) throw badRequest('LocationRequired', 'The location property is required for this definition.');
      const { group, created } = deps.groups.put({ name: param(call, 'resourceGroupName'), location, tags: call.body.optionalTexts('tags') ?? {} });
      return { status: created ? 201 : 200, body: groupResource(scope, group) };
    }),
    define('ResourceGroups_Update', 'PATCH RG', (scope) => {
      const { group, call, deps } = scope;
      return ok(groupResource(scope, deps.groups.put({ ...group, tags: call.body.optionalTexts('tags') ?? group.tags }).group));
    }),
    define('ResourceGroups_Delete', 'DELETE RG', (scope) =>
      scope.accepted(scope.deps.jobs.deleteGroup(scope.group.name), {
        outcome: 'done',
        statusPath: `${scope.subscriptionPath}/operationStatuses`,
        location: `${scope.subscriptionPath}/operationresults/{operationId}`,
      }),
    ),
    define('Resources_List', 'GET S/resources', listResources),
    define('Resources_ListByResourceGroup', 'GET RG/resources', listResources),
  ];
}

function listResources(scope: AzureScope): Answer {
  const rows = filtered(inventory(scope.deps).filter(scope.covers()), scope.call.query.get('$filter'), {
    resourcetype: (row, literal) => sameId(row.type, literal),
    resourcegroup: (row, literal) => sameId(row.resourceGroupName, literal),
    name: (row, literal) => sameId(row.name, literal),
    location: (row, literal) => sameId(row.location, literal),
  });
  return page(scope.call, rows, (row) => resourceRow(scope, row));
}

function resourceRow(scope: AzureScope, row: InventoryRow): unknown {
  const { name, type, location, tags } = row;
  return { id: scope.id(row), name, type, location, tags };
}

function groupResource({ subscriptionPath }: AzureScope, { name, location, tags }: ResourceGroup): unknown {
  return { id: `${subscriptionPath}/resourceGroups/${name}`, name, type: groupType, location, tags, properties: { provisioningState: 'Succeeded' } };
}
