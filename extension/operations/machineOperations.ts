// Machines as their owners handle them: power, workloads, writes to a disk, recovery points on demand, larger disks; and the lab as a whole put aside.
import type { MachineRecord } from '../../emulator/contract/resources.ts';
import type { DiskReference } from '../../emulator/contract/control/disks.ts';
import { ExtensionError } from '../lab/labError.ts';
import { itemOf, nameOf } from '../model/find.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { sizeText } from '../tree/figures.ts';
import type { Subject } from '../tree/node.ts';
import { t } from '../texts.ts';
import { numberProblem } from './azureNames.ts';
import { itemAllows } from './availability.ts';
import { azureDetails, labMachineOf, siteDetails } from './lookups.ts';
import type { Availability, Operation, PickStep, SubjectKind } from './operation.ts';

const kinds: readonly SubjectKind[] = ['item', 'machine', 'virtualMachine'];
const bytesPerMegabyte = 2 ** 20;
const largestWriteBytes = 64 * 1024;
const sectorBytes = 512;

function machineIs(snapshot: LabSnapshot, subject: Subject | undefined, fits: (machine: MachineRecord) => Availability = () => true): Availability {
  const machine = labMachineOf(snapshot, subject);
  return machine === undefined ? { because: t('The lab does not know this machine.'), remedy: t('Choose another.') } : fits(machine);
}

/** @throws ExtensionError MachineGone */
function required(snapshot: LabSnapshot, subject: Subject | undefined): MachineRecord {
  const machine = labMachineOf(snapshot, subject);
  if (machine === undefined) throw new ExtensionError('MachineGone', t('The lab does not know this machine any more.'));
  return machine;
}

function power(id: string, title: () => string, to: 'on' | 'off' | 'shutdown'): Operation {
  return {
    id,
    title,
    on: kinds,
    many: true,
    by: 'lab',
    availability: (snapshot, subject) =>
      machineIs(snapshot, subject, ({ name, poweredOn }) =>
        poweredOn !== (to === 'on') ? true : { because: poweredOn ? t('{0} is on.', name) : t('{0} is off.', name), remedy: t('Nothing to do.') },
      ),
    ...(to === 'off'
      ? {
          confirmation: ({ snapshot }, subjects) => ({
            question: t('Cut the power of {0}?', subjects.map((subject) => required(snapshot, subject).name).join(', ')),
            detail: t('What the guest had not written out is lost, as with any machine.'),
            button: t('Power Off'),
          }),
        }
      : {}),
    calls: ({ snapshot }, subjects) =>
      subjects.map((subject) => ({ control: 'machine.power', request: { machine: required(snapshot, subject).machineId, to } })),
  } satisfies Operation;
}

function workload(id: string, title: () => string, to: 'running' | 'stopped'): Operation {
  return {
    id,
    title,
    on: kinds,
    many: true,
    by: 'lab',
    availability: (snapshot, subject) =>
      machineIs(snapshot, subject, ({ name, poweredOn, workloads }) => {
        if (workloads.length === 0) return { because: t('{0} has no workload.', name), remedy: t('Choose another machine.') };
        return poweredOn ? true : { because: t('{0} is off.', name), remedy: t('Power it on first.') };
      }),
    calls: ({ snapshot }, subjects) =>
      subjects.map((subject) => ({ control: 'machine.workload', request: { machine: required(snapshot, subject).machineId, to } })),
  };
}

const markNow: Operation<{ consistency: string }> = {
  id: 'makeRecoveryPoint',
  title: () => t('Make Recovery Point Now'),
  on: ['item'],
  many: true,
  by: 'lab',
  availability: (snapshot, subject) => {
    const item = itemOf(snapshot, subject);
    if (item === undefined) return itemAllows(undefined, 'TestFailover');
    if (item.properties?.activeLocation === 'Recovery') return { because: t('{0} does not replicate now.', nameOf(item)), remedy: t('Re-protect it first.') };
    return (azureDetails(item)?.protectionStage ?? siteDetails(item)?.protectionStage) === 'DifferentialSync'
      ? true
      : { because: t('{0} is not in step with its replica yet.', nameOf(item)), remedy: t('Wait until the copy has ended.') };
  },
  steps: () => [
    {
      kind: 'pick',
      key: 'consistency',
      title: t('Consistency'),
      placeholder: t('Of which kind?'),
      choices: () => [
        { value: 'CrashConsistent', label: t('Crash-consistent') },
        { value: 'ApplicationConsistent', label: t('App-consistent'), detail: t('The applications write everything out first.') },
      ],
    },
  ],
  calls: ({ snapshot }, subjects, { consistency }) =>
    subjects.map((subject) => ({
      control: 'machine.mark',
      request: {
        machine: required(snapshot, subject).machineId,
        consistency: consistency === 'ApplicationConsistent' ? 'ApplicationConsistent' : 'CrashConsistent',
      },
    })),
};

