// Time as a tool: show it, stop it, step it, speed it up, jump.
import type { Command } from 'commander';
import type { ClockSpeed, ClockState } from '../../contract/resources.ts';
import { onLab, type Shell } from '../shell.ts';
import { timeText } from '../texts.ts';
import { parseDuration, parseSpeed } from '../values.ts';

const clockText = ({ timeMs, speed }: ClockState): string => `${timeText(timeMs)} UTC, speed ${typeof speed === 'number' ? `×${speed}` : speed}`;

export function addClockCommands(program: Command, shell: Shell): void {
  const clock = program.command('clock').description("the lab's time: show, pause, step, run, speed, jump").helpGroup('Time and trouble:');
  const setSpeed = (speed: ClockSpeed) =>
    onLab<object, []>(shell, async ({ client, output }) => output.record(await client.call('clock.speed', { speed }), clockText));
  clock
    .command('show')
    .description('show time and speed')
    .action(onLab<object, []>(shell, async ({ client, output }) => output.record(await client.call('clock.show', {}), clockText)));
  clock.command('pause').description('stop time; what is under way finishes').action(setSpeed('paused'));
  clock.command('run').description('let time run at the speed of the wall').action(setSpeed(1));
  clock
    .command('speed')
    .argument('<speed>', 'paused, max, or lab seconds per second, such as 60', parseSpeed)
    .description('set how fast time runs')
    .action(
      onLab<object, [ClockSpeed]>(shell, async ({ client, output }, _, [speed]) => output.record(await client.call('clock.speed', { speed }), clockText)),
    );
  clock
    .command('step')
    .argument('[duration]', 'such as 5m', parseDuration, 60_000)
    .description('run everything that falls due on the way, then answer')
    .addHelpText('after', '\nExamples:\n  srlab clock pause\n  srlab clock step 5m\n  srlab clock speed max')
    .action(onLab<object, [number]>(shell, async ({ client, output }, _, [stepMs]) => output.record(await client.call('clock.step', { stepMs }), clockText)));
  clock
    .command('jump')
    .argument('<duration>', 'such as 30d', parseDuration)
    .description('set time ahead, as if every computer had slept')
    .action(onLab<object, [number]>(shell, async ({ client, output }, _, [jumpMs]) => output.record(await client.call('clock.jump', { jumpMs }), clockText)));
}
