// Virtual networks and their subnets: what failovers attach machines to.
import type { Subnet, VirtualNetwork } from '../../network/state.ts';
import type { AzureScope, DefineAzureOperation } from '../azureScope.ts';
import { badRequest } from '../protocol/armError.ts';
import type { Body } from '../protocol/body.ts';
import { noContent, ok, param, type Answer, type ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { sameId } from '../siterecovery/ids.ts';

export const networkType = 'Microsoft.Network/virtualNetworks';
const networks = 'providers/Microsoft.Network/virtualNetworks';
const network = `RG/${networks}/{virtualNetworkName}` as const;
const subnet = `${network}/subnets/{subnetName}` as const;

export function virtualNetworkOperations(define: DefineAzureOperation): ArmOperation[] {
  return [
    define('VirtualNetworks_ListAll', `GET S/${networks}`, list),
    define('VirtualNetworks_List', `GET RG/${networks}`, list),
    define('VirtualNetworks_Get', `GET ${network}`, (scope) => ok(networkResource(scope, requireNetwork(scope)))),
    define('VirtualNetworks_CreateOrUpdate', `PUT ${network}`, put),
    define('VirtualNetworks_UpdateTags', `PATCH ${network}`, (scope) => {
      const tags = scope.call.body.optionalTexts('tags') ?? {};
      return ok(networkResource(scope, scope.deps.networks.put({ ...requireNetwork(scope), tags })));
    }),
    define('VirtualNetworks_Delete', `DELETE ${network}`, (scope) => {
      const known = findNetwork(scope);
      if (known !== undefined) scope.deps.networks.delete(known.name);
      return noContent;
    }),
    define('Subnets_List', `GET ${network}/subnets`, (scope) => {
      const known = requireNetwork(scope);
      return page(scope.call, known.subnets, (one) => subnetResource(scope, known, one));
    }),
    define('Subnets_Get', `GET ${subnet}`, (scope) => {
      const known = requireNetwork(scope);
      return ok(subnetResource(scope, known, requireSubnet(scope, known)));
    }),
    define('Subnets_CreateOrUpdate', `PUT ${subnet}`, putSubnet),
    define('Subnets_Delete', `DELETE ${subnet}`, (scope) => {
      const known = requireNetwork(scope);
      const name = param(scope.call, 'subnetName');
      if (!known.subnets.some((one) => sameId(one.name, name))) return noContent;
      scope.deps.networks.put({ ...known, subnets: known.subnets.filter((one) => !sameId(one.name, name)) });
      return noContent;
    }),
  ];
}

function list(scope: AzureScope): Answer {
  const covers = scope.covers();
  const rows = scope.deps.networks.list().filter((one) => covers({ resourceGroupName: groupOf(scope, one) }));
  return page(scope.call, rows, (one) => networkResource(scope, one));
}

function put(scope: AzureScope): Answer {
  const { call, deps, group } = scope;
  const { body } = call;
  const known = findNetwork(scope);
  const properties = body.part('properties');
  const [addressPrefix, ...furtherPrefixes] = properties.part('addressSpace').texts('addressPrefixes');
  if (addressPrefix === undefined) throw badRequest('InvalidParameter', 'properties.addressSpace.addressPrefixes needs a prefix.');
  const location = body.optionalText('location') ?? known?.region;
  if (location === undefined) throw badRequest('LocationRequired', 'The location property is required for this definition.');
  const next: VirtualNetwork = {
    name: known?.name ?? param(call, 'virtualNetworkName'),
    region: location,
    addressPrefix,
    ...(furtherPrefixes.length === 0 ? {} : { furtherPrefixes }),
    subnets: properties.has('subnets') ? properties.parts('subnets').map((one) => subnetOf(one.text('name'), one.part('properties'))) : (known?.subnets ?? []),
    resourceGroupName: group.name,
    tags: body.optionalTexts('tags') ?? {},
  };
  if (known === undefined) deps.networks.create(next);
  else deps.networks.put(next);
  return { status: known === undefined ? 201 : 200, body: networkResource(scope, next) };
}

function putSubnet(scope: AzureScope): Answer {
  const known = requireNetwork(scope);
  const name = param(scope.call, 'subnetName');
  const present = known.subnets.find((one) => sameId(one.name, name));
  const wanted = subnetOf(present?.name ?? name, scope.call.body.part('properties'));
  const subnets = present === undefined ? [...known.subnets, wanted] : known.subnets.map((one) => (one === present ? wanted : one));
  const next = scope.deps.networks.put({ ...known, subnets });
  return { status: present === undefined ? 201 : 200, body: subnetResource(scope, next, wanted) };
}

/** Clients send one prefix, or a list with one. */
function subnetOf(name: string, properties: Body): Subnet {
  return { name, addressPrefix: properties.optionalText('addressPrefix') ?? properties.texts('addressPrefixes')[0] ?? properties.text('addressPrefix') };
}

/** Names are unique in the lab, whatever the group. */
function findNetwork(scope: AzureScope): VirtualNetwork | undefined {
  const { name } = scope.group;
  return scope.deps.networks.list().find((one) => sameId(one.name, param(scope.call, 'virtualNetworkName')) && sameId(groupOf(scope, one), name));
}

function requireNetwork(scope: AzureScope): VirtualNetwork {
  const known = findNetwork(scope);
  if (known === undefined) throw scope.missing(networkType, param(scope.call, 'virtualNetworkName'));
  return known;
}

function requireSubnet(scope: AzureScope, { subnets }: VirtualNetwork): Subnet {
  const name = param(scope.call, 'subnetName');
  const known = subnets.find((one) => sameId(one.name, name));
  if (known === undefined) throw scope.missing(`${networkType}/subnets`, name);
  return known;
}

function groupOf(scope: AzureScope, { resourceGroupName }: VirtualNetwork): string {
  return resourceGroupName ?? scope.deps.groups.homeName;
}

export function networkId(scope: AzureScope, one: VirtualNetwork): string {
  return scope.id({ type: networkType, resourceGroupName: groupOf(scope, one), name: one.name });
}

function networkResource(scope: AzureScope, one: VirtualNetwork): unknown {
  return {
    id: networkId(scope, one),
    name: one.name,
    type: networkType,
    location: one.region,
    tags: one.tags ?? {},
    properties: {
      provisioningState: 'Succeeded',
      addressSpace: { addressPrefixes: [one.addressPrefix, ...(one.furtherPrefixes ?? [])] },
      subnets: one.subnets.map((row) => subnetResource(scope, one, row)),
      virtualNetworkPeerings: [],
      enableDdosProtection: false,
    },
  };
}

/** With the addresses given out in it, by the network cards that have them. */
function subnetResource(scope: AzureScope, one: VirtualNetwork, { name, addressPrefix }: Subnet): unknown {
  return {
    id: `${networkId(scope, one)}/subnets/${name}`,
    name,
    type: `${networkType}/subnets`,
    properties: {
      provisioningState: 'Succeeded',
      addressPrefix,
      delegations: [],
      privateEndpointNetworkPolicies: 'Disabled',
      privateLinkServiceNetworkPolicies: 'Enabled',
    },
  };
}
