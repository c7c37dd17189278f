// Recovery plans: written as a file, run as one.
import type { Command } from 'commander';
import { parse, stringify } from 'yaml';
import type { OperationName } from '../../contract/control.ts';
import type { ReprotectRequest } from '../../contract/control/items.ts';
import type { PlanGroup, PlanRecord } from '../../contract/resources.ts';
import { timeoutMs } from '../../contract/timeout.ts';
import { LabError } from '../../kernel/errors.ts';
import { hasSucceeded } from '../follow.ts';
import { onLab, runJob, type Shell } from '../shell.ts';
import { readInputFile } from '../inputFile.ts';
import type { Column } from '../texts.ts';
import { addReprotect, failoverRequest, given, pointOption, reprotectRequest } from './protection.ts';

const planColumns: readonly Column<PlanRecord>[] = [
  { title: 'PLAN', text: (plan) => plan.name },
  { title: 'START GROUPS', right: true, text: (plan) => String(plan.groups.filter((group) => group.kind === 'Boot').length) },
  { title: 'MACHINES', text: (plan) => plan.groups.flatMap((group) => group.machines).join(', ') },
  { title: 'CAN', text: (plan) => plan.allowedOperations.join(', ') },
];

const example = `
A plan is a YAML or JSON file:

  groups:
    - machines: [db01, db02]
    - machines: [web01]
      before:
        - { name: dns, kind: manual, instruction: Point the name at Azure. }
      after:
        - { name: smoke, kind: script, command: ./smoke-test.sh }
        - { name: mail, kind: runbook, runbook: send-mail }`;

export function addPlanCommands(program: Command, shell: Shell): void {
  const plan = program.command('plan').description('recovery plans: many machines in order, with actions between').helpGroup('Protection:');
  plan
    .command('list')
    .description('list the plans')
    .action(onLab<object, []>(shell, async ({ client, output }) => output.list(await client.call('plan.list', {}), planColumns, 'No recovery plan yet.')));
  plan
    .command('show')
    .argument('<plan>', 'name of the plan')
    .description('print a plan as the file it can be made from')
    .action(
      onLab<object, [string]>(shell, async ({ client, output }, _, [name]) =>
        output.record(await client.call('plan.show', { plan: name }), (shown) => stringify({ name: shown.name, groups: shown.groups }).trimEnd()),
      ),
    );
  plan
    .command('put')
    .argument('<plan>', 'name of the plan')
    .argument('<file>', 'YAML or JSON')
    .description('create a plan, or replace the one of this name')
    .option('--no-wait', 'answer with the job as soon as it has begun')
    .addHelpText('after', example)
    .action(
      onLab<object, [string, string]>(
        shell,
        async (session, _, [name, file]) =>
          void (await runJob(session, 'plan.put', { plan: name, groups: parsePlan((await readInputFile(file)).toString('utf8'), file, name) })),
      ),
    );
  addRuns(plan, shell);
}

function addRuns(plan: Command, shell: Shell): void {
  const verb = (name: string, summary: string): Command =>
    plan.command(name).argument('<plan>', 'name of the plan').description(summary).option('--no-wait', 'answer with the job as soon as it has begun');
  const failover = (name: string, summary: string): Command =>
    verb(name, summary)
      .addOption(pointOption('the points to come up from'))
      .option('--shutdown', 'shut the sources down first')
      .option('--keep-source-running', 'you know that the sources run on beside their copies');
  verb('remove', 'remove a plan; its machines stay protected').action(
    onLab<object, [string]>(shell, async (session, _, [name]) => void (await runJob(session, 'plan.remove', { plan: name }))),
  );
  verb('drill', 'test failover of all machines, then clean up')
    .addOption(pointOption('the points to try'))
    .option('--network <name>', 'network of the test machines')
    .option('--keep', 'leave the test machines running')
    .action(
      onLab<Parameters<typeof failoverRequest>[0] & { network?: string; keep?: true }, [string]>(shell, async (session, { point, network, keep }, [name]) => {
        const tried = await runJob(session, 'plan.testFailover', { plan: name, ...given({ point, network }) });
        if (hasSucceeded(tried) && keep !== true && session.wait) await runJob(session, 'plan.testFailoverCleanup', { plan: name });
      }),
    );
  verb('cleanup', 'clean up after a drill that was kept').action(
    onLab<object, [string]>(shell, async (session, _, [name]) => void (await runJob(session, 'plan.testFailoverCleanup', { plan: name }))),
  );
  for (const [name, operation, summary] of [
    ['failover', 'plan.failover', 'start all machines in Azure, group by group'],
    ['failback', 'plan.failback', 'bring all machines back to the site'],
  ] as const satisfies readonly (readonly [string, OperationName, string])[]) {
    failover(name, summary).action(
      onLab<Parameters<typeof failoverRequest>[0], [string]>(
        shell,
        async (session, options, [subject]) => void (await runJob(session, operation, { plan: subject, ...failoverRequest(options) })),
      ),
    );
  }
  verb('commit', 'commit all machines').action(
    onLab<object, [string]>(shell, async (session, _, [name]) => void (await runJob(session, 'plan.commit', { plan: name }))),
  );
  addReprotect(verb('reprotect', 'replicate all machines in the other direction; the only way for a replication group')).action(
    onLab<ReprotectRequest, [string]>(
      shell,
      async (session, options, [name]) => void (await runJob(session, 'plan.reprotect', { plan: name, ...reprotectRequest(options) })),
    ),
  );
}

