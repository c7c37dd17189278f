// What administrators of the site do: add machines, install by hand, throttle, renew certificates, and break things on purpose.
import { Argument, Option, type Command } from 'commander';
import type { NewMachine } from '../../contract/control/machines.ts';
import type { BandwidthSchedule } from '../../contract/control/sites.ts';
import { LabError } from '../../kernel/errors.ts';
import { onLab, runJob, type Shell } from '../shell.ts';
import { timeText } from '../texts.ts';
import { parseBandwidth, parseSize, parseIpAddress } from '../values.ts';

export function addSiteCommands(program: Command, shell: Shell): void {
  const machine = program.command('machine').description('add and remove machines, install on them, change what is inside').helpGroup('Estate:');
  addMachines(machine, shell);
  addGuest(machine, shell);
  const site = program.command('site').description('vCenter, configuration server and process servers as their administrators see them').helpGroup('Estate:');
  addVCenter(site, shell);
  addServers(site, shell);
}

interface AddOptions {
  readonly physical?: true;
  readonly os: 'Windows' | 'Linux';
  readonly disk: readonly string[];
  readonly ip?: string;
}

function addMachines(machine: Command, shell: Shell): void {
  machine
    .command('add')
    .argument('<name>', 'its name')
    .description('add a machine; its disks are empty')
    .option('--physical', 'a physical server instead of a virtual machine')
    .addOption(new Option('--os <type>', 'operating system').choices(['Windows', 'Linux']).default('Linux'))
    .requiredOption('--disk <size...>', 'its disks, the first is the OS disk')
    .option('--ip <address>', 'IPv4 address; a physical server needs one', parseIpAddress)
    .addHelpText('after', '\nExample:\n  srlab machine add own01 --disk 2GiB && srlab disk import own01/0 ./image.raw && srlab power on own01')
    .action(
      onLab<AddOptions, [string]>(shell, async ({ client, output }, { physical, os, disk, ip }, [name]) => {
        const order: NewMachine = {
          name,
          platform: physical === true ? 'Physical' : 'VmWare',
          osType: os,
          diskBytes: disk.map(parseSize),
          ...(ip === undefined ? {} : { ipAddress: ip }),
        };
        output.record(await client.call('machine.add', order), (added) => `${added.name} is there (${added.machineId}), off.`);
      }),
    );
  machine
    .command('remove')
    .argument('<machine>', 'name or id of the machine')
    .description('remove a machine that is off, with its disks')
    .action(
      onLab<object, [string]>(shell, async ({ client, output }, _, [name]) =>
        output.record(await client.call('machine.remove', { machine: name }), () => `${name} is gone.`),
      ),
    );
  machine
    .command('install')
    .argument('<machine>', 'name or id of the machine')
    .description('install the Mobility service by hand')
    .action(
      onLab<object, [string]>(shell, async ({ client, output }, _, [name]) =>
        output.record(await client.call('machine.installMobility', { machine: name }), () => `The Mobility service of ${name} has registered.`),
      ),
    );
  machine
    .command('update')
    .argument('<machine>', 'name or id of the machine')
    .description('update the Mobility service')
    .action(onLab<object, [string]>(shell, async (session, _, [name]) => void (await runJob(session, 'machine.updateMobility', { machine: name }))));
}

function addGuest(machine: Command, shell: Shell): void {
  machine
    .command('guest')
    .argument('<machine>', 'name or id of the machine')
    .argument('[changes...]', 'field=value')
    .description('show or change what a push installation, a discovery or a VSS snapshot finds inside')
    .addHelpText(
      'after',
      '\nExamples:\n  srlab machine guest app01 wmi=false              push installation fails with 95103\n  srlab machine guest web01 ssh=false              … with 95108\n  srlab machine guest db01 vssWorks=false          no app-consistent points\n  srlab machine guest db01 clockSkewMs=660000      78193',
    )
    .action(
      onLab<object, [string, string[]]>(shell, async ({ client, output }, _, [name, changes]) => {
        const guest = await client.call('machine.guest', { machine: name, change: Object.fromEntries(changes.map(parseChange)) });
        output.record(guest, (fields) =>
          Object.entries(fields)
            .map(([field, value]) => `${field.padEnd(24)}${String(value)}`)
            .join('\n'),
        );
      }),
    );
}

function parseChange(text: string): [string, boolean | number | string] {
  const at = text.indexOf('=');
  if (at < 1) throw new LabError('CommandLineInvalid', `${text} is not field=value.`);
  const value = text.slice(at + 1);
  if (value === 'true' || value === 'false') return [text.slice(0, at), value === 'true'];
  return [text.slice(0, at), /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value];
}

