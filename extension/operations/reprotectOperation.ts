// Re-protection in both directions: to the site by a master target, or to Azure again.
import type { ReplicationProtectedItem } from '../client/vaultClient.ts';
import { ExtensionError } from '../lab/labError.ts';
import { directionOf, itemOf, nameOf } from '../model/find.ts';
import { t } from '../texts.ts';
import { itemAllows } from './availability.ts';
import { reprotectCall, reprotectToAzureCall } from './itemCalls.ts';
import { itemKinds, itemsOf } from './itemSubjects.ts';
import { azureDetails, fabricOfId, masterTargets, vmware } from './lookups.ts';
import type { Choice, Operation, OperationContext, Step } from './operation.ts';

type ReprotectAnswers = {
  masterTarget: string;
  processServer: string;
  retentionDrive: string;
  datastore: string;
  policy: string;
};

export const reprotect: Operation<ReprotectAnswers> = {
  id: 'reprotect',
  title: () => t('Re-protect'),
  on: itemKinds,
  many: true,
  by: 'azure',
  availability: (snapshot, subject) => itemAllows(itemOf(snapshot, subject), 'SwitchProtection'),
  steps: (context, subjects) => {
    const items = itemsOf(context, subjects);
    return wayOf(items) === 'toSite' ? toSiteSteps(context, items) : toAzureSteps(context, items);
  },
  calls: (context, subjects, answers) => {
    const items = itemsOf(context, subjects);
    if (wayOf(items) === 'toAzure')
      return items.map((item) => reprotectToAzureCall(item, { processServerId: answers.processServer, policyId: answers.policy }));
    return items.map((item) =>
      reprotectCall(item, {
        masterTargetId: answers.masterTarget,
        processServerId: answers.processServer,
        retentionDrive: answers.retentionDrive,
        profileId: answers.policy,
        ...(answers.datastore === undefined || answers.datastore === '' ? {} : { datastoreName: answers.datastore }),
      }),
    );
  },
};

/** Where replication will go: the other way than now. @throws ExtensionError MixedDirections */
function wayOf(items: readonly ReplicationProtectedItem[]): 'toSite' | 'toAzure' {
  const ways = new Set(items.map((item) => (directionOf(item) === 'toAzure' ? 'toSite' : 'toAzure')));
  const [way = 'toSite', ...others] = ways;
  if (others.length > 0)
    throw new ExtensionError('MixedDirections', t('Some of these machines run in Azure and some at the site.'), {
      recommendedAction: t('Re-protect those of one place at a time.'),
    });
  return way;
}

function toSiteSteps(context: OperationContext, items: readonly ReplicationProtectedItem[]): Step<ReprotectAnswers>[] {
  const [item] = items;
  const fabric = fabricOfId(context.snapshot, item?.id);
  const targets = masterTargets(fabric);
  const windows = azureDetails(item)?.osType?.toLowerCase() === 'windows';
  const fits = ({ osType = '' }: { osType?: string }): boolean => (osType.toLowerCase() === 'windows') === windows;
  return [
    {
      kind: 'pick',
      key: 'masterTarget',
      title: t('Master target'),
      placeholder: t('Which server at the site writes the disks? It has the same kind of operating system as the machine'),
      none: { because: t('The site has no master target for {0}.', nameOf(item ?? {})), remedy: t('Set up a master target of its operating system.') },
      choices: () =>
        targets.filter(fits).map(({ id = '', name = '', osType = '', healthErrors = [] }) => ({
          value: id,
          label: name,
          description: [osType, ...healthErrors.slice(0, 1).map((error) => error.summaryMessage ?? error.errorMessage ?? '')]
            .filter((text) => text !== '')
            .join(' · '),
        })),
    },
    processServerStep(context, item),
    {
      kind: 'pick',
      key: 'retentionDrive',
      title: t('Retention drive'),
      placeholder: t('Which volume of the master target keeps the recovery points?'),
      none: { because: t('The master target has no retention drive.'), remedy: t('Add a volume to it and wait until it is listed.') },
      choices: ({ masterTarget }) =>
        (targets.find(({ id }) => id === masterTarget)?.retentionVolumes ?? []).map(({ volumeName = '', freeSpaceInBytes, capacityInBytes }) => ({
          value: volumeName,
          label: volumeName,
          ...(freeSpaceInBytes === undefined || capacityInBytes === undefined
            ? {}
            : { description: t('{0} of {1} GiB free', gibibytes(freeSpaceInBytes), gibibytes(capacityInBytes)) }),
        })),
    },
    {
      kind: 'pick',
      key: 'datastore',
      title: t('Datastore'),
      placeholder: t('Where disks are made that are not at the site any more'),
      choices: ({ masterTarget }) =>
        (targets.find(({ id }) => id === masterTarget)?.dataStores ?? []).map(({ symbolicName = '', freeSpace, type = '' }) => ({
          value: symbolicName,
          label: symbolicName,
          description: [type, freeSpace === undefined ? '' : t('{0} GB free', freeSpace)].filter((text) => text !== '').join(' · '),
        })),
      none: { because: t('The master target sees no datastore.'), remedy: t('Give its host access to a VMFS or vSAN datastore.') },
    },
    policyStep(context, 'InMage', item),
  ];
}

function toAzureSteps(context: OperationContext, items: readonly ReplicationProtectedItem[]): Step<ReprotectAnswers>[] {
  return [processServerStep(context, items[0]), policyStep(context, 'InMageAzureV2', items[0])];
}

function processServerStep(context: OperationContext, item: ReplicationProtectedItem | undefined): Step<ReprotectAnswers> {
  return {
    kind: 'pick',
    key: 'processServer',
    title: t('Process server'),
    placeholder: t('Which server receives, compresses and encrypts the data? For a machine in Azure, one in its network is best'),
    none: { because: t('No process server is registered.'), remedy: t('Register one with the configuration server.') },
    choices: () =>
      (vmware(fabricOfId(context.snapshot, item?.id))?.processServers ?? []).map(({ id = '', friendlyName = '', ipAddress = '', health }) => ({
        value: id,
        label: friendlyName,
        description: [ipAddress, health ?? ''].filter((text) => text !== '').join(' · '),
      })),
  };
}

/** The policy that goes with the present one comes first. */
function policyStep({ snapshot }: OperationContext, provider: 'InMage' | 'InMageAzureV2', item: ReplicationProtectedItem | undefined): Step<ReprotectAnswers> {
  const present = item?.properties?.policyFriendlyName ?? '';
  const partner = provider === 'InMage' ? `${present}-failback` : present.replace(/-failback$/, '');
  return {
    kind: 'pick',
    key: 'policy',
    title: t('Replication policy'),
    placeholder: provider === 'InMage' ? t('Which failback policy?') : t('Which policy for replication to Azure?'),
    none: { because: t('There is no replication policy of this direction.'), remedy: t('Create a replication policy; its failback policy is made with it.') },
    choices: (): Choice[] =>
      snapshot.vault.policies
        .filter((policy) => policy.properties?.providerSpecificDetails?.instanceType === provider)
        .map(({ id = '', name = '' }) => ({ value: id, label: name }))
        .toSorted((one, other) => Number(other.label === partner) - Number(one.label === partner)),
  };
}

function gibibytes(bytes: number): string {
  return (bytes / 2 ** 30).toFixed(1);
}
