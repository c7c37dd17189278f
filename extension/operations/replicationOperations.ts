// Upkeep of a replication: resynchronise, update the Mobility service, another process server, complete a migration, end it.
import type { ReplicationProtectedItem } from '../client/vaultClient.ts';
import { directionOf, itemOf, nameOf } from '../model/find.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { t } from '../texts.ts';
import { idleItem, itemAllows } from './availability.ts';
import { azureCall } from './azureCall.ts';
import { disableCall, purgeCall, resynchronizeCall, updateMobilityCall } from './itemCalls.ts';
import { itemKinds, itemsOf } from './itemSubjects.ts';
import { azureDetails, fabricOfId, runsInAzure, siteDetails, vmware } from './lookups.ts';
import type { Operation } from './operation.ts';
import { listText } from './wording.ts';

export const resynchronize: Operation = {
  id: 'resynchronize',
  title: () => t('Resynchronize'),
  on: itemKinds,
  many: true,
  by: 'azure',
  availability: (snapshot, subject) => itemAllows(itemOf(snapshot, subject), 'RepairReplication'),
  calls: (context, subjects) => itemsOf(context, subjects).map(resynchronizeCall),
};

export const updateMobilityService: Operation<{ account: string }> = {
  id: 'updateMobilityService',
  title: () => t('Update Mobility Service'),
  on: itemKinds,
  many: true,
  by: 'azure',
  availability: (snapshot, subject) => {
    const item = itemOf(snapshot, subject);
    if (item === undefined) return itemAllows(undefined, 'RepairReplication');
    const required = azureDetails(item)?.isAgentUpdateRequired ?? siteDetails(item)?.agentDetails?.agentUpdateStatus;
    if (required !== 'Required') return { because: t('The Mobility service of {0} is of the newest version.', nameOf(item)), remedy: t('Nothing to do.') };
    return idleItem(item) ?? true;
  },
  steps: (context, subjects) => [
    {
      kind: 'pick',
      key: 'account',
      title: t('Account'),
      placeholder: t('Which account signs in to the machine?'),
      none: { because: t('The configuration server has no account.'), remedy: t('Add one with its set-up tool.') },
      choices: () => {
        const fabric = fabricOfId(context.snapshot, itemsOf(context, subjects)[0]?.id);
        return (vmware(fabric)?.runAsAccounts ?? []).map(({ accountId = '', accountName = '' }) => ({ value: accountId, label: accountName }));
      },
    },
  ],
  calls: (context, subjects, { account }) => itemsOf(context, subjects).map((item) => updateMobilityCall(item, account)),
};

/** Where an item's data goes first. */
export function processServerIdOf(item: ReplicationProtectedItem | undefined): string | undefined {
  return azureDetails(item)?.processServerId ?? siteDetails(item)?.processServerId;
}

export const changeProcessServer: Operation<{ processServer: string }> = {
  id: 'changeProcessServer',
  title: () => t('Change Process Server'),
  on: itemKinds,
  many: true,
  by: 'azure',
  availability: (snapshot, subject) => {
    const item = itemOf(snapshot, subject);
    if (item === undefined) return itemAllows(undefined, 'RepairReplication');
    if (item.properties?.activeLocation === 'Recovery')
      return { because: t('{0} does not replicate now.', nameOf(item)), remedy: t('Re-protect it first; the process server is chosen there.') };
    if (otherProcessServers(snapshot, [item]).length === 0)
      return { because: t('There is no other process server.'), remedy: t('Register one with the configuration server.') };
    return idleItem(item) ?? true;
  },
  steps: (context, subjects) => [
    {
      kind: 'pick',
      key: 'processServer',
      title: t('Process server'),
      placeholder: t('Which process server takes over?'),
      none: { because: t('There is no other process server.'), remedy: t('Register one with the configuration server.') },
      choices: () => otherProcessServers(context.snapshot, itemsOf(context, subjects)),
    },
  ],
  calls: (context, subjects, { processServer }) => {
    const items = itemsOf(context, subjects);
    const groups = Map.groupBy(items, (item) => `${fabricOfId(context.snapshot, item.id)?.id ?? ''}\n${processServerIdOf(item) ?? ''}`);
    return [...groups.values()].map((group) => {
      const fabric = fabricOfId(context.snapshot, group[0]?.id);
      return azureCall('replicationFabrics', 'ReassociateGateway', {
        verb: 'POST',
        resourceId: fabric?.id ?? '',
        action: '/reassociateGateway',
        body: {
          properties: {
            containerName: `cloud_${fabric?.properties?.internalIdentifier ?? ''}`,
            sourceProcessServerId: processServerIdOf(group[0]) ?? '',
            targetProcessServerId: processServer,
            vmsToMigrate: group.map((item) => item.name ?? ''),
            updateType: 'ServerLevel',
          },
        },
      });
    });
  },
};

