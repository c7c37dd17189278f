// What clients send wrong, one line each, with the status and the code of ARM's answer.

/**
 * The request is `VERB path[?query]`; `V`, `F`, `C` and `I` at the head of a path or in braces in a body stand for the vault, its site, the
 * container and a protected item. The version is added unless there is a query with `!` at its head, which is sent as it is.
 */
export type BadRequest = readonly [what: string, request: string, answer: `${number} ${string}`, more?: { body?: unknown; headers?: Record<string, string> }];

const long = 'a'.repeat(10_000);
const policyInput = (input: unknown) => ({ body: { properties: { providerSpecificInput: input } } });
const goodPolicy = policyInput({ instanceType: 'InMageAzureV2', multiVmSyncStatus: 'Enable' });
const policyWith = (change: object) => policyInput({ instanceType: 'InMageAzureV2', multiVmSyncStatus: 'Enable', ...change });
const action = (properties: object, provider: object = {}) => ({
  body: { properties: { ...properties, providerSpecificDetails: { instanceType: 'InMageAzureV2', ...provider } } },
});
const drill = (properties: object, provider: object = {}) =>
  action({ failoverDirection: 'PrimaryToRecovery', networkType: 'NoNetworkAttachAsInput', ...properties }, provider);
const nobody = '00000000-0000-0000-0000-000000000000';
const enabling = (change: object) =>
  action({ policyId: '{V}/replicationPolicies/policy-24h', protectableItemId: `{C}/replicationProtectableItems/${nobody}`, ...change });
const filter = (text: string): string => `?$filter=${encodeURIComponent(text)}`;

