// What is done to a recovery plan's machines together: drills, failover both ways, commit and re-protection (arm-contract §6.5).
import type { PointChoice } from '../../../replication/recoveryPoint.ts';
import { badRequest } from '../protocol/armError.ts';
import type { Body } from '../protocol/body.ts';
import type { Answer, ArmOperation } from '../protocol/operation.ts';
import { nameIn } from './ids.ts';
import { requirePlan } from './recoveryPlans.ts';
import type { DefineOperation, VaultScope } from './siteRecovery.ts';

const directions = ['PrimaryToRecovery', 'RecoveryToPrimary'] as const;
const longestComments = 1024;
/** Of `useMultiVmSyncPoint`, which is a text: what callers write for yes and no. */
const yes: readonly string[] = ['true', 'yes', 'enable', 'enabled'];
const no: readonly string[] = ['false', 'no', 'disable', 'disabled', ''];

const multiVmChoices = {
  Latest: 'Latest',
  LatestProcessed: 'LatestMultiVm',
  LatestCrashConsistent: 'LatestMultiVm',
  LatestApplicationConsistent: 'LatestMultiVmApplicationConsistent',
} as const satisfies Record<string, PointChoice>;

/** Failback offers the newest point, or the newest application-consistent one, which its own protocol calls a tag (asr-behaviour §5.4). */
const failbackChoices = { LatestTime: 'Latest', LatestTag: 'LatestApplicationConsistent' } as const satisfies Record<string, PointChoice>;

export function recoveryPlanRunOperations(define: DefineOperation): ArmOperation[] {
  return [
    define('ReplicationRecoveryPlans_TestFailover', 'POST P/testFailover', testFailover),
    define('ReplicationRecoveryPlans_TestFailoverCleanup', 'POST P/testFailoverCleanup', (scope) => {
      const comments = scope.call.body.part('properties').optionalText('comments') ?? null;
      if ((comments?.length ?? 0) > longestComments) throw badRequest('InvalidParameter', `properties.comments has at most ${longestComments} characters.`);
      const { name } = requirePlan(scope);
      return scope.accepted(scope.vault.operations.planTestFailoverCleanup(name, comments), { resourcePath: scope.actedOn });
    }),
    define('ReplicationRecoveryPlans_UnplannedFailover', 'POST P/unplannedFailover', unplannedFailover),
    define('ReplicationRecoveryPlans_PlannedFailover', 'POST P/plannedFailover', (scope) =>
      scope.vault.operations.planPlannedFailover(requirePlan(scope).name),
    ),
    define('ReplicationRecoveryPlans_FailoverCommit', 'POST P/failoverCommit', (scope) =>
      scope.accepted(scope.vault.operations.planCommit(requirePlan(scope).name), { resourcePath: scope.actedOn }),
    ),
    define('ReplicationRecoveryPlans_FailoverCancel', 'POST P/failoverCancel', (scope) =>
      scope.accepted(scope.vault.operations.planFailoverCancel(requirePlan(scope).name), { resourcePath: scope.actedOn, until: 'cancelled' }),
    ),
    define('ReplicationRecoveryPlans_Reprotect', 'POST P/reProtect', (scope) =>
      scope.accepted(scope.vault.operations.planReprotect(requirePlan(scope).name), { resourcePath: scope.actedOn }),
    ),
  ];
}

function testFailover(scope: VaultScope): Answer {
  const { name } = requirePlan(scope);
  const input = scope.call.body.part('properties');
  if (directionOf(input) !== 'PrimaryToRecovery') throw badRequest('InvalidFailoverDirection', 'A test failover goes to Azure only: PrimaryToRecovery.');
  const details = providerDetails(input);
  if (details !== undefined && instanceTypeOf(details) !== 'InMageAzureV2')
    throw badRequest('InvalidParameter', 'A test failover takes InMageAzureV2 details.');
  const job = scope.vault.operations.planTestFailover({ planName: name, choice: azureChoice(details), networkName: networkOf(input) });
  return scope.accepted(job, { resourcePath: scope.actedOn });
}

function unplannedFailover(scope: VaultScope): Answer {
  const { name } = requirePlan(scope);
  const input = scope.call.body.part('properties');
  const asked = directionOf(input);
  const source = input.optionalWord('sourceSiteOperations', ['Required', 'NotRequired']);
  if (source === undefined) throw badRequest('InvalidParameter', 'properties.sourceSiteOperations is required: Required or NotRequired.');
  const details = providerDetails(input);
  // An item that replicates back has the site as its recovery side again, so callers write either direction; the details tell.
  const back = details === undefined ? asked === 'RecoveryToPrimary' : instanceTypeOf(details) === 'InMage';
  if (!back && asked === 'RecoveryToPrimary')
    throw badRequest('InvalidFailoverDirection', 'With InMageAzureV2 details a failover goes to Azure: PrimaryToRecovery.');
  const job = scope.vault.operations.planFailover({
    planName: name,
    direction: back ? 'RecoveryToPrimary' : 'PrimaryToRecovery',
    choice: back ? failbackChoice(details) : azureChoice(details),
    performShutdown: source === 'Required',
    // Whoever leaves the source alone by this interface has said so in as many words.
    acknowledgeRunningSource: true,
  });
  return scope.accepted(job, { resourcePath: scope.actedOn });
}

function directionOf(input: Body): (typeof directions)[number] {
  const direction = input.optionalWord('failoverDirection', directions);
  if (direction === undefined) throw badRequest('InvalidParameter', 'properties.failoverDirection is required: PrimaryToRecovery or RecoveryToPrimary.');
  return direction;
}

/** The list has at most one entry. */
function providerDetails(input: Body): Body | undefined {
  const [details, second] = input.parts('providerSpecificDetails');
  if (second !== undefined) throw badRequest('InvalidParameter', 'properties.providerSpecificDetails has at most one entry.');
  return details;
}

function instanceTypeOf(details: Body): 'InMageAzureV2' | 'InMage' {
  const type = details.optionalWord('instanceType', ['InMageAzureV2', 'InMage']);
  if (type === undefined) throw badRequest('InvalidParameter', 'providerSpecificDetails needs an instanceType.');
  return type;
}

function azureChoice(details: Body | undefined): PointChoice {
  const type = details?.optionalWord('recoveryPointType', Object.keys(multiVmChoices) as (keyof typeof multiVmChoices)[]) ?? 'Latest';
  const multiVm = details?.optionalText('useMultiVmSyncPoint')?.toLowerCase() ?? '';
  if (!yes.includes(multiVm) && !no.includes(multiVm)) throw badRequest('InvalidParameter', 'useMultiVmSyncPoint must be "true" or "false".');
  return yes.includes(multiVm) ? multiVmChoices[type] : type;
}

function failbackChoice(details: Body | undefined): PointChoice {
  const type = details?.optionalWord('recoveryPointType', ['LatestTime', 'LatestTag', 'Custom']) ?? 'LatestTime';
  if (type === 'Custom') throw badRequest('InvalidParameter', 'A recovery plan does not take one chosen recovery point: use LatestTime or LatestTag.');
  return failbackChoices[type];
}

function networkOf(input: Body): string | null {
  const type = input.text('networkType').toLowerCase();
  if (type === 'nonetworkattachasinput') return null;
  if (type !== 'vmnetworkasinput')
    throw badRequest('InvalidParameter', 'properties.networkType must be VmNetworkAsInput or NoNetworkAttachAsInput for machines that fail over to Azure.');
  return nameIn(input.text('networkId'));
}
