// How a machine will look in Azure: its name, size, network, subnet and address, until it is failed over.
import type { UpdateReplicationProtectedItemInputProperties, VMNicDetails } from '@azure/arm-recoveryservices-siterecovery';
import type { ReplicationProtectedItem, VirtualNetwork } from '../client/vaultClient.ts';
import { machineSizeText } from '../counts.ts';
import { directionOf, itemOf, nameOf, sameId } from '../model/find.ts';
import { t } from '../texts.ts';
import { addressProblem, machineNameProblem } from './azureNames.ts';
import { idleItem, itemAllows } from './availability.ts';
import { updateCall } from './itemCalls.ts';
import { itemKinds, itemsOf, networkStep, noNetwork } from './itemSubjects.ts';
import { azureDetails, runsInAzure } from './lookups.ts';
import type { Choice, Operation, OperationContext, Step } from './operation.ts';

type PropertyAnswers = {
  name: string;
  size: string;
  network: string;
  testNetwork: string;
  nic: string;
  subnet: string;
  address: string;
};

export const updateProperties: Operation<PropertyAnswers> = {
  id: 'updateProperties',
  title: () => t('Compute and Network'),
  on: itemKinds,
  by: 'azure',
  availability: (snapshot, subject) => {
    const item = itemOf(snapshot, subject);
    if (item === undefined) return itemAllows(undefined, 'TestFailover');
    if (directionOf(item) === 'toSite' && !runsInAzure(item))
      return { because: t('{0} is not protected towards Azure.', nameOf(item)), remedy: t('Commit the failback and re-protect it first.') };
    if (runsInAzure(item))
      return { because: t('{0} runs in Azure already.', nameOf(item)), remedy: t('Change the machine in Azure itself, or fail it back first.') };
    return idleItem(item) ?? true;
  },
  steps: async (context, subjects) => {
    const [listed] = itemsOf(context, subjects);
    // Lists are lighter: cards and sizes come with the item itself.
    const item = listed?.id === undefined ? undefined : await context.lab.vault.protectedItem(listed.id);
    const networks = await context.lab.vault.virtualNetworks();
    return [...machineSteps(context, item, networks), ...cardSteps(item, networks)];
  },
  calls: async (context, subjects, answers) => {
    const [listed] = itemsOf(context, subjects);
    const item = await context.lab.vault.protectedItem(listed?.id ?? '');
    return [updateCall(item, changedProperties(item, answers))];
  },
};

function machineSteps(context: OperationContext, item: ReplicationProtectedItem | undefined, networks: readonly VirtualNetwork[]): Step<PropertyAnswers>[] {
  const details = azureDetails(item);
  return [
    {
      kind: 'text',
      key: 'name',
      title: t('Name in Azure'),
      prompt: t('Name of the machine after a failover'),
      initial: () => details?.recoveryAzureVMName ?? '',
      problem: (text) => machineNameProblem(text, details?.osType),
    },
    {
      kind: 'pick',
      key: 'size',
      title: t('Size'),
      placeholder: t('Size of the machine after a failover'),
      remember: false,
      choices: () => sizeChoices(context, item),
    },
    {
      ...networkStep<PropertyAnswers>(context, {
        placeholder: t('Network after a failover'),
        preferredId: details?.selectedRecoveryAzureNetworkId,
        withNone: t('No network'),
      }),
      remember: false,
    },
    {
      kind: 'pick',
      key: 'testNetwork',
      title: t('Network of test failovers'),
      placeholder: t('Network that a test failover proposes'),
      remember: false,
      choices: () => [
        ...networks.map(({ id, name }) => ({ value: id, label: name })).toSorted((one, other) => isChosen(other.value) - isChosen(one.value)),
        { value: noNetwork, label: t('None') },
      ],
    },
  ];

  function isChosen(id: string): number {
    return Number(sameId(id, details?.selectedTfoAzureNetworkId));
  }
}

