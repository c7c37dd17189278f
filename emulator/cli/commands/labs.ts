// A lab as a whole: saved states, its events, what it imitates, and its end.
import type { Command } from 'commander';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { FidelityRule, SavedLab, VaultEvent } from '../../contract/resources.ts';
import { LabError } from '../../kernel/errors.ts';
import { loadLab, resetLab, savedLabs, saveStopped } from '../../lab/savedLabs.ts';
import { ControlClient } from '../client.ts';
import { findLab } from '../locator.ts';
import { onFolder, onLab, type Shell } from '../shell.ts';
import { sizeText, timeText, type Column } from '../texts.ts';
import { parseWholeNumber } from '../values.ts';

const savedColumns: readonly Column<SavedLab>[] = [
  { title: 'NAME', text: (saved) => saved.name },
  { title: 'SCENARIO', text: (saved) => saved.scenario },
  { title: 'LAB TIME (UTC)', text: (saved) => timeText(saved.savedAtMs) },
  { title: 'SIZE', right: true, text: (saved) => sizeText(saved.sizeBytes) },
];

const eventColumns: readonly Column<VaultEvent>[] = [
  { title: 'TIME (UTC)', text: (event) => timeText(event.timeMs) },
  { title: 'SEVERITY', text: (event) => event.severity },
  { title: 'CODE', text: (event) => event.code },
  { title: 'SUBJECT', text: (event) => event.subject },
  { title: 'MESSAGE', text: (event) => event.message },
];

const fidelityColumns: readonly Column<FidelityRule>[] = [
  { title: 'RULE', text: (rule) => rule.id },
  { title: 'KNOWN BY', text: (rule) => rule.mark },
  { title: 'SOURCE', text: (rule) => `${rule.source} (${rule.date})` },
  { title: 'WHAT', text: (rule) => (rule.deviation === undefined ? rule.rule : `${rule.rule} Deviation: ${rule.deviation}`) },
];

export function addLabCommands(program: Command, shell: Shell): void {
  addSavedLabs(program, shell);
  addVault(program, shell);
  program
    .command('down')
    .alias('stop')
    .description('stop the lab of a folder; it goes on with the next up')
    .helpGroup('Lab:')
    .action(onLab<object, []>(shell, async ({ client, output }) => output.record(await client.call('lab.stop', {}), () => 'Stopping.')));
  program
    .command('restart')
    .argument('<component>', 'name of a component, as status shows it')
    .description('restart a component')
    .helpGroup('Time and trouble:')
    .option('--kill', 'without a chance to finish anything')
    .action(
      onLab<{ kill?: true }, [string]>(shell, async ({ client, output }, { kill }, [role]) =>
        output.record(await client.call('role.restart', { role, kill: kill === true }), (status) => `${status.name}: ${status.state}`),
      ),
    );
  program
    .command('events')
    .description('list what the vault reported')
    .helpGroup('Vault:')
    .option('--limit <count>', 'at most so many', parseWholeNumber, 20)
    .action(
      onLab<{ limit: number }, []>(shell, async ({ client, output }, { limit }) =>
        output.list(await client.call('event.list', { limit }), eventColumns, 'No event yet.'),
      ),
    );
  program
    .command('fidelity')
    .description('list the rules the lab imitates, and how sure we are of each')
    .helpGroup('Lab:')
    .action(
      onLab<object, []>(shell, async ({ client, output }) => output.list(await client.call('fidelity.list', {}), fidelityColumns, 'No rule is recorded.')),
    );
}

function addVault(program: Command, shell: Shell): void {
  program
    .command('vault')
    .description('what the vault gives to those who join it')
    .helpGroup('Vault:')
    .command('credentials')
    .description('the registration key for a further configuration server; valid 5 days')
    .option('--out <file>', 'write it there, readable by you alone, instead of showing it')
    .addHelpText(
      'after',
      '\nExample:\n  srlab vault credentials --out vault.key && srlab run configserver --dir ./cs02 --credentials vault.key --ca ./lab/.srlab/ca.pem',
    )
    .action(
      onLab<{ out?: string }, []>(shell, async ({ client, output }, { out }) => {
        const { credentials } = await client.call('vault.credentials', {});
        if (out === undefined) return output.record({ credentials }, () => credentials);
        const path = resolve(out);
        await writeFile(path, credentials, { mode: 0o600 }).catch((error: unknown) => {
          throw new LabError('InvalidArgument', `${path} cannot be written.`, { cause: error });
        });
        output.record({ path }, () => `The registration key is in ${path}.`);
      }),
    );
}

/** These work on the folder: loading and resetting only while no lab runs in it. */
function addSavedLabs(program: Command, shell: Shell): void {
  const lab = program.command('lab').description('saved labs: list, save, load, reset').helpGroup('Lab:');
  lab
    .command('list')
    .description('list what was saved from this lab')
    .action(onFolder(shell, async ({ dir, output }) => output.list(savedLabs(dir), savedColumns, 'Nothing saved yet.')));
  lab
    .command('save')
    .argument('<name>')
    .description('put the whole lab aside, with its disks, replicas and time')
    .action(
      onFolder<[string]>(shell, async ({ dir, output }, [name]) => {
        const running = await findLab(dir).catch((error: unknown) => {
          if (LabError.is(error, 'LabNotRunning')) return null;
          throw error;
        });
        if (running === null) return output.list([saveStopped(dir, name)], savedColumns, '');
        await using client = await ControlClient.open(running);
        output.list([await client.call('lab.save', { name })], savedColumns, '');
      }),
    );
  lab
    .command('load')
    .argument('<name>')
    .description('go back to what was saved; the present state is lost; stop the lab first')
    .action(
      onFolder<[string]>(shell, async ({ dir, output }, [name]) => {
        loadLab(dir, name);
        output.record({ dir, name }, () => `The lab is as it was when ${name} was saved. Start it with: srlab up --dir ${dir}`);
      }),
    );
  lab
    .command('reset')
    .description('back to the first state of the scenario; the present state is lost; stop the lab first')
    .action(
      onFolder(shell, async ({ dir, output }) => {
        resetLab(dir);
        output.record({ dir }, () => `The lab is as new. Start it with: srlab up --dir ${dir}`);
      }),
    );
}