function addVCenter(site: Command, shell: Shell): void {
  site
    .command('refresh')
    .description('discover machines now instead of within 15 minutes')
    .action(onLab(shell, async (session) => void (await runJob(session, 'site.refresh', {}))));
  site
    .command('register')
    .description('register the configuration server with another vault; its machines must not be protected any more')
    .requiredOption('--vault <name>', 'the vault')
    .option('--resource-group <name>', 'when several vaults have this name')
    .action(
      onLab<{ vault: string; resourceGroup?: string }, []>(shell, async ({ client, output }, { vault, resourceGroup }) =>
        output.record(
          await client.call('site.register', { vault, ...(resourceGroup === undefined ? {} : { resourceGroup }) }),
          (registered) => `The configuration server belongs to ${registered.vault} (${registered.resourceGroup}, ${registered.region}).`,
        ),
      ),
    );
  site
    .command('add-physical')
    .argument('<name>', 'its name')
    .argument('<address>', 'its IPv4 address')
    .addArgument(new Argument('<os>', 'its system').choices(['Windows', 'Linux']))
    .description('type a physical server into the vault')
    .action(
      onLab<object, [string, string, 'Windows' | 'Linux']>(
        shell,
        async (session, _, [name, ipAddress, osType]) => void (await runJob(session, 'site.addPhysicalServer', { name, ipAddress, osType })),
      ),
    );
  site
    .command('account')
    .addArgument(new Argument('<role>', 'what the configuration server may do in vCenter').choices(['siteRecovery', 'readOnly']))
    .description('change the rights of the vCenter account; read-only breaks re-protection alone')
    .action(
      onLab<object, ['siteRecovery' | 'readOnly']>(shell, async ({ client, output }, _, [role]) =>
        output.record(await client.call('vcenter.account', { role }), () => `The account has the role ${role}.`),
      ),
    );
  site
    .command('host')
    .argument('<name>', 'an ESXi host')
    .addArgument(new Argument('<connection>', 'how vCenter sees it').choices(['CONNECTED', 'DISCONNECTED', 'NOT_RESPONDING']))
    .description('connect or disconnect an ESXi host')
    .action(
      onLab<object, [string, 'CONNECTED' | 'DISCONNECTED' | 'NOT_RESPONDING']>(shell, async ({ client, output }, _, [name, connection]) =>
        output.record(await client.call('vcenter.host', { name, connection }), () => `${name} is ${connection}.`),
      ),
    );
  site
    .command('datastore')
    .argument('<name>', 'a datastore')
    .addArgument(new Argument('<state>', 'whether the hosts reach it').choices(['accessible', 'inaccessible']))
    .description('take a datastore away, or give it back')
    .action(
      onLab<object, [string, string]>(shell, async ({ client, output }, _, [name, state]) =>
        output.record(await client.call('vcenter.datastore', { name, accessible: state === 'accessible' }), () => `${name} is ${state}.`),
      ),
    );
}

interface BandwidthOptions {
  readonly processServer?: string;
  readonly days: readonly string[];
  readonly from: string;
  readonly to: string;
  readonly work?: number;
  readonly other?: number;
}

function addServers(site: Command, shell: Shell): void {
  site
    .command('bandwidth')
    .description('throttle the uploads of a process server; without rates: no throttle')
    .option('--process-server <name>', 'default: all')
    .option('--work <rate>', 'in work hours, 512kbps to 102Mbps', parseBandwidth)
    .option('--other <rate>', 'in other hours', parseBandwidth)
    .option('--days <day...>', 'work days, 0 is Sunday', ['1', '2', '3', '4', '5'])
    .option('--from <hour>', 'work begins, UTC', '8')
    .option('--to <hour>', 'work ends, UTC', '18')
    .action(
      onLab<BandwidthOptions, []>(shell, async ({ client, output }, { processServer, days, from, to, work, other }) => {
        const rate = work ?? other;
        const schedule: BandwidthSchedule | null =
          rate === undefined
            ? null
            : { workDays: days.map(Number), startWorkHour: Number(from), endWorkHour: Number(to), workHourBps: work ?? rate, nonWorkHourBps: other ?? rate };
        await client.call('processServer.bandwidth', { schedule, ...(processServer === undefined ? {} : { processServer }) });
        output.record({ schedule }, () => (schedule === null ? 'No throttle.' : 'The schedule is set.'));
      }),
    );
  site
    .command('renew-certificates')
    .description('three more years for the certificate of the configuration server')
    .action(
      onLab(shell, async ({ client, output }) =>
        output.record(await client.call('site.renewCertificates', {}), ({ expiryMs }) => `Valid until ${timeText(expiryMs)}.`),
      ),
    );
  site
    .command('replication-path')
    .addArgument(new Argument('<path>', 'how replicated data leaves the site').choices(['internet', 'expressRouteMicrosoftPeering', 'siteToSiteVpn']))
    .description('choose how data leaves the site; a site-to-site VPN is not supported for replication')
    .action(
      onLab<object, ['internet' | 'expressRouteMicrosoftPeering' | 'siteToSiteVpn']>(shell, async ({ client, output }, _, [path]) =>
        output.record(await client.call('site.replicationPath', { path }), () => `Replication leaves the site by ${path}.`),
      ),
    );
}
