// Jobs and policies: what the vault is doing, and by which rules it replicates.
import type { Command } from 'commander';
import type { PolicyRequest } from '../../contract/control/policies.ts';
import type { JobRecord, PolicyRecord } from '../../contract/resources.ts';
import { jobText } from '../jobText.ts';
import { onLab, runJob, type Shell } from '../shell.ts';
import { durationText, table, timeText, type Column } from '../texts.ts';
import { parseDuration, parseWholeNumber } from '../values.ts';
import { given } from './protection.ts';

interface PolicyOptions {
  readonly rpoThreshold?: number;
  readonly retention?: number;
  readonly appConsistent?: number;
  readonly multiVm?: boolean;
}

const jobColumns: readonly Column<JobRecord>[] = [
  { title: 'STARTED (UTC)', text: (job) => timeText(job.startedMs) },
  { title: 'JOB', text: (job) => job.friendlyName },
  { title: 'OF', text: (job) => job.subject },
  { title: 'STATE', text: (job) => (job.state === 'Suspended' ? `Suspended (${job.stateDescription})` : job.state) },
  { title: 'ID', text: (job) => job.jobId },
];

const policyColumns: readonly Column<PolicyRecord>[] = [
  { title: 'POLICY', text: (policy) => policy.name },
  { title: 'DIRECTION', text: (policy) => policy.direction },
  { title: 'RPO THRESHOLD', right: true, text: (policy) => durationText(policy.rpoThresholdMs) },
  { title: 'RETENTION', right: true, text: (policy) => durationText(policy.retentionMs) },
  { title: 'APP-CONSISTENT', right: true, text: (policy) => (policy.appConsistentIntervalMs === 0 ? 'off' : durationText(policy.appConsistentIntervalMs)) },
  { title: 'CRASH-CONSISTENT', right: true, text: (policy) => durationText(policy.crashConsistentIntervalMs) },
  { title: 'USED BY', text: (policy) => policy.configurationServers.join(', ') },
];

export function addJobCommands(program: Command, shell: Shell): void {
  const job = program.command('job').description('jobs of the vault: list, show, cancel, resume, restart').helpGroup('Vault:');
  job
    .command('list')
    .description('list the newest jobs')
    .option('--limit <count>', 'at most so many', parseWholeNumber, 20)
    .action(
      onLab<{ limit: number }, []>(shell, async ({ client, output }, { limit }) =>
        output.list(await client.call('job.list', { limit }), jobColumns, 'No job yet.'),
      ),
    );
  job
    .command('show')
    .argument('<job>', 'id of the job')
    .description('show a job with its tasks and errors')
    .action(
      onLab<object, [string]>(shell, async ({ client, output }, _, [jobId]) =>
        output.record(await client.call('job.show', { jobId }), (shown) => `${jobText(shown)}\n${taskTable(shown)}`),
      ),
    );
  const act = (name: string, summary: string): Command =>
    job.command(name).argument('<job>', 'id of the job').description(summary).option('--no-wait', 'do not wait for its end');
  act('cancel', 'cancel a job; a cancelled failover does not bring replication back').action(
    onLab<object, [string]>(shell, async (session, _, [jobId]) => void (await runJob(session, 'job.cancel', { jobId }))),
  );
  act('restart', 'run a failed job again').action(
    onLab<object, [string]>(shell, async (session, _, [jobId]) => void (await runJob(session, 'job.restart', { jobId }))),
  );
  act('resume', 'go on after a manual action')
    .option('--comment <text>', 'kept with the job')
    .action(
      onLab<{ comment?: string }, [string]>(
        shell,
        async (session, { comment }, [jobId]) => void (await runJob(session, 'job.resume', { jobId, ...given({ comment }) })),
      ),
    );
}

export function addPolicyCommands(program: Command, shell: Shell): void {
  const policy = program.command('policy').description('replication policies').helpGroup('Vault:');
  policy
    .command('list')
    .description('list the policies')
    .action(onLab<object, []>(shell, async ({ client, output }) => output.list(await client.call('policy.list', {}), policyColumns, 'No policy yet.')));
  const settings = (name: string, summary: string): Command =>
    policy
      .command(name)
      .argument('<name>', 'name of the policy')
      .description(summary)
      .option('--rpo-threshold <duration>', 'warn when the newest point is older', parseDuration)
      .option('--retention <duration>', 'how far back points are kept', parseDuration)
      .option('--app-consistent <duration>', 'an application-consistent point this often; 0s is off', parseDuration)
      .option('--no-multi-vm', 'refuse replication groups');
  settings('create', 'create a policy and its failback twin, and associate both').action(
    onLab<PolicyOptions, [string]>(shell, async (session, options, [name]) => void (await runJob(session, 'policy.create', policyRequest(name, options)))),
  );
  settings('update', 'change a policy for all machines that use it').action(
    onLab<PolicyOptions, [string]>(shell, async (session, options, [name]) => void (await runJob(session, 'policy.update', policyRequest(name, options)))),
  );
  for (const [verb, summary] of [
    ['associate', 'let a configuration server use a policy'],
    ['dissociate', 'take a policy from a configuration server; no machine may use it'],
  ] as const) {
    policy
      .command(verb)
      .argument('<name>', 'name of the policy')
      .description(summary)
      .option('--config-server <name>', 'default: the only one')
      .action(
        onLab<{ configServer?: string }, [string]>(
          shell,
          async (session, { configServer }, [name]) =>
            void (await runJob(session, `policy.${verb}`, { name, ...given({ configurationServer: configServer }) })),
        ),
      );
  }
  policy
    .command('remove')
    .argument('<name>', 'name of the policy')
    .description('remove a policy that nothing uses')
    .action(onLab<object, [string]>(shell, async (session, _, [name]) => void (await runJob(session, 'policy.remove', { name }))));
}

function policyRequest(name: string, { rpoThreshold, retention, appConsistent, multiVm }: PolicyOptions): PolicyRequest {
  return { name, ...given({ rpoThresholdMs: rpoThreshold, retentionMs: retention, appConsistentIntervalMs: appConsistent, multiVmSync: multiVm }) };
}

function taskTable(job: JobRecord): string {
  return table(job.tasks, [
    { title: 'TASK', text: (task) => task.friendlyName },
    { title: 'STATE', text: (task) => (task.state === 'Other' ? task.stateDescription : task.state) },
    { title: 'STARTED (UTC)', text: (task) => timeText(task.startedMs) },
    { title: 'ENDED (UTC)', text: (task) => timeText(task.endedMs) },
  ]);
}
