// The part of a job that differs by its kind: failovers with their points, drills with their network, exports with their document.
import type { JobView } from '../../../../kernel/jobRecord.ts';
import type { RecoveryPoint } from '../../../../replication/recoveryPoint.ts';
import { exportedDocument } from '../../../vault/jobs/exportJobs.ts';
import { armTime } from '../../protocol/armTime.ts';
import type { VaultScope } from '../siteRecovery.ts';
import { scenarioOf } from './names.ts';
import { affectedObjects, itemOf } from './target.ts';

type JobScope = Pick<VaultScope, 'vault' | 'ids' | 'deps'>;

export function jobCustomDetails(scope: JobScope, job: JobView, apiVersion: string): unknown {
  const affectedObjectDetails = affectedObjects(scope, job, apiVersion);
  switch (scenarioOf(job).scenarioName) {
    case 'TestFailover':
      return { instanceType: 'TestFailoverJobDetails', ...drillDetails(scope, job), affectedObjectDetails };
    case 'TestFailoverCleanup':
      return { instanceType: 'TestFailoverJobDetails', ...cleanupDetails(job), affectedObjectDetails };
    case 'UnplannedFailover':
      return {
        instanceType: 'FailoverJobDetails',
        protectedItemDetails: membersOf(scope, job).flatMap((one) => failoverRow(scope, one)),
        affectedObjectDetails,
      };
    case 'SwitchReplicationGroupProtection':
      return { instanceType: 'SwitchProtectionJobDetails', newReplicationProtectedItemId: null, affectedObjectDetails };
    case 'ExportJobs': {
      const document = exportedDocument(job);
      return { instanceType: 'ExportJobDetails', blobUri: document?.url ?? null, sasToken: document?.sasToken ?? null, affectedObjectDetails };
    }
    default:
      return { instanceType: 'AsrJobDetails', affectedObjectDetails };
  }
}

function drillDetails(scope: JobScope, job: JobView): Record<string, unknown> {
  const { networkName = null } = job.input as { networkName?: string | null };
  return {
    testFailoverStatus: 'Active',
    comments: job.comment,
    networkName,
    networkFriendlyName: networkName,
    networkType: networkName === null ? 'NoNetworkAttachAsInput' : 'VmNetworkAsInput',
    protectedItemDetails: membersOf(scope, job).flatMap((one) => drillRow(scope, one, networkName)),
  };
}

/** Of the drill that it ends only what was said about it (V2A session records). */
function cleanupDetails({ input }: JobView): Record<string, unknown> {
  const { comments = null } = input as { comments?: string | null };
  return { testFailoverStatus: null, comments, networkName: null, networkFriendlyName: null, networkType: null, protectedItemDetails: [] };
}

/** A plan's job is about its members' jobs. */
function membersOf({ vault }: JobScope, job: JobView): JobView[] {
  const members = job.memory['memberJobs'] as Readonly<Record<string, string>> | undefined;
  return members === undefined ? [job] : Object.values(members).map((jobId) => vault.jobs.get(jobId));
}

/** Known from the moment when the job has settled on a point. */
function pointOf(job: JobView): RecoveryPoint | undefined {
  return job.memory['point'] as RecoveryPoint | undefined;
}

function failoverRow(scope: JobScope, job: JobView): unknown[] {
  const item = itemOf(scope, job);
  const point = pointOf(job);
  if (item === undefined || point === undefined) return [];
  return [
    {
      name: item.source.machineId,
      friendlyName: item.friendlyName,
      testVmName: null,
      testVmFriendlyName: null,
      networkConnectionStatus: null,
      networkFriendlyName: item.forward.target.networkName,
      subnet: item.forward.target.subnetName,
      recoveryPointId: point.recoveryPointId,
      recoveryPointTime: armTime(point.timeMs),
    },
  ];
}

function drillRow(scope: JobScope, job: JobView, networkName: string | null): unknown[] {
  const item = itemOf(scope, job);
  const point = pointOf(job);
  if (item === undefined || point === undefined) return [];
  const { copy } = item.testFailover;
  return [
    {
      name: item.source.machineId,
      friendlyName: item.friendlyName,
      testVmName: copy?.name ?? null,
      testVmFriendlyName: copy?.name ?? null,
      networkConnectionStatus: networkName === null ? 'NotConnected' : 'Connected',
      networkFriendlyName: networkName,
      subnet: networkName === null ? null : drillSubnet(scope, networkName, item.forward.target.subnetName),
      recoveryPointId: point.recoveryPointId,
      recoveryPointTime: armTime(point.timeMs),
    },
  ];
}

/** The machine's own one, where the network of drills has it; else the first. */
function drillSubnet({ deps }: JobScope, networkName: string, subnetName: string | null): string | null {
  const subnets = [...(deps.networks.subnets(networkName) ?? [])].sort();
  return subnets.find((name) => name === subnetName) ?? subnets[0] ?? null;
}
