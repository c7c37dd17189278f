// Runbooks: tried alone with the context that a plan would give them, and registered for the plans of a lab.
import { Option, type Command } from 'commander';
import { resolve } from 'node:path';
import type { ErrorBody } from '../../contract/errors.ts';
import type { RunbookRecord, ScriptPlaceRecord } from '../../contract/resources.ts';
import { LabError } from '../../kernel/errors.ts';
import { wallTimeMs } from '../../kernel/wallTime.ts';
import { runScript, type ScriptOrder } from '../../lab/runbooks/runScript.ts';
import { onLab, type Session, type Shell } from '../shell.ts';
import { durationText, type Column } from '../texts.ts';
import { parseDuration, parseWholeNumber } from '../values.ts';

interface RunOptions {
  readonly plan: string;
  readonly type?: 'Test' | 'Unplanned';
  readonly direction?: Direction;
  readonly group?: number;
  readonly when?: 'pre' | 'post';
  readonly timeout: number;
  readonly matrix?: true;
}

type Direction = 'PrimaryToRecovery' | 'RecoveryToPrimary';

/** One run of the script, as it is printed. */
interface RunRow {
  readonly type: 'Test' | 'Unplanned';
  readonly direction: Direction;
  readonly group: string;
  readonly when: 'pre' | 'post';
  readonly machines: readonly string[];
  readonly result: 'passed' | 'failed';
  readonly durationMs: number;
  readonly output: string;
  readonly error?: ErrorBody;
}

/** Every kind of run that there is: a drill goes to Azure only (asr-behaviour §7.1). */
const matrix = [
  { type: 'Test', direction: 'PrimaryToRecovery' },
  { type: 'Unplanned', direction: 'PrimaryToRecovery' },
  { type: 'Unplanned', direction: 'RecoveryToPrimary' },
] as const satisfies readonly { type: RunRow['type']; direction: Direction }[];
const defaultTimeoutMs = 30 * 60_000;

const runbookColumns: readonly Column<RunbookRecord>[] = [
  { title: 'RUNBOOK', text: (runbook) => runbook.name },
  { title: 'FILE', text: (runbook) => runbook.path },
];
const runColumns: readonly Column<RunRow>[] = [
  { title: 'TYPE', text: (row) => row.type },
  { title: 'DIRECTION', text: (row) => row.direction },
  { title: 'PLACE', text: (row) => `${row.group}: ${row.when === 'pre' ? 'Pre-steps' : 'Post-steps'}` },
  { title: 'MACHINES', text: (row) => row.machines.join(', ') },
  { title: 'RESULT', text: (row) => (row.error === undefined ? row.result : `${row.result} (${row.error.code})`) },
  { title: 'TOOK', right: true, text: (row) => durationText(row.durationMs) },
];

const example = `
The script gets the RecoveryPlanContext of the plan: a .ps1 as its parameter -RecoveryPlanContext, others as JSON in their first argument;
all of them also on standard input, in RECOVERY_PLAN_CONTEXT, and in the file that RECOVERY_PLAN_CONTEXT_FILE names.
Nothing is failed over: machines that are not in Azure have the names that they would get there.

  srlab runbook run dns.ps1 --plan shop --type Test
  srlab runbook run dns.py --plan shop --matrix --json`;