/** Of the card that is chosen. */
function cardSteps(item: ReplicationProtectedItem | undefined, networks: readonly VirtualNetwork[]): Step<PropertyAnswers>[] {
  const nics = azureDetails(item)?.vmNics ?? [];
  const nicOf = (id: string | undefined): VMNicDetails | undefined => nics.find(({ nicId }) => nicId === id) ?? nics[0];
  const needed = ({ network }: Partial<PropertyAnswers>): boolean => network !== noNetwork && nics.length > 0;
  return [
    {
      kind: 'pick',
      key: 'nic',
      title: t('Network card'),
      placeholder: t('Which card?'),
      needed,
      choices: () => nics.map(({ nicId = '', vMNetworkName = '' }) => ({ value: nicId, label: nicId, description: vMNetworkName })),
    },
    {
      kind: 'pick',
      key: 'subnet',
      title: t('Subnet'),
      placeholder: t('Subnet of the card after a failover'),
      needed,
      choices: ({ network }) => subnetChoices(networks, network),
    },
    {
      kind: 'text',
      key: 'address',
      title: t('IP address'),
      prompt: t('Address of the card after a failover; empty: the network gives one'),
      needed,
      initial: ({ nic }) => nicOf(nic)?.ipConfigs?.[0]?.recoveryStaticIPAddress ?? '',
      problem: (text, { network, subnet }) =>
        text === '' ? undefined : addressProblem(text, subnetsOf(networks, network).find(({ name }) => name === subnet)?.addressPrefix),
    },
  ];
}

/** Only what is another than before. */
export function changedProperties(item: ReplicationProtectedItem, answers: Partial<PropertyAnswers>): UpdateReplicationProtectedItemInputProperties {
  const details = azureDetails(item);
  const { name, size, nic, subnet, address } = answers;
  const [network, testNetwork] = [answers.network, answers.testNetwork].map((id) => (id === noNetwork ? '' : id));
  const different = (wanted: string | undefined, present: string | undefined): wanted is string => wanted !== undefined && !sameId(wanted, present ?? '');
  return {
    ...(different(name, details?.recoveryAzureVMName) ? { recoveryAzureVMName: name } : {}),
    ...(different(size, details?.recoveryAzureVMSize) ? { recoveryAzureVMSize: size } : {}),
    ...(different(network, details?.selectedRecoveryAzureNetworkId) ? { selectedRecoveryAzureNetworkId: network } : {}),
    ...(different(testNetwork, details?.selectedTfoAzureNetworkId) ? { selectedTfoAzureNetworkId: testNetwork } : {}),
    ...(nic === undefined || subnet === undefined
      ? {}
      : {
          vmNics: [
            {
              nicId: nic,
              selectionType: 'SelectedByUser',
              ipConfigs: [
                { ipConfigName: 'ipConfig1', isPrimary: true, isSeletedForFailover: true, recoverySubnetName: subnet, recoveryStaticIPAddress: address ?? '' },
              ],
            },
          ],
        }),
    providerSpecificDetails: { instanceType: 'InMageAzureV2' },
  };
}

export function subnetsOf(networks: readonly VirtualNetwork[], networkId: string | undefined): VirtualNetwork['subnets'] {
  return networks.find(({ id }) => sameId(id, networkId))?.subnets ?? [];
}

export function subnetChoices(networks: readonly VirtualNetwork[], networkId: string | undefined): Choice[] {
  return subnetsOf(networks, networkId).map(({ name, addressPrefix }) => ({ value: name, label: name, description: addressPrefix }));
}

/** The present one first, then those that fit, then the others with what speaks against them. */
async function sizeChoices({ lab }: OperationContext, item: ReplicationProtectedItem | undefined): Promise<Choice[]> {
  const present = azureDetails(item)?.recoveryAzureVMSize;
  const sizes = await lab.vault.targetSizes(item?.id ?? '');
  const rank = ({ name = '', properties }: (typeof sizes)[number]): number => (name === present ? 0 : (properties?.errors ?? []).length === 0 ? 1 : 2);
  return sizes
    .toSorted((one, other) => rank(one) - rank(other))
    .map((size) => {
      const { cpuCoresCount = 0, memoryInGB = 0, maxDataDiskCount = 0, errors = [], friendlyName } = size.properties ?? {};
      const [problem] = errors;
      return {
        value: size.name ?? '',
        label: friendlyName ?? size.name ?? '',
        description: machineSizeText({ cores: cpuCoresCount, memoryGib: memoryInGB, dataDisks: maxDataDiskCount }),
        ...(typeof problem?.message !== 'string' ? {} : { detail: t('Does not fit: {0}', problem.message) }),
      };
    });
}
