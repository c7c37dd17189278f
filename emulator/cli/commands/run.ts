// `srlab run`: one component as this process, alone in real time or for the lab that started it.
import { Option, type Command } from 'commander';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { RoleOptions } from '../../contract/role.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Shell } from '../shell.ts';
import { parsePort, parseSize, parseUrl } from '../values.ts';
import { untilStopped } from './up.ts';

interface RunOptions {
  readonly dir: string;
  readonly name: string;
  readonly port: number;
  readonly owned?: true;
}

/** What components have that trust a lab's authority. */
interface TrustingOptions extends RunOptions {
  readonly ca?: string;
}

interface RegisteredOptions extends TrustingOptions {
  readonly configServer: string;
  readonly passphraseFile: string;
}

interface ConfigServerOptions extends TrustingOptions {
  readonly credentials?: string;
  readonly vault?: string;
}

interface MasterTargetOptions extends RegisteredOptions {
  readonly os: 'Windows' | 'Linux';
  readonly retention: string;
  readonly retentionSize: number;
}

const configServerExample = `
Example:
  srlab vault credentials --out vault.key --dir ./lab
  srlab run configserver --dir ./cs02 --name CS02 --credentials vault.key --ca ./lab/.srlab/ca.pem
Its passphrase, for the components that register with it, is in passphrase.txt of its folder.`;

const processServerExample = `
Example:
  srlab run processserver --dir ./ps02 --name PS02 --ca ./lab/.srlab/ca.pem \\
    --config-server https://127.0.0.1:44301 --passphrase-file ./lab/.srlab/configserver/passphrase.txt`;

export function addRunCommands(program: Command, shell: Shell): void {
  const run = program.command('run').description('run one component as a process of its own, on this host or another').helpGroup('Lab:');
  addStorage(run, shell);
  addConfigServer(run, shell);
  addProcessServer(run, shell);
  addMasterTarget(run, shell);
}

function addStorage(run: Command, shell: Shell): void {
  role(run, 'storage', 'the storage accounts (Azurite)')
    .option('--account <name>', 'name of the account', 'devstoreaccount1')
    .option('--account-key <key>', 'default: a new one')
    .action((options: RunOptions & { account: string; accountKey?: string }) =>
      runRole(shell, options, { role: 'storage', ...base(options), accountName: options.account, accountKey: options.accountKey ?? null }),
    );
}

function addConfigServer(run: Command, shell: Shell): void {
  trusting(role(run, 'configserver', 'a configuration server'))
    .option('--credentials <file>', 'registration key of the vault, valid 5 days; needed once (srlab vault credentials)')
    .option('--vault <url>', 'the vault service; default: as the registration key says', parseUrl)
    .addHelpText('after', configServerExample)
    .action((options: ConfigServerOptions) =>
      runRole(shell, options, {
        role: 'configserver',
        ...trustingBase(options),
        vaultUrl: options.vault ?? null,
        credentialsFile: options.credentials === undefined ? null : resolve(options.credentials),
      }),
    );
}

function addProcessServer(run: Command, shell: Shell): void {
  registered(role(run, 'processserver', 'a process server'))
    .option('--in-azure', 'it stands in Azure and relays what comes back')
    .option('--cache <size>', 'limit of its cache folder', parseSize, 4 * 1024 ** 3)
    .addHelpText('after', processServerExample)
    .action(async (options: RegisteredOptions & { inAzure?: true; cache: number }) =>
      runRole(shell, options, {
        role: 'processserver',
        ...(await registeredBase(options)),
        inAzure: options.inAzure === true,
        cacheLimitBytes: options.cache,
      }),
    );
}

function addMasterTarget(run: Command, shell: Shell): void {
  registered(role(run, 'mastertarget', 'a master target'))
    .addOption(new Option('--os <type>', 'must be that of the machines it takes').choices(['Windows', 'Linux']).default('Linux'))
    .option('--retention <folder>', 'its retention drive', 'retention')
    .option('--retention-size <size>', 'capacity of the retention drive', parseSize, 16 * 1024 ** 3)
    .action(async (options: MasterTargetOptions) =>
      runRole(shell, options, {
        role: 'mastertarget',
        ...(await registeredBase(options)),
        osType: options.os,
        retentionDir: resolve(options.dir, options.retention),
        retentionBytes: options.retentionSize,
      }),
    );
}

function role(run: Command, name: RoleOptions['role'], summary: string): Command {
  return run
    .command(name)
    .description(summary)
    .requiredOption('--dir <folder>', 'folder of the component')
    .option('--name <name>', 'its name in the vault', name)
    .option('--port <port>', 'default: a free one', parsePort, 0)
    .option('--owned', 'stop when standard input closes');
}

function trusting(command: Command): Command {
  return command.option('--ca <file>', 'PEM of the authority of vault and vCenter; default: SRLAB_CA');
}

function registered(command: Command): Command {
  return trusting(command)
    .requiredOption('--config-server <url>', 'the configuration server to register with', parseUrl)
    .requiredOption('--passphrase-file <file>', 'its passphrase');
}

function base({ dir, name, port }: RunOptions): { dir: string; name: string; port: number } {
  return { dir: resolve(dir), name, port };
}

function trustingBase(options: TrustingOptions): ReturnType<typeof base> & { caFile: string | null } {
  return { ...base(options), caFile: options.ca === undefined ? null : resolve(options.ca) };
}

async function registeredBase(options: RegisteredOptions): Promise<ReturnType<typeof trustingBase> & { configServerUrl: string; passphrase: string }> {
  const { configServer, passphraseFile } = options;
  const passphrase = await readFile(passphraseFile, 'utf8').catch((error: unknown) => {
    throw new LabError('CommandLineInvalid', `--passphrase-file: ${passphraseFile} cannot be read.`, { cause: error });
  });
  return { ...trustingBase(options), configServerUrl: configServer, passphrase: passphrase.trim() };
}

async function runRole(shell: Shell, { owned }: RunOptions, options: RoleOptions): Promise<void> {
  await using running = await shell.openRole(options);
  shell.streams.stdout.write(`${JSON.stringify(running.ready)}\n`);
  await untilStopped(shell, { owned: owned === true });
}