/** Groups without `kind` start machines; actions without types and directions always run. @throws LabError InvalidArgument naming the place */
/** @param plan that the file must be of, when it says of which it is */
function parsePlan(text: string, file: string, plan: string): PlanGroup[] {
  const document = parseText(text, file);
  const name = isRecord(document) ? document['name'] : undefined;
  if (typeof name === 'string' && name.toLowerCase() !== plan.toLowerCase())
    throw new LabError('InvalidArgument', `${file}: it is the plan "${name}", not "${plan}".`);
  const groups = isRecord(document) ? document['groups'] : undefined;
  if (!Array.isArray(groups)) throw new LabError('InvalidArgument', `${file}: "groups" must be a list.`);
  return groups.map((group: unknown, place) => {
    if (!isRecord(group)) throw new LabError('InvalidArgument', `${file}: group ${place + 1} is not a mapping.`);
    const { kind = 'Boot', machines = [], before = [], after = [], ...unknown } = group;
    const [surplus] = Object.keys(unknown);
    if (surplus !== undefined) throw new LabError('InvalidArgument', `${file}: group ${place + 1} has an unknown field "${surplus}".`);
    if (kind !== 'Boot' && kind !== 'Failover' && kind !== 'Shutdown')
      throw new LabError('InvalidArgument', `${file}: group ${place + 1} is of kind "${String(kind)}"; Shutdown, Failover and Boot exist.`);
    if (!Array.isArray(machines) || !machines.every((machine) => typeof machine === 'string'))
      throw new LabError('InvalidArgument', `${file}: machines of group ${place + 1} must be a list of names.`);
    return {
      kind,
      machines,
      before: parseActions(before, `${file}: group ${place + 1}, before`),
      after: parseActions(after, `${file}: group ${place + 1}, after`),
    };
  });
}

/** What an action of a kind cannot do without. */
const neededFields: Readonly<Record<string, string>> = { manual: 'instruction', script: 'command', runbook: 'runbook' };

function parseActions(actions: unknown, place: string): PlanGroup['before'] {
  if (!Array.isArray(actions)) throw new LabError('InvalidArgument', `${place}: must be a list of actions.`);
  return actions.map((action: unknown) => {
    if (!isRecord(action) || typeof action['name'] !== 'string') throw new LabError('InvalidArgument', `${place}: each action needs a name.`);
    const { name, kind } = action;
    const needed = typeof kind === 'string' && Object.hasOwn(neededFields, kind) ? neededFields[kind] : undefined;
    if (needed === undefined) throw new LabError('InvalidArgument', `${place}: action ${name} must be of kind manual, script or runbook.`);
    if (typeof action[needed] !== 'string') throw new LabError('InvalidArgument', `${place}: action ${name} needs "${needed}".`);
    return {
      failoverTypes: ['test', 'unplanned'],
      failoverDirections: ['PrimaryToRecovery', 'RecoveryToPrimary'],
      ...action,
      ...(action['timeout'] === undefined ? {} : { timeoutMs: parseTimeout(action['timeout'], `${place}: action ${name}`) }),
    } as unknown as PlanGroup['before'][number];
  });
}

/** In the words of Azure, as files of VS Code have it. */
function parseTimeout(timeout: unknown, place: string): number {
  const milliseconds = timeoutMs(String(timeout));
  if (milliseconds === undefined) throw new LabError('InvalidArgument', `${place}: "${String(timeout)}" is no time-out; write it as PT30M or 00:30:00.`);
  return milliseconds;
}

function parseText(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new LabError('InvalidArgument', `${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
