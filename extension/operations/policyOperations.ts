// Replication policies: made with their failback policy as the portal does, changed, associated, removed (asr-behaviour §3).
import type { InMageAzureV2PolicyDetails, InMageAzureV2PolicyInput } from '@azure/arm-recoveryservices-siterecovery';
import type { Fabric, Policy, ProtectionContainerMapping } from '../client/vaultClient.ts';
import { machinesText } from '../counts.ts';
import { ExtensionError } from '../lab/labError.ts';
import { byId, sameId } from '../model/find.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { durationText } from '../tree/figures.ts';
import type { Subject } from '../tree/node.ts';
import { t } from '../texts.ts';
import { azureCall, type AzureCall } from './azureCall.ts';
import { numberProblem, resourceNameProblem } from './azureNames.ts';
import { policyCmdlet } from './cmdlets.ts';
import { containerId, fabricOfId, policyOf, vaultIdIn, vaultIdOf } from './lookups.ts';
import type { Operation, Refusal, Step } from './operation.ts';
import { minutesText } from './wording.ts';

type SettingAnswers = {
  rpoThreshold: string;
  retention: string;
  appConsistent: string;
  multiVm: string;
};

const dayMinutes = 1440;
const hourMs = 3_600_000;
/** The portal's own, whatever the policy it goes with says (asr-behaviour §3.2). */
const failbackSettings = { recoveryPointThresholdInMinutes: 15, recoveryPointHistory: dayMinutes, appConsistentFrequencyInMinutes: 60 } as const;

export const createPolicy: Operation<SettingAnswers & { name: string; fabrics: readonly string[] }> = {
  id: 'createPolicy',
  title: () => t('Create Replication Policy'),
  on: [],
  by: 'azure',
  sequential: true,
  availability: ({ vault }) => (vault.fabrics.length > 0 ? true : noServer()),
  steps: ({ snapshot }) => [
    {
      kind: 'text',
      key: 'name',
      title: t('Name'),
      prompt: t('Name of the policy; its failback policy is made with it'),
      problem: (text) =>
        resourceNameProblem(
          text,
          snapshot.vault.policies.map(({ name }) => name),
        ),
    },
    ...settingSteps(undefined),
    {
      kind: 'pick',
      key: 'fabrics',
      many: true,
      title: t('Configuration servers'),
      placeholder: t('Which configuration servers is it associated with?'),
      choices: () => snapshot.vault.fabrics.map(({ id = '', properties }) => ({ value: id, label: properties?.friendlyName ?? '', picked: true })),
    },
  ],
  calls: ({ snapshot, lab }, _subjects, { name, fabrics, ...answers }) => {
    const vaultId = vaultIdIn(snapshot.vault.fabrics[0]?.id ?? '') || vaultIdOf(lab.vault.place);
    const failback = `${name}-failback`;
    return [
      putPolicy(`${vaultId}/replicationPolicies/${name}`, settings(answers)),
      azureCall('replicationPolicies', 'Create', {
        verb: 'PUT',
        resourceId: `${vaultId}/replicationPolicies/${failback}`,
        body: {
          properties: {
            providerSpecificInput: { instanceType: 'InMage', ...failbackSettings, multiVmSyncStatus: answers.multiVm === 'no' ? 'Disable' : 'Enable' },
          },
        },
      }),
      ...fabrics.flatMap((id) => {
        const fabric = byId(snapshot.vault.fabrics, id);
        return fabric === undefined
          ? []
          : [
              associateCall(fabric, `${vaultId}/replicationPolicies/${name}`, 'toAzure'),
              associateCall(fabric, `${vaultId}/replicationPolicies/${failback}`, 'toSite'),
            ];
      }),
    ];
  },
};

function noServer(): Refusal {
  return { because: t('No configuration server is registered.'), remedy: t('Register one with the vault first.') };
}

function putPolicy(resourceId: string, input: Omit<InMageAzureV2PolicyInput, 'instanceType'>): AzureCall {
  return azureCall('replicationPolicies', 'Create', {
    verb: 'PUT',
    resourceId,
    body: { properties: { providerSpecificInput: { instanceType: 'InMageAzureV2', ...input } } },
  });
}

function settings({ rpoThreshold, retention, appConsistent, multiVm }: SettingAnswers): Omit<InMageAzureV2PolicyInput, 'instanceType'> {
  return {
    recoveryPointThresholdInMinutes: Number(rpoThreshold),
    recoveryPointHistory: Number(retention) * 60,
    crashConsistentFrequencyInMinutes: 5,
    appConsistentFrequencyInMinutes: Number(appConsistent),
    multiVmSyncStatus: multiVm === 'no' ? 'Disable' : 'Enable',
  };
}