export function addRunbookCommands(program: Command, shell: Shell): void {
  const runbook = program.command('runbook').description('scripts that stand for the runbooks of recovery plans').helpGroup('Protection:');
  runbook
    .command('list')
    .description('list the registered runbooks')
    .action(onLab<object, []>(shell, async ({ client, output }) => output.list(await client.call('runbook.list', {}), runbookColumns, 'No runbook yet.')));
  runbook
    .command('add')
    .argument('<name>', 'name of the runbook: the last part of the runbookId in a plan')
    .argument('<file>', '.ps1, .py, .sh, .js or .mjs')
    .description('register a script for a runbook, or replace it')
    .action(
      onLab<object, [string, string]>(shell, async ({ client, output }, _, [name, file]) =>
        output.record(await client.call('runbook.add', { name, path: resolve(file) }), (added) => `${added.name} runs ${added.path}.`),
      ),
    );
  runbook
    .command('remove')
    .argument('<name>', 'name of the runbook')
    .description('forget a runbook; its file stays')
    .action(onLab<object, [string]>(shell, async ({ client }, _, [name]) => void (await client.call('runbook.remove', { name }))));
  runbook
    .command('run')
    .argument('<file>', '.ps1, .py, .sh, .js or .mjs')
    .description('run a script as a plan would, at each place of the plan; the exit code tells whether all passed')
    .requiredOption('--plan <name>', 'the plan whose context it gets')
    .addOption(new Option('--type <type>', 'kind of failover').choices(['Test', 'Unplanned']))
    .addOption(new Option('--direction <direction>', 'of the failover; default PrimaryToRecovery').choices(['PrimaryToRecovery', 'RecoveryToPrimary']))
    .option('--group <number>', 'only this start group', parseWholeNumber)
    .addOption(new Option('--when <when>', 'only before or after').choices(['pre', 'post']))
    .option('--matrix', 'every type and direction that there is')
    .option('--timeout <duration>', 'for each run', parseDuration, defaultTimeoutMs)
    .addHelpText('after', example)
    .action(onLab<RunOptions, [string]>(shell, (session, options, [file]) => runAll(session, options, file)));
}

async function runAll(session: Session, options: RunOptions, file: string): Promise<void> {
  const { client, output, shell } = session;
  const rows: RunRow[] = [];
  for (const run of wantedRuns(options)) {
    const places = await client.call('plan.scriptPlaces', { plan: options.plan, type: run.type === 'Test' ? 'test' : 'unplanned', direction: run.direction });
    for (const place of places.filter((one) => isWanted(one, options))) {
      const row = await runOne(session, { ...run, place, order: { path: file, timeoutMs: options.timeout } });
      rows.push(row);
      if (output.json) output.record(row, () => '');
    }
  }
  if (rows.length === 0) throw new LabError('NotFound', `${options.plan} has no start group ${options.group ?? ''}.`);
  if (!output.json) output.list(rows, runColumns, '');
  if (rows.some((row) => row.result === 'failed')) shell.exitWith(1);
}

/** @throws LabError CommandLineInvalid */
function wantedRuns({ matrix: all, type, direction }: RunOptions): { type: RunRow['type']; direction: Direction }[] {
  if (all !== true && type === undefined) throw new LabError('CommandLineInvalid', 'Name --type Test or --type Unplanned, or take all with --matrix.');
  const wantedDirection = all === true ? direction : (direction ?? 'PrimaryToRecovery');
  const runs = matrix.filter((run) => (type === undefined || run.type === type) && (wantedDirection === undefined || run.direction === wantedDirection));
  if (runs.length === 0) throw new LabError('CommandLineInvalid', 'A test failover goes to Azure only: there is none RecoveryToPrimary.');
  return runs;
}

function isWanted({ group, when }: ScriptPlaceRecord, options: RunOptions): boolean {
  return (options.group === undefined || group === options.group) && (options.when === undefined || when === options.when);
}

interface OneRun {
  readonly type: RunRow['type'];
  readonly direction: Direction;
  readonly place: ScriptPlaceRecord;
  readonly order: Pick<ScriptOrder, 'path' | 'timeoutMs'>;
}

async function runOne({ output, shell }: Session, { type, direction, place, order }: OneRun): Promise<RunRow> {
  const { label: group, when, machines } = place;
  output.note(`${type} ${direction}, ${group}: ${when === 'pre' ? 'Pre-steps' : 'Post-steps'}`);
  const beganMs = wallTimeMs();
  let printed = '';
  const onOutput = (text: string): void => {
    printed += text;
    if (!output.json) shell.streams.stderr.write(text);
  };
  const ended = (rest: Pick<RunRow, 'result'> & { error?: ErrorBody }): RunRow => ({
    type,
    direction,
    group,
    when,
    machines,
    durationMs: wallTimeMs() - beganMs,
    output: printed,
    ...rest,
  });
  try {
    await runScript({ ...order, context: place.context as unknown as ScriptOrder['context'], signal: shell.stop, onOutput });
    return ended({ result: 'passed' });
  } catch (error) {
    if (shell.stop.aborted) throw error;
    // The script or its interpreter is missing at every place.
    if (!LabError.is(error, 'ScriptFailed') && !LabError.is(error, 'ScriptTimedOut')) throw error;
    if (!output.json) output.error(error);
    return ended({ result: 'failed', error: LabError.from(error).toBody() });
  }
}