function diskStep<Given extends { disk: string }>(snapshot: LabSnapshot, subject: Subject | undefined): PickStep<Given> {
  return {
    kind: 'pick',
    key: 'disk',
    title: t('Disk'),
    placeholder: t('Which disk?'),
    remember: false,
    choices: () =>
      required(snapshot, subject).disks.map(({ diskId, name, sizeBytes }, place) => ({
        value: diskId,
        label: t('{0}: {1}', place, name),
        description: t('{0} MiB', Math.floor(sizeBytes / bytesPerMegabyte)),
      })),
  };
}

function present(machine: MachineRecord, disk: string): DiskReference {
  return { location: machine.platform === 'Azure' ? 'azure' : 'onPremises', machine: machine.machineId, disk, at: 'present' };
}

const writeToDisk: Operation<{ disk: string; offset: string; text: string }> = {
  id: 'writeToDisk',
  title: () => t('Write to Disk'),
  on: kinds,
  by: 'lab',
  availability: (snapshot, subject) =>
    machineIs(snapshot, subject, ({ name, poweredOn }) => (poweredOn ? true : { because: t('{0} is off.', name), remedy: t('Power it on first.') })),
  steps: ({ snapshot }, [subject]) => [
    diskStep(snapshot, subject),
    {
      kind: 'text',
      key: 'offset',
      title: t('Offset'),
      prompt: t('Byte at which the text begins, a multiple of {0}', sectorBytes),
      initial: () => String(64 * bytesPerMegabyte),
      problem: (text, { disk }) => {
        const sizeBytes = required(snapshot, subject).disks.find(({ diskId }) => diskId === disk)?.sizeBytes ?? 0;
        const outside = numberProblem(text, { least: 0, most: Math.max(0, sizeBytes - largestWriteBytes) });
        return outside ?? (Number(text) % sectorBytes === 0 ? undefined : t('A multiple of {0}.', sectorBytes));
      },
    },
    {
      kind: 'text',
      key: 'text',
      title: t('Text'),
      prompt: t('What the guest writes there, as UTF-8; the rest of the sector becomes zero'),
      problem: (text) =>
        text === '' ? t('There is nothing to write.') : Buffer.byteLength(text) > largestWriteBytes ? t('At most {0} bytes.', largestWriteBytes) : undefined,
    },
  ],
  calls: ({ snapshot }, [subject], { disk, offset, text }) => [
    {
      control: 'disk.write',
      request: { disk: present(required(snapshot, subject), disk), offset: Number(offset), base64: sectorsOf(text).toString('base64') },
    },
  ],
};

/** Disks are written in sectors. */
function sectorsOf(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([bytes], Math.ceil(bytes.length / sectorBytes) * sectorBytes);
}

const growDisk: Operation<{ disk: string; size: string }> = {
  id: 'growDisk',
  title: () => t('Grow Disk'),
  on: ['item', 'machine'],
  by: 'lab',
  availability: (snapshot, subject) =>
    machineIs(snapshot, subject, ({ name, poweredOn }) => (poweredOn ? { because: t('{0} is on.', name), remedy: t('Shut it down first.') } : true)),
  steps: ({ snapshot }, [subject]) => {
    const sizeOf = (disk: string | undefined): number =>
      Math.ceil((required(snapshot, subject).disks.find(({ diskId }) => diskId === disk)?.sizeBytes ?? 0) / bytesPerMegabyte);
    return [
      diskStep(snapshot, subject),
      {
        kind: 'text',
        key: 'size',
        title: t('Size'),
        prompt: t('New size in MiB; a protected machine is resynchronised afterwards'),
        initial: ({ disk }) => String(sizeOf(disk) + 1024),
        problem: (text, { disk }) => numberProblem(text, { least: sizeOf(disk) + 1, most: 4 * 1024 * 1024 }),
        shown: (text) => sizeText(Number(text) * bytesPerMegabyte),
      },
    ];
  },
  calls: ({ snapshot }, [subject], { disk, size }) => [
    { control: 'disk.grow', request: { disk: present(required(snapshot, subject), disk), sizeBytes: Number(size) * bytesPerMegabyte } },
  ],
};

const saveLab: Operation<{ name: string }> = {
  id: 'saveLab',
  title: () => t('Save Lab'),
  on: [],
  by: 'lab',
  availability: ({ state }) => (state === 'running' ? true : { because: t('No lab runs.'), remedy: t('Start the lab.') }),
  steps: () => [
    {
      kind: 'text',
      key: 'name',
      title: t('Name'),
      prompt: t('The lab is put aside under this name, with its disks and replicas'),
      problem: (text) => (/^[A-Za-z0-9][\w.-]{0,62}$/.test(text) ? undefined : t('1 to 63 letters, digits, dots, hyphens and underscores.')),
    },
  ],
  calls: (_context, _subjects, { name }) => [{ control: 'lab.save', request: { name } }],
};

export const machineOperations: readonly Operation[] = [
  power('powerOn', () => t('Power On'), 'on'),
  power('shutDown', () => t('Shut Down Guest'), 'shutdown'),
  power('powerOff', () => t('Power Off'), 'off'),
  workload('startWorkload', () => t('Start Workload'), 'running'),
  workload('stopWorkload', () => t('Stop Workload'), 'stopped'),
  markNow,
  writeToDisk,
  growDisk,
  saveLab,
];
