// Enable replication: the portal's steps as questions, for one machine or for several alike (asr-behaviour §4.1).
import type {
  InMageAzureV2EnableProtectionInput,
  InMageAzureV2PolicyDetails,
  InMageDiskDetails,
  VMwareVirtualMachineDetails,
} from '@azure/arm-recoveryservices-siterecovery';
import type { Fabric, Policy, ProtectableItem } from '../client/vaultClient.ts';
import { ExtensionError } from '../lab/labError.ts';
import { byId, sameId } from '../model/find.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import type { Subject } from '../tree/node.ts';
import { t } from '../texts.ts';
import { azureCall, type AzureCall } from './azureCall.ts';
import { machineNameProblem } from './azureNames.ts';
import { subnetChoices } from './itemProperties.ts';
import { networkStep, noNetwork } from './itemSubjects.ts';
import { azureDetails, containerId, fabricOfId, lastName, labMachineOf, protectableOf, vmware } from './lookups.ts';
import type { Availability, Choice, Operation, OperationContext, PickStep, Step } from './operation.ts';
import { machineSizeText, machinesText } from '../counts.ts';

type EnableAnswers = {
  policy: string;
  processServer: string;
  account: string;
  network: string;
  subnet: string;
  name: string;
  size: string;
  storage: string;
  excluded: readonly string[];
  group: string;
  newGroup: string;
};

const automatic = '';
const alone = 'alone';
const newGroup = 'new';
const eachFitting = 'fitting';

export const enableReplication: Operation<EnableAnswers> = {
  id: 'enableReplication',
  title: () => t('Enable Replication'),
  on: ['machine'],
  many: true,
  by: 'azure',
  availability,
  steps: (context, subjects) => {
    const machines = machinesOf(context, subjects);
    const fabric = fabricOfAll(context.snapshot, machines);
    const [machine] = machines;
    const single = machines.length === 1 ? machine : undefined;
    return [
      policyStep(context.snapshot, fabric),
      processServerStep(fabric),
      accountStep(fabric, machines),
      networkStep(context, { placeholder: t('Network of the machines after a failover'), withNone: t('No network yet') }),
      {
        kind: 'pick',
        key: 'subnet',
        title: t('Subnet'),
        placeholder: t('Subnet of the machines after a failover'),
        needed: ({ network }) => network !== noNetwork,
        choices: async ({ network }) => subnetChoices(await context.lab.vault.virtualNetworks(), network),
      },
      sizeStep(context),
      {
        kind: 'text',
        key: 'name',
        title: t('Name in Azure'),
        prompt: t('Name of the machine after a failover'),
        needed: () => single !== undefined,
        initial: () => azureNameOf(single?.properties?.friendlyName ?? ''),
        problem: (text) => machineNameProblem(text, details(single)?.osType),
      },
      storageStep(context),
      disksStep(context.snapshot, single),
      ...groupSteps(context.snapshot, fabric),
    ];
  },
  calls: (context, subjects, answers) => machinesOf(context, subjects).map((machine) => enableCall(context.snapshot, machine, answers)),
};

function availability(snapshot: LabSnapshot, subject: Subject | undefined): Availability {
  const machine = protectableOf(snapshot, subject);
  if (machine === undefined)
    return { because: t('The configuration server does not know this machine.'), remedy: t('Refresh the configuration server, or add the physical server.') };
  const name = machine.properties?.friendlyName ?? '';
  if (machine.properties?.protectionStatus === 'Protected') return { because: t('{0} is protected already.', name), remedy: t('Nothing to do.') };
  const [problem] = machine.properties?.protectionReadinessErrors ?? [];
  if (problem !== undefined) return { because: problem, remedy: t('Remove this obstacle at {0}, then refresh the configuration server.', name) };
  if (policiesFor(snapshot, fabricOfId(snapshot, machine.id)).length === 0)
    return { because: t('No replication policy is associated with the configuration server.'), remedy: t('Create a replication policy first.') };
  return true;
}

/** @throws ExtensionError MachineGone */
function machinesOf({ snapshot }: OperationContext, subjects: readonly Subject[]): ProtectableItem[] {
  return subjects.map((subject) => {
    const machine = protectableOf(snapshot, subject);
    if (machine === undefined) throw new ExtensionError('MachineGone', t('The configuration server does not know this machine any more.'));
    return machine;
  });
}

/** @throws ExtensionError MixedFabrics */
function fabricOfAll(snapshot: LabSnapshot, machines: readonly ProtectableItem[]): Fabric | undefined {
  const fabrics = new Set(machines.map((machine) => fabricOfId(snapshot, machine.id)));
  if (fabrics.size > 1)
    throw new ExtensionError('MixedFabrics', t('These machines belong to several configuration servers.'), {
      recommendedAction: t('Enable replication for those of one configuration server at a time.'),
    });
  return [...fabrics][0];
}

