// The environment of a running lab, for the shell of whoever uses a client of their own.
import { Option, type Command } from 'commander';
import { clientEnvironment, environmentText, shellNames, type ShellName } from '../environment.ts';
import { findLab } from '../locator.ts';
import type { CommonOptions, Shell } from '../shell.ts';

export function addEnvironmentCommand(program: Command, shell: Shell): void {
  program
    .command('env')
    .description("print what clients of Azure need to work on this lab: endpoints, certificates, sign-in, the Azure CLI's own folder")
    .helpGroup('Lab:')
    .addOption(new Option('--shell <shell>', 'how to print it').choices(shellNames).default('bash'))
    .addHelpText(
      'after',
      '\nExamples:\n  eval "$(srlab env)"                                          bash, zsh\n  srlab env --shell pwsh | Out-String | Invoke-Expression      PowerShell\n\nNothing outside the lab\'s folder is written; AZURE_CONFIG_DIR keeps the Azure CLI away from ~/.azure.',
    )
    .action(async (options: CommonOptions & { readonly shell: ShellName }) => {
      const environment = await clientEnvironment(await findLab(options.dir ?? process.env['SRLAB_DIR']));
      shell.streams.stdout.write(`${environmentText(environment, options.json === true ? 'json' : options.shell)}\n`);
    });
}
