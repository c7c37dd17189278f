// What there is in the lab: its state, its machines, their vCenter snapshots.
import type { Command } from 'commander';
import type { LabStatus, MachineRecord, SnapshotRecord } from '../../contract/resources.ts';
import { answered } from '../labTime.ts';
import { onLab, type Shell } from '../shell.ts';
import { durationText, sizeText, table, timeText, type Column } from '../texts.ts';

const machineColumns: readonly Column<MachineRecord>[] = [
  { title: 'MACHINE', text: (machine) => machine.name },
  { title: 'WHERE', text: (machine) => machine.platform },
  { title: 'POWER', text: (machine) => (machine.poweredOn ? 'on' : 'off') },
  { title: 'OS', text: (machine) => machine.osType },
  { title: 'DISKS', text: (machine) => machine.disks.map((disk) => sizeText(disk.sizeBytes)).join(' + ') },
  {
    title: 'PROTECTION',
    text: (machine) => machine.item?.protectionStateDescription ?? (machine.notSelectable.length === 0 ? '–' : machine.notSelectable.join('; ')),
  },
  { title: 'HEALTH', text: (machine) => machine.item?.replicationHealth ?? '–' },
  { title: 'RPO', right: true, text: (machine) => (machine.item?.rpoMs == null ? '–' : durationText(machine.item.rpoMs)) },
  { title: 'POINTS', right: true, text: (machine) => String(machine.item?.recoveryPoints ?? '–') },
];

const snapshotColumns: readonly Column<SnapshotRecord>[] = [
  { title: 'SNAPSHOT', text: (snapshot) => snapshot.snapshotId },
  { title: 'CREATED (UTC)', text: (snapshot) => timeText(snapshot.createdMs) },
  { title: 'NAME', text: (snapshot) => snapshot.name },
];

export function addMachineCommands(program: Command, shell: Shell): void {
  program
    .command('status')
    .description('show the lab: time, components, machines, links, health')
    .helpGroup('Lab:')
    .action(onLab<object, []>(shell, async ({ client, output }) => output.record(await client.call('lab.status', {}), statusText)));
  program
    .command('machines')
    .description('list the machines on both sides and how they are protected')
    .helpGroup('Estate:')
    .action(
      onLab<object, []>(shell, async ({ client, output }) => output.list(await client.call('machine.list', {}), machineColumns, 'No machine in this lab.')),
    );
  addPower(program, shell);
  addSnapshots(program, shell);
}

function addPower(program: Command, shell: Shell): void {
  const power = program.command('power').description('turn a machine on or off').helpGroup('Estate:');
  for (const [name, summary, to] of [
    ['on', 'power on', 'on'],
    ['off', 'cut the power; nothing is flushed', 'off'],
    ['shutdown', 'shut the guest down', 'shutdown'],
  ] as const) {
    power
      .command(name)
      .argument('<machine>', 'name or id of the machine')
      .description(summary)
      .action(
        onLab<object, [string]>(shell, async ({ client, output }, _, [machine]) =>
          output.list([await answered(client, client.call('machine.power', { machine, to }))], machineColumns, ''),
        ),
      );
  }
}

function addSnapshots(program: Command, shell: Shell): void {
  const snapshot = program.command('snapshot').description('vCenter snapshots of a machine (not recovery points: see points)').helpGroup('Estate:');
  snapshot
    .command('list')
    .argument('<machine>')
    .description('list the snapshots of a machine')
    .action(
      onLab<object, [string]>(shell, async ({ client, output }, _, [machine]) =>
        output.list(await client.call('snapshot.list', { machine }), snapshotColumns, 'No snapshot.'),
      ),
    );
  snapshot
    .command('create')
    .argument('<machine>')
    .argument('<name>')
    .description('take a snapshot')
    .action(
      onLab<object, [string, string]>(shell, async ({ client, output }, _, [machine, name]) =>
        output.list([await client.call('snapshot.create', { machine, name })], snapshotColumns, ''),
      ),
    );
  snapshot
    .command('remove')
    .argument('<machine>')
    .argument('<snapshot>')
    .description('merge a snapshot into the disk')
    .action(
      onLab<object, [string, string]>(shell, async ({ client, output }, _, [machine, snapshotId]) =>
        output.record(await client.call('snapshot.remove', { machine, snapshotId }), () => `Removed ${snapshotId}.`),
      ),
    );
}

export function statusText(status: LabStatus): string {
  const speed = typeof status.clock.speed === 'number' ? `×${status.clock.speed}` : status.clock.speed;
  const roles = table(status.roles, [
    { title: 'COMPONENT', text: (role) => role.name },
    { title: 'ROLE', text: (role) => role.role },
    { title: 'STATE', text: (role) => role.state },
    { title: 'HEALTH', text: (role) => role.health },
    { title: 'HEARTBEAT (UTC)', text: (role) => timeText(role.lastHeartbeatMs) },
    { title: 'ADDRESS', text: (role) => role.url ?? '' },
  ]);
  const links = status.links
    .filter((link) => link.state === 'cut' || link.bandwidthBps > 0 || link.latencyMs > 0)
    .map((link) => `Link ${link.path}: ${link.state}`);
  const errors = [...status.healthErrors, ...status.machines.flatMap((machine) => machine.item?.healthErrors ?? [])].map(
    (error) => `${error.level} ${error.code}: ${error.message}`,
  );
  return [
    `Vault ${status.vault}, scenario ${status.scenario}, seed ${status.seed}, in ${status.dir} (process ${status.pid})`,
    `Lab time ${timeText(status.clock.timeMs)} UTC, speed ${speed}; ${status.jobsRunning} jobs running, ${status.faults.length} faults set`,
    '',
    roles,
    '',
    status.machines.length === 0 ? 'No machine in this lab.' : table(status.machines, machineColumns),
    ...(links.length + errors.length === 0 ? [] : ['', ...links, ...errors]),
  ].join('\n');
}