function otherProcessServers(snapshot: LabSnapshot, items: readonly ReplicationProtectedItem[]): { value: string; label: string; description: string }[] {
  const present = new Set(items.map(processServerIdOf));
  return (vmware(fabricOfId(snapshot, items[0]?.id))?.processServers ?? [])
    .filter(({ id }) => present.size > 1 || !present.has(id))
    .map(({ id = '', friendlyName = '', ipAddress = '' }) => ({ value: id, label: friendlyName, description: ipAddress }));
}

export const completeMigration: Operation = {
  id: 'completeMigration',
  title: () => t('Complete Migration'),
  on: itemKinds,
  many: true,
  by: 'azure',
  availability: (snapshot, subject) => itemAllows(itemOf(snapshot, subject), 'CompleteMigration'),
  confirmation: (context, subjects) => ({
    question: t('Complete the migration of {0}?', listText(itemsOf(context, subjects).map(nameOf))),
    detail: itemsOf(context, subjects).every(runsInAzure)
      ? t('The machine stays in Azure for good: it cannot fail back any more. Replication ends and its recovery points are deleted.')
      : t('The machine stays where it runs now. Replication ends and its recovery points are deleted.'),
    button: t('Complete Migration'),
  }),
  calls: (context, subjects) => itemsOf(context, subjects).map((item) => disableCall(item, { reason: 'MigrationComplete' })),
};

export const disableReplication: Operation<{ replica: string }> = {
  id: 'disableReplication',
  title: () => t('Disable Replication'),
  on: itemKinds,
  many: true,
  by: 'azure',
  availability: (snapshot, subject) => itemAllows(itemOf(snapshot, subject), 'DisableProtection'),
  steps: (context, subjects) => [
    {
      kind: 'pick',
      key: 'replica',
      title: t('Half-made machine'),
      placeholder: t('What becomes of the machine at the site that the failback has half made?'),
      needed: () => itemsOf(context, subjects).some((item) => directionOf(item) === 'toSite' && runsInAzure(item)),
      choices: () => [
        { value: 'Retain', label: t('Keep it') },
        { value: 'Delete', label: t('Delete it') },
      ],
    },
  ],
  confirmation: (context, subjects) => endOfReplication(itemsOf(context, subjects), t('Disable Replication')),
  calls: (context, subjects, { replica }) =>
    itemsOf(context, subjects).map((item) =>
      disableCall(item, { reason: 'NotSpecified', ...(replica === 'Delete' || replica === 'Retain' ? { replica } : {}) }),
    ),
};

export const removeFromVault: Operation = {
  id: 'removeFromVault',
  title: () => t('Remove From Vault'),
  on: itemKinds,
  many: true,
  by: 'azure',
  availability: (snapshot, subject) => {
    const item = itemOf(snapshot, subject);
    return item === undefined ? itemAllows(undefined, 'DisableProtection') : true;
  },
  confirmation: (context, subjects) => {
    const { question, detail, button } = endOfReplication(itemsOf(context, subjects), t('Remove'));
    return {
      question,
      detail: [detail, t('Nothing is asked of the site: what runs there is left as it is. Use this only when Disable Replication fails.')].join('\n'),
      button,
    };
  },
  calls: (context, subjects) => itemsOf(context, subjects).map(purgeCall),
};

function endOfReplication(items: readonly ReplicationProtectedItem[], button: string): { question: string; detail: string; button: string } {
  const inAzure = items.filter(runsInAzure);
  return {
    question: t('End the replication of {0}?', listText(items.map(nameOf))),
    detail: [
      t('All recovery points and replicas are deleted. To protect the machine again, everything is copied anew.'),
      ...(inAzure.length === 0 ? [] : [t('{0}: it runs in Azure and cannot fail back any more.', listText(inAzure.map(nameOf)))]),
    ].join('\n'),
    button,
  };
}
