// Trouble on purpose: fault rules at named points, and links that are cut, narrowed or slow.
import { Argument, Option, type Command } from 'commander';
import { faultPoints, networkPaths, type FaultEffect, type FaultPoint, type NetworkPath } from '../../contract/faults.ts';
import type { FaultState, LinkState } from '../../contract/resources.ts';
import { LabError } from '../../kernel/errors.ts';
import { onLab, type Shell } from '../shell.ts';
import { sizeText, type Column } from '../texts.ts';
import { parseBandwidth, parseDuration, parseProbability, parseWholeNumber } from '../values.ts';
import { given } from './protection.ts';

interface FaultOptions {
  readonly error?: string;
  readonly delay?: number;
  readonly skip?: true;
  readonly corrupt?: true;
  readonly subject?: string;
  readonly after?: number;
  readonly times?: number;
  readonly probability?: number;
  readonly id?: string;
}

const faultColumns: readonly Column<FaultState>[] = [
  { title: 'FAULT', text: ({ rule }) => rule.id },
  { title: 'POINT', text: ({ rule }) => rule.point },
  { title: 'SUBJECT', text: ({ rule }) => rule.subject ?? 'all' },
  { title: 'EFFECT', text: ({ rule }) => effectText(rule.effect) },
  { title: 'PASSED', right: true, text: ({ seen }) => String(seen) },
  { title: 'WORKED', right: true, text: ({ rule, worked }) => `${worked}${rule.times === undefined ? '' : ` of ${rule.times}`}` },
];

const linkColumns: readonly Column<LinkState>[] = [
  { title: 'LINK', text: (link) => link.path },
  { title: 'STATE', text: (link) => link.state },
  { title: 'BANDWIDTH', right: true, text: (link) => (link.bandwidthBps === 0 ? 'unlimited' : `${link.bandwidthBps / 1000} kbps`) },
  { title: 'LATENCY', right: true, text: (link) => `${link.latencyMs} ms` },
  { title: 'CARRIED', right: true, text: (link) => sizeText(link.carriedBytes) },
];

export function addFaultCommands(program: Command, shell: Shell): void {
  const fault = program.command('fault').description('faults at named points of the product').helpGroup('Time and trouble:');
  fault
    .command('list')
    .description('list the rules and how often they worked')
    .action(onLab<object, []>(shell, async ({ client, output }) => output.list(await client.call('fault.list', {}), faultColumns, 'No fault is set.')));
  fault
    .command('add')
    .addArgument(new Argument('<point>', 'where it happens').choices(faultPoints))
    .description('add a rule; without an effect the point fails with FaultInjected')
    .addOption(new Option('--error <code>', 'the point fails with this code').conflicts(['delay', 'skip', 'corrupt']))
    .addOption(new Option('--delay <duration>', 'the point takes longer').argParser(parseDuration).conflicts(['skip', 'corrupt']))
    .addOption(new Option('--skip', 'the point silently leaves its work out').conflicts('corrupt'))
    .option('--corrupt', 'what passes is damaged')
    .option('--subject <id>', 'only for this machine, disk, pair or component')
    .option('--after <count>', 'pass this often first', parseWholeNumber)
    .option('--times <count>', 'work this often; default: until removed', parseWholeNumber)
    .option('--probability <p>', 'from 0 to 1; drawn from the seed of the lab', parseProbability)
    .option('--id <id>', 'name of the rule')
    .addHelpText(
      'after',
      '\nExamples:\n  srlab fault add processserver.upload --times 3\n  srlab fault add agent.quiesce --subject web01 --error FaultInjected\n  srlab fault add target.apply --delay 30s --probability 0.1',
    )
    .action(
      onLab<FaultOptions, [FaultPoint]>(shell, async ({ client, output }, { subject, after, times, probability, id, ...effects }, [point]) => {
        const rule = await client.call('fault.add', { rule: { point, effect: effectOf(effects), ...given({ subject, after, times, probability, id }) } });
        output.record(rule, () => `Added ${rule.id}.`);
      }),
    );
  fault
    .command('remove')
    .argument('<fault>', 'id of the rule')
    .description('remove a rule')
    .action(
      onLab<object, [string]>(shell, async ({ client, output }, _, [id]) => output.record(await client.call('fault.remove', { id }), () => `Removed ${id}.`)),
    );
  addLinkCommands(program, shell);
}

function addLinkCommands(program: Command, shell: Shell): void {
  const link = program.command('link').description('the network between the components').helpGroup('Time and trouble:');
  const path = (): Argument => new Argument('<link>', 'which link').choices(networkPaths);
  const setState = (state: LinkState['state']) =>
    onLab<object, [NetworkPath]>(shell, async ({ client, output }, _, [name]) =>
      output.list([await client.call('link.set', { path: name, state })], linkColumns, ''),
    );
  link
    .command('list')
    .description('list the links, their state and what they carried')
    .action(onLab<object, []>(shell, async ({ client, output }) => output.list(await client.call('link.list', {}), linkColumns, '')));
  link.command('cut').addArgument(path()).description('break a link; open connections drop').action(setState('cut'));
  link.command('restore').addArgument(path()).description('bring a link up; the site-to-site link is built by it').action(setState('up'));
  link
    .command('set')
    .addArgument(path())
    .description('narrow or slow a link')
    .option('--bandwidth <rate>', 'such as 10Mbps; 0 is unlimited', parseBandwidth)
    .option('--latency <duration>', 'such as 40ms', parseDuration)
    .action(
      onLab<{ bandwidth?: number; latency?: number }, [NetworkPath]>(shell, async ({ client, output }, { bandwidth, latency }, [name]) => {
        if (bandwidth === undefined && latency === undefined) throw new LabError('CommandLineInvalid', 'link set needs --bandwidth or --latency.');
        output.list([await client.call('link.set', { path: name, ...given({ bandwidthBps: bandwidth, latencyMs: latency }) })], linkColumns, '');
      }),
    );
}

function effectOf({ error, delay, skip, corrupt }: Pick<FaultOptions, 'error' | 'delay' | 'skip' | 'corrupt'>): FaultEffect {
  if (delay !== undefined) return { kind: 'delay', delayMs: delay };
  if (skip === true) return { kind: 'skip' };
  if (corrupt === true) return { kind: 'corrupt' };
  return { kind: 'error', code: error ?? 'FaultInjected' };
}

function effectText(effect: FaultEffect): string {
  if (effect.kind === 'error') return `error ${effect.code}`;
  return effect.kind === 'delay' ? `delay ${effect.delayMs} ms` : effect.kind;
}
