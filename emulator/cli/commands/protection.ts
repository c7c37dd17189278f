// The life of a protected machine: enable, drill, fail over, commit, re-protect, fail back, disable.
import { Option, type Command } from 'commander';
import type { EnableRequest, PointChoice, ReprotectRequest } from '../../contract/control/items.ts';
import type { ItemRecord, RecoveryPointRecord } from '../../contract/resources.ts';
import { Feed, followItem, hasSucceeded, showCopy } from '../follow.ts';
import { isPaused, stepUntil } from '../labTime.ts';
import { onLab, runJob, type Session, type Shell } from '../shell.ts';
import { timeText, type Column } from '../texts.ts';
import { parsePoint, pointChoices } from '../values.ts';

interface FailoverOptions {
  readonly point?: PointChoice;
  readonly shutdown?: true;
  readonly keepSourceRunning?: true;
}

interface DrillOptions {
  readonly point?: PointChoice;
  readonly network?: string;
  readonly keep?: true;
  readonly cleanup?: true;
  readonly notes?: string;
}

const pointColumns: readonly Column<RecoveryPointRecord>[] = [
  { title: 'TIME (UTC)', text: (point) => timeText(point.timeMs) },
  { title: 'CONSISTENCY', text: (point) => point.consistency },
  { title: 'GROUP', text: (point) => (point.multiVm ? 'multi-VM' : '') },
  { title: 'POINT', text: (point) => point.pointId },
];

export function addProtectionCommands(program: Command, shell: Shell): void {
  addEnable(program, shell);
  addDrill(program, shell);
  addFailovers(program, shell);
  const machine = (name: string, summary: string): Command =>
    program
      .command(name)
      .argument('<machine>', 'name or id of the machine')
      .description(summary)
      .helpGroup('Protection:')
      .option('--no-wait', 'answer with the job as soon as it has begun');
  machine('commit', 'end the choice of a recovery point: after failover its points go, after failback the Azure VM').action(
    onLab<object, [string]>(shell, async (session, _, [name]) => void (await runJob(session, 'item.commit', { machine: name }))),
  );
  machine('resync', 'compare all blocks with the replica and send what differs').action(
    onLab<object, [string]>(shell, async (session, _, [name]) => void (await runJob(session, 'item.resync', { machine: name }))),
  );
  machine('disable', 'stop protecting a machine and remove its replicas').action(
    onLab<object, [string]>(shell, async (session, _, [name]) => void (await runJob(session, 'item.disable', { machine: name }))),
  );
  machine('switch', 'give a machine to another process server')
    .requiredOption('--process-server <name>', 'the one that takes over')
    .action(
      onLab<{ processServer: string }, [string]>(
        shell,
        async (session, { processServer }, [name]) => void (await runJob(session, 'item.switchProcessServer', { machine: name, processServer })),
      ),
    );
  addReprotect(machine('reprotect', 'replicate in the other direction: after failover to the site, after failback to Azure')).action(
    onLab<ReprotectRequest, [string]>(shell, async (session, options, [name]) => {
      const job = await runJob(session, 'item.reprotect', { machine: name, ...reprotectRequest(options) });
      if (session.wait && hasSucceeded(job)) await showProtected(session, name);
    }),
  );
  program
    .command('points')
    .argument('<machine>', 'name or id of the machine')
    .description('list the recovery points of a machine')
    .helpGroup('Protection:')
    .action(
      onLab<object, [string]>(shell, async ({ client, output }, _, [name]) =>
        output.list(await client.call('item.points', { machine: name }), pointColumns, 'No recovery point yet.'),
      ),
    );
}

function addEnable(program: Command, shell: Shell): void {
  program
    .command('enable')
    .argument('<machine>', 'name or id of the machine')
    .description('protect a machine: install the Mobility service, copy its disks, replicate')
    .helpGroup('Protection:')
    .option('--policy <name>', 'replication policy')
    .option('--process-server <name>', 'process server that relays its data')
    .option('--account <name>', 'account for the push installation of the Mobility service')
    .option('--group <name>', 'replication group: members share their recovery points')
    .option('--network <name>', 'Azure network after failover')
    .option('--subnet <name>', 'subnet of that network')
    .option('--azure-name <name>', 'name of the Azure VM')
    .option('--azure-size <size>', 'size of the Azure VM')
    .option('--exclude <disk...>', 'disks that stay behind')
    .option('--no-wait', 'do not wait until the machine is protected')
    .action(onLab<Omit<EnableRequest, 'machine' | 'disksToExclude'> & { exclude?: string[] }, [string]>(shell, enable));
}

async function enable(
  session: Session,
  options: Omit<EnableRequest, 'machine' | 'disksToExclude'> & { exclude?: string[] },
  [machine]: readonly [string],
): Promise<void> {
  const { policy, processServer, account, group, network, subnet, azureName, azureSize, exclude } = options;
  const chosen = { policy, processServer, account, group, network, subnet, azureName, azureSize, disksToExclude: exclude };
  const job = await runJob(session, 'item.enable', { machine, ...given(chosen) });
  if (session.wait && hasSucceeded(job)) await showProtected(session, machine);
}