/** @param policy undefined: a new one, with the portal's defaults */
function settingSteps<Given extends SettingAnswers>(policy: Policy | undefined): Step<Given>[] {
  const present = settingsOf(policy);
  const steps: Step<SettingAnswers>[] = [
    {
      kind: 'text',
      key: 'rpoThreshold',
      title: t('RPO threshold'),
      prompt: t('Minutes; a larger RPO is reported. It changes nothing in the replication'),
      initial: () => String(present.recoveryPointThresholdInMinutes ?? 15),
      problem: (text) => numberProblem(text, { least: 5, most: dayMinutes }),
      shown: minutesText,
    },
    {
      kind: 'text',
      key: 'retention',
      title: t('Recovery point retention'),
      prompt: t('Hours; 0 keeps only the latest'),
      initial: () => String((present.recoveryPointHistory ?? dayMinutes) / 60),
      problem: (text) => numberProblem(text, { least: 0, most: 15 * 24 }),
      shown: (text) => (Number(text) === 0 ? t('Only the latest') : durationText(Number(text) * hourMs)),
    },
    {
      kind: 'pick',
      key: 'appConsistent',
      title: t('App-consistent snapshots'),
      placeholder: t('How often do the applications write everything out?'),
      remember: false,
      choices: ({ retention }) => {
        const intervals = [present.appConsistentFrequencyInMinutes ?? 60, 0, 15, 30, 60, 120, 240, 360, 720];
        const fitting = [...new Set(intervals)].filter((minutes) => minutes === 0 || minutes < Math.max(Number(retention) * 60, 1));
        return fitting.map((minutes) => ({
          value: String(minutes),
          label: minutes === 0 ? t('Off') : t('Every {0}', minutesText(String(minutes))),
        }));
      },
    },
    {
      kind: 'pick',
      key: 'multiVm',
      title: t('Multi-VM consistency'),
      placeholder: t('May machines form replication groups?'),
      choices: () => [
        { value: 'yes', label: t('Yes') },
        { value: 'no', label: t('No') },
      ],
    },
  ];
  return steps;
}

function settingsOf(policy: Policy | undefined): Partial<InMageAzureV2PolicyDetails> {
  return (policy?.properties?.providerSpecificDetails ?? {}) as Partial<InMageAzureV2PolicyDetails>;
}

export const updatePolicy: Operation<SettingAnswers> = {
  id: 'updatePolicy',
  title: () => t('Edit Replication Policy'),
  on: ['policy'],
  by: 'azure',
  availability: (snapshot, subject) => (policyOf(snapshot, subject) === undefined ? gone() : true),
  steps: ({ snapshot }, [subject]) => settingSteps(policyOf(snapshot, subject)),
  calls: ({ snapshot }, [subject], answers) => {
    const policy = required(snapshot, subject);
    const toSite = directionOfPolicy(policy) === 'toSite';
    const { crashConsistentFrequencyInMinutes, ...common } = settings(answers);
    return [
      azureCall('replicationPolicies', 'Update', {
        verb: 'PATCH',
        resourceId: policy.id ?? '',
        body: {
          properties: {
            replicationProviderSettings: toSite
              ? { instanceType: 'InMage', ...common }
              : { instanceType: 'InMageAzureV2', ...common, ...(crashConsistentFrequencyInMinutes === undefined ? {} : { crashConsistentFrequencyInMinutes }) },
          },
        },
      }),
    ];
  },
};

function directionOfPolicy(policy: Policy): 'toAzure' | 'toSite' {
  return policy.properties?.providerSpecificDetails?.instanceType === 'InMage' ? 'toSite' : 'toAzure';
}

function gone(): Refusal {
  return { because: t('There is no such policy.'), remedy: t('Choose another.') };
}

/** @throws ExtensionError PolicyGone */
function required(snapshot: LabSnapshot, subject: Subject | undefined): Policy {
  const policy = policyOf(snapshot, subject);
  if (policy === undefined) throw new ExtensionError('PolicyGone', t('There is no such policy.'));
  return policy;
}

function mappingsOf({ vault }: LabSnapshot, policy: Policy | undefined): ProtectionContainerMapping[] {
  return vault.mappings.filter((mapping) => sameId(mapping.properties?.policyId, policy?.id));
}

function usersOf({ vault }: LabSnapshot, policy: Policy): number {
  return vault.items.filter((item) => sameId(item.properties?.policyId, policy.id)).length;
}