/** Policies to Azure that are associated with the configuration server. */
function policiesFor({ vault }: LabSnapshot, fabric: Fabric | undefined): Policy[] {
  const mapped = vault.mappings.filter((mapping) => mapping.id?.toLowerCase().startsWith(`${fabric?.id?.toLowerCase() ?? ''}/`));
  return vault.policies.filter(
    (policy) =>
      policy.properties?.providerSpecificDetails?.instanceType === 'InMageAzureV2' && mapped.some((mapping) => sameId(mapping.properties?.policyId, policy.id)),
  );
}

function policyStep(snapshot: LabSnapshot, fabric: Fabric | undefined): PickStep<EnableAnswers> {
  return {
    kind: 'pick',
    key: 'policy',
    title: t('Replication policy'),
    placeholder: t('How often are recovery points made, and how long are they kept?'),
    none: { because: t('No replication policy is associated with the configuration server.'), remedy: t('Create a replication policy first.') },
    choices: () => policiesFor(snapshot, fabric).map((policy) => ({ value: policy.id ?? '', label: policy.name ?? '', description: policyText(policy) })),
  };
}

function policyText(policy: Policy): string {
  const settings = policy.properties?.providerSpecificDetails;
  const { recoveryPointHistory = 0, appConsistentFrequencyInMinutes = 0 } = (settings ?? {}) as Partial<InMageAzureV2PolicyDetails>;
  const hours = Math.round(recoveryPointHistory / 60);
  return appConsistentFrequencyInMinutes === 0
    ? t('keeps {0} h, no app-consistent points', hours)
    : t('keeps {0} h, app-consistent every {1} min', hours, appConsistentFrequencyInMinutes);
}

function processServerStep(fabric: Fabric | undefined): PickStep<EnableAnswers> {
  return {
    kind: 'pick',
    key: 'processServer',
    title: t('Process server'),
    placeholder: t('Which server receives, compresses and encrypts the data?'),
    none: { because: t('No process server is registered.'), remedy: t('Register one with the configuration server.') },
    choices: () =>
      (vmware(fabric)?.processServers ?? []).map(({ id = '', friendlyName = '', ipAddress = '', health }) => ({
        value: id,
        label: friendlyName,
        description: [ipAddress, health ?? ''].filter((text) => text !== '').join(' · '),
      })),
  };
}

function accountStep(fabric: Fabric | undefined, machines: readonly ProtectableItem[]): PickStep<EnableAnswers> {
  const accounts = vmware(fabric)?.runAsAccounts ?? [];
  return {
    kind: 'pick',
    key: 'account',
    title: t('Account'),
    placeholder: t('Which account installs the Mobility service?'),
    // Installed by hand, nobody has to sign in.
    needed: () => accounts.length > 0 && machines.some((machine) => details(machine)?.agentInstalled !== 'Installed'),
    choices: () => {
      const named = accounts.map(({ accountId = '', accountName = '' }) => ({ value: accountId, label: accountName }));
      const fitting = machines.map((machine) => fittingAccount(fabric, machine));
      const several = new Set(fitting).size > 1;
      if (fitting.some((account) => account === undefined)) return named;
      if (several) return [{ value: eachFitting, label: t('The one named after the operating system'), description: t('of each machine') }, ...named];
      return named.toSorted((one, other) => Number(other.value === fitting[0]) - Number(one.value === fitting[0]));
    },
  };
}

/** Accounts are mostly named after the systems that they open. @returns id of the account */
function fittingAccount(fabric: Fabric | undefined, machine: ProtectableItem): string | undefined {
  const osType = details(machine)?.osType?.toLowerCase() ?? '';
  return vmware(fabric)?.runAsAccounts?.find(({ accountName = '' }) => osType !== '' && accountName.toLowerCase().includes(osType))?.accountId;
}

function sizeStep({ lab }: OperationContext): PickStep<EnableAnswers> {
  return {
    kind: 'pick',
    key: 'size',
    title: t('Size'),
    placeholder: t('Size of the machines after a failover'),
    choices: async ({ network }) => {
      const networks = await lab.vault.virtualNetworks();
      const location = (networks.find(({ id }) => id === network) ?? networks[0])?.location;
      const sizes = location === undefined ? [] : await lab.vault.machineSizes(location);
      return [
        { value: automatic, label: t('The one that fits best'), description: t('chosen by the service') },
        ...sizes.map(({ name, numberOfCores, memoryInMB, maxDataDiskCount }) => ({
          value: name,
          label: name,
          description: machineSizeText({ cores: numberOfCores, memoryGib: memoryInMB / 1024, dataDisks: maxDataDiskCount }),
        })),
      ];
    },
  };
}

function storageStep({ lab }: OperationContext): PickStep<EnableAnswers> {
  return {
    kind: 'pick',
    key: 'storage',
    title: t('Storage'),
    placeholder: t('Which storage account takes the log before it becomes managed disks?'),
    none: { because: t('There is no storage account.'), remedy: t('Create one in the region of the vault.') },
    choices: async () =>
      (await lab.vault.storageAccounts()).map(({ id, name }) => ({ value: id, label: name, description: t('managed disks, log in this account') })),
  };
}

