// The site's servers: refresh, vCenters, physical servers, process servers, certificates.
import { ExtensionError } from '../lab/labError.ts';
import type { Fabric, VCenter } from '../client/vaultClient.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import type { Subject } from '../tree/node.ts';
import { t } from '../texts.ts';
import { azureCall } from './azureCall.ts';
import { addressProblem, numberProblem, resourceNameProblem } from './azureNames.ts';
import { containerId, fabricOf, processServerOf, vCenterOf, vmware } from './lookups.ts';
import type { Availability, Operation, PickStep } from './operation.ts';

function fabricExists(snapshot: LabSnapshot, subject: Subject | undefined): Availability {
  return fabricOf(snapshot, subject) === undefined
    ? { because: t('No configuration server is registered.'), remedy: t('Register one with the vault first.') }
    : true;
}

/** @throws ExtensionError FabricGone */
function requiredFabric(snapshot: LabSnapshot, subject: Subject | undefined): Fabric {
  const fabric = fabricOf(snapshot, subject);
  if (fabric === undefined) throw new ExtensionError('FabricGone', t('There is no such configuration server any more.'));
  return fabric;
}

export const refreshServer: Operation = {
  id: 'refreshServer',
  title: () => t('Refresh Server'),
  on: ['fabric'],
  by: 'azure',
  availability: fabricExists,
  calls: ({ snapshot }, [subject]) => {
    const fabric = requiredFabric(snapshot, subject);
    return [
      azureCall('replicationRecoveryServicesProviders', 'RefreshProvider', {
        verb: 'POST',
        resourceId: `${fabric.id ?? ''}/replicationRecoveryServicesProviders/${fabric.properties?.internalIdentifier ?? ''}`,
        action: '/refreshProvider',
      }),
    ];
  },
};

export const renewCertificate: Operation = {
  id: 'renewCertificate',
  title: () => t('Renew Certificates'),
  on: ['fabric'],
  by: 'azure',
  availability: fabricExists,
  calls: ({ snapshot }, [subject]) => [
    azureCall('replicationFabrics', 'RenewCertificate', {
      verb: 'POST',
      resourceId: requiredFabric(snapshot, subject).id ?? '',
      action: '/renewCertificate',
      body: { properties: { renewCertificateType: 'Cloud' } },
    }),
  ],
};

export const addVCenter: Operation<{ name: string; address: string; port: string; processServer: string; account: string }> = {
  id: 'addVCenter',
  title: () => t('Add vCenter Server'),
  on: ['fabric'],
  by: 'azure',
  availability: fabricExists,
  steps: ({ snapshot }, [subject]) => {
    const fabric = requiredFabric(snapshot, subject);
    return [
      {
        kind: 'text',
        key: 'name',
        title: t('Name'),
        prompt: t('Name under which the vault shows it'),
        problem: (text) =>
          resourceNameProblem(
            text,
            snapshot.vault.vCenters.map(({ name }) => name),
          ),
      },
      {
        kind: 'text',
        key: 'address',
        title: t('Address'),
        prompt: t('Name or IPv4 address of the vCenter server'),
        problem: (text) => (/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text) ? undefined : t('A host name or an IPv4 address.')),
      },
      {
        kind: 'text',
        key: 'port',
        title: t('Port'),
        prompt: t('Port of its web services'),
        initial: () => '443',
        problem: (text) => numberProblem(text, { least: 1, most: 65_535 }),
      },
      {
        kind: 'pick',
        key: 'processServer',
        title: t('Process server'),
        placeholder: t('Which process server discovers its machines?'),
        choices: () => (vmware(fabric)?.processServers ?? []).map(({ id = '', friendlyName = '' }) => ({ value: id, label: friendlyName })),
      },
      {
        kind: 'pick',
        key: 'account',
        title: t('Account'),
        placeholder: t('Which account signs in to vCenter?'),
        none: { because: t('The configuration server has no account.'), remedy: t('Add one with its set-up tool.') },
        choices: () => (vmware(fabric)?.runAsAccounts ?? []).map(({ accountId = '', accountName = '' }) => ({ value: accountId, label: accountName })),
      },
    ];
  },
  calls: ({ snapshot }, [subject], { name, address, port, processServer, account }) => [
    azureCall('replicationvCenters', 'Create', {
      verb: 'PUT',
      resourceId: `${requiredFabric(snapshot, subject).id ?? ''}/replicationvCenters/${name}`,
      body: { properties: { friendlyName: name, ipAddress: address, port, processServerId: processServer, runAsAccountId: account } },
    }),
  ],
};