/** A policy to Azure is mapped to Azure, one of failback to the site's own container. */
function associateCall(fabric: Fabric, policyId: string, direction: 'toAzure' | 'toSite'): AzureCall {
  const name = policyId.split('/').at(-1) ?? '';
  return azureCall('replicationProtectionContainerMappings', 'Create', {
    verb: 'PUT',
    resourceId: `${containerId(fabric)}/replicationProtectionContainerMappings/${name}`,
    body: { properties: { targetProtectionContainerId: direction === 'toAzure' ? 'Microsoft Azure' : containerId(fabric), policyId } },
  });
}

export const associatePolicy: Operation<{ fabric: string }> = {
  id: 'associatePolicy',
  title: () => t('Associate Replication Policy'),
  on: ['policy'],
  by: 'azure',
  availability: (snapshot, subject) => {
    const policy = policyOf(snapshot, subject);
    if (policy === undefined) return gone();
    return freeFabrics(snapshot, policy).length > 0
      ? true
      : { because: t('{0} is associated with every configuration server.', policy.name ?? ''), remedy: t('Nothing to do.') };
  },
  steps: ({ snapshot }, [subject]) => [
    {
      kind: 'pick',
      key: 'fabric',
      title: t('Configuration server'),
      placeholder: t('Which configuration server is it associated with?'),
      choices: () =>
        freeFabrics(snapshot, required(snapshot, subject)).map(({ id = '', properties }) => ({ value: id, label: properties?.friendlyName ?? '' })),
    },
  ],
  calls: ({ snapshot }, [subject], { fabric: id }) => {
    const policy = required(snapshot, subject);
    const fabric = byId(snapshot.vault.fabrics, id);
    return fabric === undefined ? [] : [associateCall(fabric, policy.id ?? '', directionOfPolicy(policy))];
  },
};

function freeFabrics(snapshot: LabSnapshot, policy: Policy): Fabric[] {
  const taken = mappingsOf(snapshot, policy).map((mapping) => fabricOfId(snapshot, mapping.id));
  return snapshot.vault.fabrics.filter((fabric) => !taken.includes(fabric));
}

export const dissociatePolicy: Operation<{ mapping: string }> = {
  id: 'dissociatePolicy',
  title: () => t('Dissociate Replication Policy'),
  on: ['policy'],
  by: 'azure',
  availability: (snapshot, subject) => {
    const policy = policyOf(snapshot, subject);
    if (policy === undefined) return gone();
    if (mappingsOf(snapshot, policy).length === 0)
      return { because: t('{0} is not associated with a configuration server.', policy.name ?? ''), remedy: t('Nothing to do.') };
    const users = usersOf(snapshot, policy);
    return users === 0 ? true : { because: t('{0} is in use: {1}.', policy.name ?? '', machinesText(users)), remedy: t('Disable their replication first.') };
  },
  steps: ({ snapshot }, [subject]) => [
    {
      kind: 'pick',
      key: 'mapping',
      title: t('Configuration server'),
      placeholder: t('Which association ends?'),
      choices: () =>
        mappingsOf(snapshot, policyOf(snapshot, subject)).map(({ id = '', properties }) => ({ value: id, label: properties?.sourceFabricFriendlyName ?? '' })),
    },
  ],
  calls: (_context, _subjects, { mapping }) => [
    azureCall('replicationProtectionContainerMappings', 'Delete', {
      verb: 'POST',
      resourceId: mapping,
      action: '/remove',
      body: { properties: {} },
    }),
  ],
};

export const deletePolicy: Operation = {
  id: 'deletePolicy',
  title: () => t('Delete Replication Policy'),
  on: ['policy'],
  by: 'azure',
  availability: (snapshot, subject) => {
    const policy = policyOf(snapshot, subject);
    if (policy === undefined) return gone();
    return mappingsOf(snapshot, policy).length === 0
      ? true
      : { because: t('{0} is associated with a configuration server.', policy.name ?? ''), remedy: t('Dissociate it first.') };
  },
  confirmation: ({ snapshot }, [subject]) => ({
    question: t('Delete the replication policy {0}?', required(snapshot, subject).name ?? ''),
    detail: t('No machine uses it.'),
    button: t('Delete'),
  }),
  calls: ({ snapshot }, [subject]) => {
    const id = required(snapshot, subject).id ?? '';
    return [
      azureCall('replicationPolicies', 'Delete', {
        verb: 'DELETE',
        resourceId: id,
        cmdlet: policyCmdlet(id, 'Remove-AzRecoveryServicesAsrPolicy -InputObject $policy'),
      }),
    ];
  },
};