export const badRequests: readonly BadRequest[] = [
  ['a verb that a collection does not have', 'DELETE V/replicationPolicies', '405 MethodNotAllowed'],
  ['a verb that a resource does not have', 'PATCH F', '405 MethodNotAllowed', { body: {} }],
  ['a verb of nobody', 'PROPFIND I', '405 MethodNotAllowed'],
  ['an action that there is not', 'POST I/explode', '404 InvalidResourceType', { body: {} }],
  ['a resource type that there is not', 'GET V/replicationWishes', '404 InvalidResourceType'],
  ['no version', 'GET V/replicationFabrics?!', '400 MissingApiVersionParameter'],
  ['an empty version', 'GET V/replicationFabrics?!api-version=', '400 MissingApiVersionParameter'],

  ['half of a JSON body', 'PUT V/replicationPolicies/p', '400 InvalidRequestContent', { body: '{"properties":{"providerSpecificInput":' }],
  ['a body that is XML', 'PUT V/replicationPolicies/p', '400 InvalidRequestContent', { body: '<policy/>', headers: { 'content-type': 'application/xml' } }],
  [
    'a body that is a form',
    'POST I/testFailover',
    '400 InvalidRequestContent',
    { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
  ],
  ['a body that is a list', 'PUT V/replicationPolicies/p', '400 BadRequest', { body: [] }],
  ['a body that is null', 'PUT V/replicationPolicies/p', '400 InvalidRequestContent', { body: 'null' }],
  ['a body of five megabytes', 'PUT V/replicationPolicies/p', '413 RequestEntityTooLarge', { body: { padding: 'x'.repeat(5 * 2 ** 20) } }],
  ['a body in an encoding of nobody', 'PUT V/replicationPolicies/p', '415 UnsupportedMediaType', { body: {}, headers: { 'content-encoding': 'snappy' } }],
  ['a body that is no gzip', 'PUT V/replicationPolicies/p', '400 InvalidRequestContent', { body: {}, headers: { 'content-encoding': 'gzip' } }],

  ['a policy without anything', 'PUT V/replicationPolicies/p', '400 BadRequest', { body: {} }],
  ['a policy of what nobody knows', 'PUT V/replicationPolicies/p', '400 BadRequest', { body: { properties: { colour: 'red' } } }],
  ['a policy whose properties are a list', 'PUT V/replicationPolicies/p', '400 BadRequest', { body: { properties: [] } }],
  ['a policy of another architecture', 'PUT V/replicationPolicies/p', '400 BadRequest', policyWith({ instanceType: 'HyperVReplica2012R2' })],
  ['a policy of a provider called __proto__', 'PUT V/replicationPolicies/p', '400 BadRequest', policyWith({ instanceType: '__proto__' })],
  ['a number that is none', 'PUT V/replicationPolicies/p', '400 BadRequest', policyWith({ recoveryPointHistory: 'much' })],
  ['a number that is an object', 'PUT V/replicationPolicies/p', '400 BadRequest', policyWith({ recoveryPointHistory: {} })],
  ['a number out of range', 'PUT V/replicationPolicies/p', '400 BadRequest', policyWith({ recoveryPointHistory: -5 })],
  ['a word that is none', 'PUT V/replicationPolicies/p', '400 BadRequest', policyWith({ multiVmSyncStatus: 'Perhaps' })],
  ['a mapping without anything', 'PUT C/replicationProtectionContainerMappings/m', '400 BadRequest', { body: {} }],
  ['a vCenter without anything', 'PUT F/replicationvCenters/v', '400 BadRequest', { body: {} }],
  ['a physical server without anything', 'POST C/discoverProtectableItem', '400 BadRequest', { body: {} }],
  ['an item without anything', 'PUT C/replicationProtectedItems/i', '400 BadRequest', { body: {} }],
  ['a plan without anything', 'PUT V/replicationRecoveryPlans/r', '400 BadRequest', { body: {} }],
  ['a change of process servers without anything', 'POST F/reassociateGateway', '400 BadRequest', { body: {} }],

  ['a name of ten thousand letters, to be read', `GET V/replicationPolicies/${long}`, '404 NotFound'],
  ['a name of ten thousand letters, to be made', `PUT V/replicationPolicies/${long}`, '400 BadRequest', goodPolicy],
  ['a name that leads elsewhere, to be read', 'GET V/replicationPolicies/..%2f..%2f..%2fetc%2fpasswd', '404 NotFound'],
  ['a name that leads elsewhere, to be made', 'PUT V/replicationPolicies/..%2fx', '400 BadRequest', goodPolicy],
  ['a name with a null in it', 'PUT V/replicationPolicies/a%00b', '400 BadRequest', goodPolicy],
  ['a name that is not well encoded', 'GET V/replicationPolicies/%c0%ae%zz', '400 BadRequest'],
  ['a path that climbs', 'GET V/../../../../../../../../etc/passwd', '404 InvalidResourceType'],
  ['a job called constructor', 'GET V/replicationJobs/constructor', '404 NotFound'],

  [
    'another subscription',
    `GET /subscriptions/${nobody}/resourceGroups/lab-rg/providers/Microsoft.RecoveryServices/vaults/lab-vault`,
    '404 SubscriptionNotFound',
  ],
  ['another vault', 'GET V-other/replicationFabrics', '404 ResourceNotFound'],
  ['a site that there is not', `GET V/replicationFabrics/${'0'.repeat(64)}/replicationProtectionContainers`, '404 NotFound'],
  ['a container of another site', 'GET F/replicationProtectionContainers/cloud_0/replicationProtectedItems', '404 NotFound'],
  ['an item that there is not', 'POST C/replicationProtectedItems/nobody/failoverCommit', '404 NotFound'],
  ['a job that there is not', 'POST V/replicationJobs/nobody/cancel', '404 NotFound'],
  ['a plan that there is not', 'POST V/replicationRecoveryPlans/nobody/failoverCommit', '404 NotFound'],
  ['an operation that there is not', 'GET V/replicationOperationStatus/nobody', '404 NotFound'],
  ['a machine that there is not', 'PUT C/replicationProtectedItems/i', '404 NotFound', enabling({})],
  ['a policy of another vault', 'PUT C/replicationProtectedItems/i', '404 NotFound', enabling({ policyId: '{V}-other/replicationPolicies/policy-24h' })],
  ['a point that there is not', 'POST I/testFailover', '404 NotFound', drill({}, { recoveryPointId: `{I}/recoveryPoints/${nobody}` })],
  [
    'a point of another item',
    'POST I/testFailover',
    '404 NotFound',
    drill({}, { recoveryPointId: `{C}/replicationProtectedItems/x/recoveryPoints/${nobody}` }),
  ],
  ['a network that there is not', 'POST I/testFailover', '404 NotFound', drill({ networkType: 'VmNetworkAsInput', networkId: '{N}/none' })],

  ['a commit before a failover', 'POST I/failoverCommit', '409 Conflict'],
  ['a clean-up without a drill', 'POST I/testFailoverCleanup', '409 Conflict', { body: { properties: { comments: 'x' } } }],
  ['another point without a failover', 'POST I/applyRecoveryPoint', '409 Conflict', action({ recoveryPointId: '{R}' })],
  ['re-protection before a failover', 'POST I/reProtect', '400 BadRequest', action({ failoverDirection: 'RecoveryToPrimary' })],
  ['a failover the wrong way', 'POST I/unplannedFailover', '400 BadRequest', action({ failoverDirection: 'RecoveryToPrimary' })],
  ['a failover in a direction of nobody', 'POST I/unplannedFailover', '400 BadRequest', action({ failoverDirection: 'Sideways' })],
  ['a planned failover', 'POST I/plannedFailover', '400 BadRequest', { body: { properties: { failoverDirection: 'PrimaryToRecovery' } } }],
  ['disks added to a machine of a site', 'POST I/addDisks', '400 BadRequest', action({}, { instanceType: 'A2A' })],
  ['a policy in use, to be deleted', 'DELETE V/replicationPolicies/policy-24h', '409 Conflict'],
  ['a vault in use, to be deleted', 'DELETE V', '409 ServiceResourceNotEmptyWithContainerDetails'],
  ['a site in use, to be removed', 'POST F/remove', '409 Conflict'],

  ['a filter with five thousand brackets', `GET V/replicationJobs${filter('('.repeat(5000))}`, '400 BadRequest'],
  ['a filter whose brackets do not close', `GET V/replicationJobs${filter("(((JobStatus eq 'Failed'))")}`, '400 BadRequest'],
  ['a filter that is no sentence', `GET V/replicationEvents${filter("Severity eq 'Critical' and")}`, '400 BadRequest'],
  ['a filter with an open text', `GET V/replicationEvents${filter("Severity eq 'Crit")}`, '400 BadRequest'],
  ['a continuation of nobody', 'GET V/replicationProtectedItems?skipToken=elsewhere', '400 BadRequest'],
  ['a page of less than nothing', 'GET C/replicationProtectableItems?$take=-1', '400 BadRequest'],
];
