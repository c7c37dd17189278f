// Control operations on protected items: from enabling replication to failback.
import type { EnableRequest } from '../../contract/control/items.ts';
import { LabError } from '../../kernel/errors.ts';
import type { JobView } from '../../kernel/jobRecord.ts';
import type { ControlParts } from '../control.ts';
import { networkName, pointChoice, policyName, processServerId, reprotectChoice, siteOf } from './choices.ts';
import { configServerId, itemRecord, jobRecord, pointRecords, requireItem } from './records.ts';
import type { Handlers } from './server.ts';

type Names =
  | 'item.enable'
  | 'item.disable'
  | 'item.show'
  | 'item.points'
  | 'item.resync'
  | 'item.switchProcessServer'
  | 'item.testFailover'
  | 'item.testFailoverCleanup'
  | 'item.failover'
  | 'item.plannedFailover'
  | 'item.changePoint'
  | 'item.commit'
  | 'item.completeMigration'
  | 'item.reprotect'
  | 'item.failback';

export function itemHandlers(parts: ControlParts): Handlers<Names> {
  const { siteVault } = parts;
  const operations = () => siteVault.vault.operations;
  const failover: Handlers<'item.failover'>['item.failover'] = async ({ machine, point, shutdown, acknowledgeRunningSource }) =>
    jobRecord(
      operations().unplannedFailover({
        itemId: requireItem(parts, machine).itemId,
        choice: pointChoice(point),
        performShutdown: shutdown ?? false,
        acknowledgeRunningSource: acknowledgeRunningSource ?? false,
      }),
    );
  return {
    'item.enable': async (request) => jobRecord(enable(parts, request)),
    'item.disable': async ({ machine }) => jobRecord(operations().disableReplication(requireItem(parts, machine).itemId)),
    'item.show': async ({ machine }) => itemRecord(parts, requireItem(parts, machine)),
    'item.points': async ({ machine }) => pointRecords(siteVault.vault.recoveryPoints(requireItem(parts, machine).itemId)),
    'item.resync': async ({ machine }) => jobRecord(operations().resynchronize(requireItem(parts, machine).itemId, { force: true })),
    'item.switchProcessServer': async ({ machine, processServer }) =>
      jobRecord(operations().changeProcessServer([requireItem(parts, machine).itemId], processServerId(parts, processServer, false))),
    'item.testFailover': async ({ machine, point, network }) =>
      jobRecord(
        operations().testFailover({
          itemId: requireItem(parts, machine).itemId,
          choice: pointChoice(point),
          networkName: networkName(parts, network, 'drill'),
        }),
      ),
    'item.testFailoverCleanup': async ({ machine, notes }) => jobRecord(operations().testFailoverCleanup(requireItem(parts, machine).itemId, notes ?? null)),
    'item.failover': async (request) => {
      const item = requireItem(parts, request.machine);
      if (item.direction === 'reverse') throw new LabError('OperationNotAllowed', `${item.friendlyName} runs in Azure: what brings it home is failback.`);
      return failover(request);
    },
    'item.plannedFailover': async ({ machine }) => operations().plannedFailover(requireItem(parts, machine).itemId),
    'item.changePoint': async ({ machine, point }) =>
      jobRecord(operations().applyRecoveryPoint({ itemId: requireItem(parts, machine).itemId, choice: pointChoice(point) })),
    'item.commit': async ({ machine }) => jobRecord(operations().commit(requireItem(parts, machine).itemId)),
    'item.completeMigration': async ({ machine }) => jobRecord(operations().completeMigration(requireItem(parts, machine).itemId)),
    'item.reprotect': async ({ machine, ...request }) => {
      const item = requireItem(parts, machine);
      return jobRecord(operations().reprotect({ itemId: item.itemId, ...reprotectChoice(parts, item, request) }));
    },
    'item.failback': async (request) => {
      const item = requireItem(parts, request.machine);
      if (item.direction === 'forward') throw new LabError('OperationNotAllowed', `${item.friendlyName} is not re-protected towards the site.`);
      return failover(request);
    },
  };
}

function enable(parts: ControlParts, request: EnableRequest): JobView {
  const { world, siteVault, disks, accounts } = parts;
  const { definition } = disks.find(request.machine, 'onPremises');
  const server = siteOf(parts);
  const installed = world.guests.service(definition.machineId) !== undefined;
  const wanted = request.account ?? (installed ? undefined : definition.osType);
  const account = server.status?.accounts.find((one) => one.accountName === wanted || one.accountId === wanted);
  if (wanted !== undefined && account === undefined) throw new LabError('NotFound', `Account ${wanted}.`);
  return siteVault.vault.operations.enableReplication({
    configServerId: configServerId(parts),
    machineId: definition.machineId,
    policyName: policyName(parts, request.policy),
    processServerId: processServerId(parts, request.processServer, false),
    accountId: account?.accountId ?? null,
    storageAccount: accounts.target,
    logStorageAccount: accounts.log,
    networkName: networkName(parts, request.network, 'recovery'),
    ...(request.subnet === undefined ? {} : { subnetName: request.subnet }),
    ...(request.azureName === undefined ? {} : { azureMachineName: request.azureName }),
    ...(request.azureSize === undefined ? {} : { azureMachineSize: request.azureSize }),
    ...(request.group === undefined ? {} : { groupName: request.group }),
    disksToExclude: (request.disksToExclude ?? []).map((disk) => disks.diskOf(definition, disk).diskId),
  });
}
