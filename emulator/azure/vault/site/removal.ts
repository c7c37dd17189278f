// A configuration server leaves the vault: in order when it protects nothing, or by a purge with everything that it has here.
import type { JobDefinition, TaskContext, TaskOutcome } from '../../../kernel/jobDefinition.ts';
import { allowedActions, hasEnded, type JobTarget, type JobView } from '../../../kernel/jobRecord.ts';
import { LabError } from '../../../kernel/errors.ts';
import type { VaultContext } from '../context.ts';
import { startPurge } from '../items/purge.ts';
import type { ProtectedItem } from '../items/state.ts';
import { releaseConfigServer } from './registration.ts';
import type { ConfigServerRecord } from './state.ts';

interface RemovalInput {
  readonly configServerId: string;
}

/** @throws LabError NotFound, ConfigServerInUse while it protects machines */
export function startRemoveConfigServer(context: VaultContext, configServerId: string): JobView {
  const server = context.records.configServers.require(configServerId);
  const names = itemsOf(context, configServerId).map((item) => item.friendlyName);
  if (names.length > 0) throw new LabError('ConfigServerInUse', `${server.friendlyName} protects ${names.join(', ')}.`);
  return context.jobs.start('UnregisterFabric', { configServerId } satisfies RemovalInput, { target: targetOf(server) });
}

/** Items go without the site's help, whatever state they are in. @throws LabError NotFound */
export function startPurgeConfigServer(context: VaultContext, configServerId: string): JobView {
  const server = context.records.configServers.require(configServerId);
  return context.jobs.start('PurgeVMM', { configServerId } satisfies RemovalInput, { target: targetOf(server) });
}

/** By the id of its registration: what else goes on with the server would hold up its removal. */
function targetOf(server: ConfigServerRecord): JobTarget {
  return { targetId: server.containerName.replace(/^cloud_/, ''), targetName: server.friendlyName, targetType: 'Server' };
}

function itemsOf(context: VaultContext, configServerId: string): ProtectedItem[] {
  return context.records.items.list().filter((item) => item.configServerId === configServerId);
}

export function removalJobs(context: VaultContext): JobDefinition<RemovalInput>[] {
  return [
    {
      kind: 'UnregisterFabric',
      friendlyName: 'Delete server',
      tasks: () => [{ name: 'UnregisterFabricTask', friendlyName: 'Deleting server', run: ({ input }) => release(context, input) }],
    },
    {
      kind: 'PurgeVMM',
      friendlyName: 'Delete the server',
      cancellable: false,
      tasks: () => [
        {
          name: 'PurgeFabricPreflightChecksTask',
          friendlyName: 'Prerequisites check for deleting the server',
          run: ({ input }) => {
            endSiteJobs(context, input);
            return 'done';
          },
        },
        { name: 'PurgeFabricTask', friendlyName: 'Deleting the server', run: (task) => purge(context, task) },
      ],
    },
  ];
}

function purge(context: VaultContext, task: TaskContext<RemovalInput>): TaskOutcome {
  for (const item of itemsOf(context, task.input.configServerId)) {
    const busy = item.activeJob === null ? undefined : context.jobs.get(item.activeJob.jobId);
    if (busy === undefined) startPurge(context, { itemId: item.itemId });
    else if (busy.kind !== 'PurgeVm' && allowedActions(busy).includes('Cancel')) context.jobs.cancel(busy.jobId);
  }
  const left = itemsOf(context, task.input.configServerId).length;
  return left > 0 ? { wait: `${left} machines are being removed.` } : release(context, task.input);
}

/** What the site was asked and will not answer any more. */
function endSiteJobs(context: VaultContext, { configServerId }: RemovalInput): void {
  for (const job of context.jobs.list())
    if (job.targetId === configServerId && !hasEnded(job) && allowedActions(job).includes('Cancel')) context.jobs.cancel(job.jobId);
}

function release(context: VaultContext, { configServerId }: RemovalInput): TaskOutcome {
  if (context.records.configServers.get(configServerId) === undefined) return 'skipped';
  releaseConfigServer(context, configServerId);
  return 'done';
}
