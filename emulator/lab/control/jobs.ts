// Control operations on jobs and policies.
import { LabError } from '../../kernel/errors.ts';
import type { JobView } from '../../kernel/jobRecord.ts';
import type { ControlParts } from '../control.ts';
import { configServerId, jobRecord, policyRecord } from './records.ts';
import type { Handlers } from './server.ts';

type Names =
  | 'job.list'
  | 'job.show'
  | 'job.cancel'
  | 'job.resume'
  | 'job.restart'
  | 'policy.list'
  | 'policy.create'
  | 'policy.update'
  | 'policy.associate'
  | 'policy.dissociate'
  | 'policy.remove';

export function jobHandlers(parts: ControlParts): Handlers<Names> {
  const { siteVault, vaults } = parts;
  const operations = () => siteVault.vault.operations;
  const server = (name: string | undefined): string => {
    if (name === undefined) return configServerId(parts);
    const found = siteVault.vault.records.configServers.list().find((one) => one.hostId === name || one.friendlyName === name);
    if (found === undefined) throw new LabError('NotFound', `Configuration server ${name}.`);
    return found.hostId;
  };
  /** A new policy is of use only when it is associated, and so is the one that was made beside it (asr-behaviour §3.2). */
  const associate = (created: JobView, name: string): void => {
    parts.world.kernel.clock.start(`associate ${name}`, async () => {
      const { jobs } = vaults.withJob(created.jobId);
      const end = Promise.withResolvers<void>();
      using _watch = jobs.subscribe((job) => {
        if (job.jobId === created.jobId && job.endMs !== null) end.resolve();
      });
      if (jobs.get(created.jobId).endMs === null) await parts.world.kernel.clock.idle(end.promise);
      for (const policyName of [name, `${name}-failback`])
        if (siteVault.vault.records.policies.get(policyName) !== undefined) operations().associatePolicy(policyName, configServerId(parts));
    });
  };
  return {
    'job.list': async ({ limit }) =>
      siteVault.vault.jobs
        .list()
        .slice(-(limit ?? 50))
        .map(jobRecord),
    'job.show': async ({ jobId }) => jobRecord(vaults.withJob(jobId).jobs.get(jobId)),
    'job.cancel': async ({ jobId }) => jobRecord(vaults.withJob(jobId).jobs.cancel(jobId)),
    'job.resume': async ({ jobId, comment }) => jobRecord(vaults.withJob(jobId).jobs.resumeSuspended(jobId, comment)),
    'job.restart': async ({ jobId }) => jobRecord(vaults.withJob(jobId).jobs.restart(jobId)),
    'policy.list': async () => siteVault.vault.records.policies.list().map((policy) => policyRecord(parts, policy)),
    'policy.create': async (request) => {
      const job = operations().createPolicy(request);
      associate(job, request.name);
      return jobRecord(job);
    },
    'policy.update': async (request) => jobRecord(operations().updatePolicy(request)),
    'policy.associate': async ({ name, configurationServer }) => jobRecord(operations().associatePolicy(name, server(configurationServer))),
    'policy.dissociate': async ({ name, configurationServer }) => jobRecord(operations().dissociatePolicy(name, server(configurationServer))),
    'policy.remove': async ({ name }) => jobRecord(operations().removePolicy(name)),
  };
}