/** The job only begins the copy: what people wait for is its end. */
async function showProtected(session: Session, machine: string): Promise<void> {
  const item = await untilProtected(session, machine);
  session.output.record(
    item,
    ({ machineName, protectionStateDescription, recoveryPoints }) => `${machineName}: ${protectionStateDescription}, ${recoveryPoints} recovery points`,
  );
  if (item.protectionState !== 'Protected') session.shell.exitWith(1);
}

async function untilProtected({ client, output }: Session, machine: string): Promise<ItemRecord> {
  const reached = (item: ItemRecord): boolean => item.protectionState === 'Protected' || item.protectionState.endsWith('Failed');
  await using feed = await Feed.open(client);
  using progress = output.progress();
  // Awaited here: the feed must stay open until the item has come so far.
  if (!(await isPaused(client))) return await followItem(feed, await client.call('item.show', { machine }), { progress, reached });
  return await stepUntil(client, async () => {
    const item = await client.call('item.show', { machine });
    showCopy(item, progress);
    return reached(item) ? item : undefined;
  });
}

function addDrill(program: Command, shell: Shell): void {
  program
    .command('drill')
    .argument('<machine>', 'name or id of the machine')
    .description('test failover, then clean up; replication goes on untouched')
    .helpGroup('Protection:')
    .addOption(pointOption('the point to try'))
    .option('--network <name>', 'network of the test machine; an isolated one is wise')
    .option('--keep', 'leave the test machine running')
    .option('--cleanup', 'only clean up after a drill that was kept')
    .option('--notes <text>', 'kept with the clean-up job')
    .option('--no-wait', 'answer with the job as soon as it has begun; implies --keep')
    .addHelpText(
      'after',
      '\nExamples:\n  srlab drill web01\n  srlab drill web01 --point latest-app --keep\n  srlab drill web01 --cleanup --notes "all services answered"',
    )
    .action(
      onLab<DrillOptions, [string]>(shell, async (session, { point, network, keep, cleanup, notes }, [machine]) => {
        const tried = cleanup === true || hasSucceeded(await runJob(session, 'item.testFailover', { machine, ...given({ point, network }) }));
        if (tried && keep !== true && session.wait) await runJob(session, 'item.testFailoverCleanup', { machine, ...given({ notes }) });
      }),
    );
}

function addFailovers(program: Command, shell: Shell): void {
  const spec = (name: string, summary: string): Command =>
    program
      .command(name)
      .argument('<machine>', 'name or id of the machine')
      .description(summary)
      .helpGroup('Protection:')
      .addOption(pointOption('the point to come up from'))
      .option('--shutdown', 'shut the source down first; its last changes travel too')
      .option('--keep-source-running', 'you know that the source runs on beside its copy')
      .option('--no-wait', 'answer with the job as soon as it has begun');
  spec('failover', 'start the machine in Azure from a recovery point')
    .addHelpText('after', '\nExamples:\n  srlab failover web01 --shutdown\n  srlab failover web01 --point latest-app --keep-source-running')
    .action(
      onLab<FailoverOptions, [string]>(
        shell,
        async (session, options, [machine]) => void (await runJob(session, 'item.failover', { machine, ...failoverRequest(options) })),
      ),
    );
  spec('failback', 'bring a re-protected machine back to the site').action(
    onLab<FailoverOptions, [string]>(
      shell,
      async (session, options, [machine]) => void (await runJob(session, 'item.failback', { machine, ...failoverRequest(options) })),
    ),
  );
  program
    .command('change-point')
    .argument('<machine>', 'name or id of the machine')
    .argument('<point>', 'id of a recovery point, or one of the names of failover --point')
    .description('after failover and before commit: make the Azure VM anew from another point')
    .helpGroup('Protection:')
    .option('--no-wait', 'answer with the job as soon as it has begun')
    .action(
      onLab<object, [string, string]>(
        shell,
        async (session, _, [machine, point]) => void (await runJob(session, 'item.changePoint', { machine, point: parsePoint(point) })),
      ),
    );
}

export function pointOption(summary: string): Option {
  return new Option('--point <point>', `${summary}: an id, or ${Object.keys(pointChoices).join(', ')}`).argParser(parsePoint);
}

export function addReprotect(command: Command): Command {
  return command
    .option('--master-target <name>', 'writes the disks at the site')
    .option('--process-server <name>', 'in Azure on the way back')
    .option('--datastore <name>', 'for disks that must be made anew')
    .option('--retention-drive <volume>', 'of the master target')
    .option('--policy <name>', 'default: the failback policy of the present one');
}

export function reprotectRequest({ masterTarget, processServer, datastore, retentionDrive, policy }: ReprotectRequest): ReprotectRequest {
  return given({ masterTarget, processServer, datastore, retentionDrive, policy });
}

export function failoverRequest({ point, shutdown, keepSourceRunning }: FailoverOptions) {
  return given({ point, shutdown, acknowledgeRunningSource: keepSourceRunning });
}

/** The fields that were given: on the wire an absent field is left out, never null. */
export function given<T extends object>(fields: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [Name in keyof T]?: Exclude<T[Name], undefined> };
}