function disksStep(snapshot: LabSnapshot, machine: ProtectableItem | undefined): PickStep<EnableAnswers> {
  const disks = machine === undefined ? [] : disksOf(snapshot, machine);
  return {
    kind: 'pick',
    key: 'excluded',
    many: true,
    title: t('Disks to exclude'),
    placeholder: t('Choose the disks that are not replicated, or none'),
    remember: false,
    needed: () => disks.some(({ diskType }) => diskType !== 'OperatingSystem'),
    choices: () =>
      disks
        .filter(({ diskType }) => diskType !== 'OperatingSystem')
        .map(({ diskId = '', diskName = '', diskSizeInMB = '0' }) => ({
          value: diskId,
          label: diskName,
          description: t('{0} GiB', (Number(diskSizeInMB) / 1024).toFixed(1)),
        })),
  };
}

/** What the Mobility service has seen, or before it is there, what vCenter says. */
function disksOf(snapshot: LabSnapshot, machine: ProtectableItem): readonly InMageDiskDetails[] {
  const seen = details(machine)?.diskDetails ?? [];
  if (seen.length > 0) return seen;
  const record = labMachineOf(snapshot, { kind: 'machine', machineId: machine.name ?? '' });
  return (record?.disks ?? []).map(({ diskId, name, sizeBytes, osDisk }) => ({
    diskId,
    diskName: name,
    diskSizeInMB: String(Math.floor(sizeBytes / 2 ** 20)),
    diskType: osDisk ? 'OperatingSystem' : 'Data',
  }));
}

function groupSteps(snapshot: LabSnapshot, fabric: Fabric | undefined): Step<EnableAnswers>[] {
  const ours = snapshot.vault.items.filter((item) => fabricOfId(snapshot, item.id) === fabric);
  const named = ours.map(azureDetails).filter((item) => item?.multiVmGroupName !== undefined && item.multiVmGroupName !== item.multiVmGroupId);
  const groups = Map.groupBy(named, (item) => item?.multiVmGroupName ?? '');
  return [
    {
      kind: 'pick',
      key: 'group',
      title: t('Replication group'),
      placeholder: t('Machines of a group share recovery points; a group can only be chosen now'),
      choices: (): Choice[] => [
        { value: alone, label: t('None'), description: t('each machine has recovery points of its own') },
        ...[...groups].map(([name, members]) => ({ value: `group:${name}`, label: name, description: machinesText(members.length) })),
        { value: newGroup, label: t('New group…') },
      ],
    },
    {
      kind: 'text',
      key: 'newGroup',
      title: t('Name of the group'),
      prompt: t('Machines that keep one set of books together are one group'),
      needed: ({ group }) => group === newGroup,
      problem: (text) => (/^[\w][\w .-]{0,62}$/.test(text) ? undefined : t('1 to 63 letters, digits, spaces, dots and hyphens.')),
    },
  ];
}

export function enableCall(snapshot: LabSnapshot, machine: ProtectableItem, answers: EnableAnswers): AzureCall {
  const fabric = fabricOfId(snapshot, machine.id);
  const group = answers.group === newGroup ? answers.newGroup : answers.group.startsWith('group:') ? answers.group.slice('group:'.length) : undefined;
  const excluded = answers.excluded ?? [];
  const account = answers.account === eachFitting ? fittingAccount(fabric, machine) : answers.account;
  const included = disksOf(snapshot, machine).filter(({ diskId = '' }) => !excluded.includes(diskId));
  const input: InMageAzureV2EnableProtectionInput = {
    instanceType: 'InMageAzureV2',
    processServerId: answers.processServer,
    logStorageAccountId: answers.storage,
    ...(account === undefined ? {} : { runAsAccountId: account }),
    ...(answers.network === noNetwork ? {} : { targetAzureNetworkId: answers.network, targetAzureSubnetId: answers.subnet }),
    ...(answers.size === automatic ? {} : { targetVmSize: answers.size }),
    ...(answers.name === undefined ? {} : { targetAzureVmName: answers.name }),
    ...(group === undefined ? {} : { multiVmGroupName: group }),
    ...(excluded.length === 0 ? {} : { disksToInclude: included.map(({ diskId = '' }) => ({ diskId, logStorageAccountId: answers.storage })) }),
  };
  return azureCall('replicationProtectedItems', 'Create', {
    verb: 'PUT',
    resourceId: `${fabric === undefined ? '' : containerId(fabric)}/replicationProtectedItems/${lastName(machine.id)}`,
    body: {
      properties: {
        policyId: byId(snapshot.vault.policies, answers.policy)?.id ?? answers.policy,
        protectableItemId: machine.id ?? '',
        providerSpecificDetails: input,
      },
    },
  });
}

/** What Azure takes of a machine's name; the person may change it. */
function azureNameOf(name: string): string {
  return name
    .replaceAll(/[^A-Za-z0-9-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 15)
    .replace(/-+$/, '');
}

function details(machine: ProtectableItem | undefined): VMwareVirtualMachineDetails | undefined {
  const found = machine?.properties?.customDetails;
  return found?.instanceType === 'VMwareVirtualMachine' ? (found as VMwareVirtualMachineDetails) : undefined;
}
