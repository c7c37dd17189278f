// `srlab start`, which is `npm start`: a fresh sample estate, the whole loop on it, and a lab that goes on serving.
import type { Command } from 'commander';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ControlClient } from '../client.ts';
import { findLab, locatorPath, requireFree, sampleFolder } from '../locator.ts';
import { Output } from '../output.ts';
import { runSampleLoop } from '../sampleLoop.ts';
import type { Shell } from '../shell.ts';
import { addLabOptions, labOptions, untilStopped, type UpOptions } from './up.ts';

export function addStartCommand(program: Command, shell: Shell): void {
  addLabOptions(
    program.command('start').description('run the whole loop on a fresh sample estate and prove each step, then keep serving').helpGroup('Lab:'),
    sampleFolder,
  )
    .option('--exit', 'end after the loop; the exit code tells whether every copy was equal')
    .option('--owned', 'stop when standard input closes')
    .action((options: UpOptions & { exit?: true }) => start(shell, options));
}

async function start(shell: Shell, options: UpOptions & { exit?: true }): Promise<void> {
  const output = new Output(shell.streams, options.json === true);
  const dir = resolve(options.dir);
  await requireFree(dir);
  // The loop begins with machines that nobody protects yet, so the sample's own folder begins anew; any other folder stays as it is.
  if (dir === resolve(sampleFolder)) await rm(join(dir, '.srlab'), { recursive: true, force: true });
  output.note(`Starting a lab in ${dir} …`);
  await using lab = await shell.openLab(labOptions(dir, { ...options, speed: 'paused' }, output));
  await using client = await ControlClient.open(await findLab(dir));
  const succeeded = await runSampleLoop(client, output);
  output.record({ succeeded }, () => (succeeded ? 'Every copy was equal to its source.' : 'The loop did not succeed; the lab is as it stopped.'));
  if (!succeeded) shell.exitWith(1);
  if (options.exit === true) return;
  output.record(
    lab.ready,
    (ready) =>
      `\nvCenter      ${ready.vcenter.url}  (${ready.vcenter.user})\nStorage      ${ready.blob.url}\nControl API  ${ready.control.url}\nSecrets      ${locatorPath(dir)}\n\nServing until Ctrl-C. Try, in another terminal: npm run srlab -- status`,
  );
  await untilStopped(shell, { owned: options.owned === true });
}