export const removeVCenter: Operation = {
  id: 'removeVCenter',
  title: () => t('Remove vCenter Server'),
  on: ['vCenter'],
  by: 'azure',
  availability: (snapshot, subject) =>
    vCenterOf(snapshot, subject) === undefined ? { because: t('There is no such vCenter server.'), remedy: t('Choose another.') } : true,
  confirmation: ({ snapshot }, [subject]) => ({
    question: t('Remove {0} from the vault?', requiredVCenter(snapshot, subject).properties?.friendlyName ?? ''),
    detail: t('Its machines are no longer discovered. The vCenter server itself is left as it is.'),
    button: t('Remove'),
  }),
  calls: ({ snapshot }, [subject]) => [azureCall('replicationvCenters', 'Delete', { verb: 'DELETE', resourceId: requiredVCenter(snapshot, subject).id ?? '' })],
};

/** @throws ExtensionError VCenterGone */
function requiredVCenter(snapshot: LabSnapshot, subject: Subject | undefined): VCenter {
  const vCenter = vCenterOf(snapshot, subject);
  if (vCenter === undefined) throw new ExtensionError('VCenterGone', t('There is no such vCenter server.'));
  return vCenter;
}

export const addPhysicalServer: Operation<{ name: string; address: string; osType: string }> = {
  id: 'addPhysicalServer',
  title: () => t('Add Physical Server'),
  on: ['fabric'],
  by: 'azure',
  availability: fabricExists,
  steps: () => [
    {
      kind: 'text',
      key: 'name',
      title: t('Name'),
      prompt: t('Name of the server'),
      problem: (text) => (text.trim() === '' ? t('A name is needed.') : undefined),
    },
    {
      kind: 'text',
      key: 'address',
      title: t('IP address'),
      prompt: t('Address at which the process server finds it'),
      problem: (text) => addressProblem(text),
    },
    {
      kind: 'pick',
      key: 'osType',
      title: t('Operating system'),
      placeholder: t('Which operating system?'),
      choices: () => [
        { value: 'Windows', label: 'Windows' },
        { value: 'Linux', label: 'Linux' },
      ],
    },
  ],
  calls: ({ snapshot }, [subject], { name, address, osType }) => [
    azureCall('replicationProtectionContainers', 'DiscoverProtectableItem', {
      verb: 'POST',
      resourceId: containerId(requiredFabric(snapshot, subject)),
      action: '/discoverProtectableItem',
      body: { properties: { friendlyName: name, ipAddress: address, osType } },
    }),
  ],
};

export const switchProcessServer: Operation<{ target: string }> = {
  id: 'switchProcessServer',
  title: () => t('Switch Process Server'),
  on: ['processServer'],
  by: 'azure',
  availability: (snapshot, subject) => {
    const server = processServerOf(snapshot, subject);
    if (server === undefined) return { because: t('There is no such process server.'), remedy: t('Choose another.') };
    if (Number(server.machineCount ?? 0) === 0) return { because: t('No machine uses {0}.', server.friendlyName ?? ''), remedy: t('Nothing to do.') };
    return othersThan(snapshot, subject).length > 0
      ? true
      : { because: t('There is no other process server.'), remedy: t('Register one with the configuration server.') };
  },
  steps: ({ snapshot }, [subject]) => [targetStep(snapshot, subject)],
  confirmation: ({ snapshot }, [subject], { target }) => ({
    question: t(
      'Move all machines of {0} to {1}?',
      processServerOf(snapshot, subject)?.friendlyName ?? '',
      othersThan(snapshot, subject).find(({ value }) => value === target)?.label ?? '',
    ),
    detail: t('What the old server has not sent yet is sent again by the machines; their RPO grows meanwhile.'),
    button: t('Switch'),
  }),
  calls: ({ snapshot }, [subject], { target }) => {
    const fabric = requiredFabric(snapshot, subject);
    return [
      azureCall('replicationFabrics', 'ReassociateGateway', {
        verb: 'POST',
        resourceId: fabric.id ?? '',
        action: '/reassociateGateway',
        body: {
          properties: {
            containerName: `cloud_${fabric.properties?.internalIdentifier ?? ''}`,
            sourceProcessServerId: processServerOf(snapshot, subject)?.id ?? '',
            targetProcessServerId: target,
            vmsToMigrate: [],
            updateType: 'SystemLevel',
          },
        },
      }),
    ];
  },
};

function targetStep(snapshot: LabSnapshot, subject: Subject | undefined): PickStep<{ target: string }> {
  return {
    kind: 'pick',
    key: 'target',
    title: t('Process server'),
    placeholder: t('Which process server takes over?'),
    choices: () => othersThan(snapshot, subject),
  };
}

function othersThan(snapshot: LabSnapshot, subject: Subject | undefined): { value: string; label: string; description: string }[] {
  const server = processServerOf(snapshot, subject);
  return (vmware(fabricOf(snapshot, subject))?.processServers ?? [])
    .filter(({ id }) => id !== server?.id)
    .map(({ id = '', friendlyName = '', ipAddress = '' }) => ({ value: id, label: friendlyName, description: ipAddress }));
}
