// Operations of other architectures (Azure to Azure, Hyper-V with VMM, Migrate): lists are empty, the rest is told apart from what is unknown
// (arm-contract §4.1, need E and X).
import { ArmError, resourceMissing } from '../protocol/armError.ts';
import { ok, type Answer, type ArmCall, type ArmOperation, type Verb } from '../protocol/operation.ts';
import type { DefineOperation } from './siteRecovery.ts';

type Row = readonly [id: string, route: `${Verb} ${string}`];

const networks = 'F/replicationNetworks/{networkName}';
const storageClassifications = 'F/replicationStorageClassifications/{storageClassificationName}';
const migrationItem = 'C/replicationMigrationItems/{migrationItemName}';

/** What a vault without these architectures answers with an empty list. */
const emptyLists: readonly Row[] = [
  ['ReplicationAppliances_List', 'GET V/replicationAppliances'],
  ['ReplicationLogicalNetworks_ListByReplicationFabrics', 'GET F/replicationLogicalNetworks'],
  ['ReplicationNetworks_List', 'GET V/replicationNetworks'],
  ['ReplicationNetworks_ListByReplicationFabrics', 'GET F/replicationNetworks'],
  ['ReplicationNetworkMappings_List', 'GET V/replicationNetworkMappings'],
  ['ReplicationNetworkMappings_ListByReplicationNetworks', `GET ${networks}/replicationNetworkMappings`],
  ['ReplicationStorageClassifications_List', 'GET V/replicationStorageClassifications'],
  ['ReplicationStorageClassifications_ListByReplicationFabrics', 'GET F/replicationStorageClassifications'],
  ['ReplicationStorageClassificationMappings_List', 'GET V/replicationStorageClassificationMappings'],
  [
    'ReplicationStorageClassificationMappings_ListByReplicationStorageClassifications',
    `GET ${storageClassifications}/replicationStorageClassificationMappings`,
  ],
  ['ReplicationMigrationItems_List', 'GET V/replicationMigrationItems'],
  ['ReplicationMigrationItems_ListByReplicationProtectionContainers', 'GET C/replicationMigrationItems'],
  ['ReplicationProtectionIntents_List', 'GET V/replicationProtectionIntents'],
];

/** Children of which there are none: the last name of the path is the one that is missing. */
const missing: readonly Row[] = [
  ['ReplicationLogicalNetworks_Get', 'GET F/replicationLogicalNetworks/{logicalNetworkName}'],
  ['ReplicationNetworks_Get', `GET ${networks}`],
  ['ReplicationNetworkMappings_Get', `GET ${networks}/replicationNetworkMappings/{networkMappingName}`],
  ['ReplicationNetworkMappings_Delete', `DELETE ${networks}/replicationNetworkMappings/{networkMappingName}`],
  ['ReplicationStorageClassifications_Get', `GET ${storageClassifications}`],
  ['ReplicationStorageClassificationMappings_Get', `GET ${storageClassifications}/replicationStorageClassificationMappings/{storageClassificationMappingName}`],
  [
    'ReplicationStorageClassificationMappings_Delete',
    `DELETE ${storageClassifications}/replicationStorageClassificationMappings/{storageClassificationMappingName}`,
  ],
  ['ReplicationMigrationItems_Get', `GET ${migrationItem}`],
  ['ReplicationMigrationItems_Delete', `DELETE ${migrationItem}`],
  ['ReplicationMigrationItems_Update', `PATCH ${migrationItem}`],
  ['ReplicationMigrationItems_Migrate', `POST ${migrationItem}/migrate`],
  ['ReplicationMigrationItems_PauseReplication', `POST ${migrationItem}/pauseReplication`],
  ['ReplicationMigrationItems_ResumeReplication', `POST ${migrationItem}/resumeReplication`],
  ['ReplicationMigrationItems_Resync', `POST ${migrationItem}/resync`],
  ['ReplicationMigrationItems_TestMigrate', `POST ${migrationItem}/testMigrate`],
  ['ReplicationMigrationItems_TestMigrateCleanup', `POST ${migrationItem}/testMigrateCleanup`],
  ['MigrationRecoveryPoints_ListByReplicationMigrationItems', `GET ${migrationItem}/migrationRecoveryPoints`],
  ['MigrationRecoveryPoints_Get', `GET ${migrationItem}/migrationRecoveryPoints/{migrationRecoveryPointName}`],
  ['ReplicationProtectionIntents_Get', 'GET V/replicationProtectionIntents/{intentObjectName}'],
];

/** What would make or change something of another architecture. */
const notServed: readonly Row[] = [
  ['ReplicationNetworkMappings_Create', `PUT ${networks}/replicationNetworkMappings/{networkMappingName}`],
  ['ReplicationNetworkMappings_Update', `PATCH ${networks}/replicationNetworkMappings/{networkMappingName}`],
  [
    'ReplicationStorageClassificationMappings_Create',
    `PUT ${storageClassifications}/replicationStorageClassificationMappings/{storageClassificationMappingName}`,
  ],
  ['ReplicationMigrationItems_Create', `PUT ${migrationItem}`],
  ['ReplicationProtectionIntents_Create', 'PUT V/replicationProtectionIntents/{intentObjectName}'],
  ['ReplicationProtectionContainers_Create', 'PUT C'],
  ['ReplicationProtectionContainers_Delete', 'POST C/remove'],
  ['ReplicationProtectionContainers_SwitchProtection', 'POST C/switchprotection'],
];

/** They hang below machines of Azure, not below a vault. */
const eligibility =
  '/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}/providers/Microsoft.Compute/virtualMachines/{virtualMachineName}/providers/Microsoft.RecoveryServices/replicationEligibilityResults';

export function otherArchitectureOperations(define: DefineOperation): ArmOperation[] {
  return [
    ...emptyLists.map(([id, route]) =>
      define(id, route, (scope) => {
        requireFabric(scope);
        return ok({ value: [], nextLink: null });
      }),
    ),
    ...missing.map(([id, route]) =>
      define(id, route, (scope) => {
        requireFabric(scope);
        const names = /\{(\w+)\}(?!.*\{)/.exec(route);
        throw resourceMissing(scope.call.params[names?.[1] ?? ''] ?? '');
      }),
    ),
    ...notServed.map(([id, route]) =>
      define(id, route, () => {
        throw otherArchitecture(id);
      }),
    ),
    ...['', '/default'].map((ending): ArmOperation => ({
      id: ending === '' ? 'ReplicationEligibilityResults_List' : 'ReplicationEligibilityResults_Get',
      verb: 'GET',
      path: `${eligibility}${ending}`,
      handle: (_call: ArmCall): Answer => {
        throw otherArchitecture('ReplicationEligibilityResults');
      },
    })),
  ];
}

/** An unknown fabric or container is a 404 here as anywhere. */
function requireFabric(scope: { readonly call: ArmCall; readonly server: unknown }): void {
  if ('fabricName' in scope.call.params) void scope.server;
}

function otherArchitecture(operation: string): ArmError {
  const message = `${operation} belongs to another architecture of Site Recovery; this vault replicates VMware and physical machines to Azure.`;
  return new ArmError(501, 'NotImplemented', message, {
    details: [
      {
        code: 'NotImplemented',
        message,
        possibleCauses: 'The operation is one of Azure to Azure, Hyper-V or Azure Migrate.',
        recommendedAction: 'Use the operations of protected items with the provider InMageAzureV2.',
      },
    ],
  });
}
