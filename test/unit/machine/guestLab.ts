// A kernel on stepped time, a folder, and machines with raw disks in it, for the tests of guests.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabClock } from '../../../emulator/kernel/clock.ts';
import { FaultGate } from '../../../emulator/kernel/faults.ts';
import { seededIds } from '../../../emulator/kernel/ids.ts';
import type { Kernel } from '../../../emulator/kernel/kernel.ts';
import { Network } from '../../../emulator/kernel/network.ts';
import { seededRandom } from '../../../emulator/kernel/random.ts';
import { Trace } from '../../../emulator/kernel/trace.ts';
import { RawDisk } from '../../../emulator/disk/rawDisk.ts';
import type { MachineDefinition } from '../../../emulator/machine/definition.ts';
import { guestConditions } from '../../../emulator/machine/guest.ts';
import { Machine } from '../../../emulator/machine/machine.ts';

export interface GuestLab extends AsyncDisposable {
  readonly folder: string;
  readonly clock: LabClock;
  readonly kernel: Kernel;
  /** Activities that ended with an error. */
  readonly failures: unknown[];
  /** A Linux machine with one raw disk `disk0` of 16 MiB. */
  machine(name: string, change?: Partial<MachineDefinition>): Promise<Machine>;
  diskPath(machineName: string, diskId: string): string;
}

export function guestLab(seed = 'guest'): GuestLab {
  const folder = mkdtempSync(join(tmpdir(), 'srlab-guest-'));
  const failures: unknown[] = [];
  const clock = new LabClock({ startMs: Date.UTC(2017, 5, 1), onError: (_name, error) => void failures.push(error) });
  const random = seededRandom(seed);
  const kernel: Kernel = {
    clock,
    random,
    ids: seededIds(random.fork('ids')),
    faults: new FaultGate({ clock, random: random.fork('faults') }),
    network: new Network(clock),
    trace: new Trace(() => clock.now()),
  };
  const machines: Machine[] = [];
  const diskPath = (machineName: string, diskId: string): string => join(folder, machineName, `${diskId}.raw`);
  return {
    folder,
    clock,
    kernel,
    failures,
    diskPath,
    machine: async (name, change = {}) => {
      const definition = definitionOf(name, change);
      mkdirSync(join(folder, name, 'system'), { recursive: true });
      for (const disk of definition.disks)
        await (await RawDisk.create({ path: diskPath(name, disk.diskId), sizeBytes: disk.sizeBytes }))[Symbol.asyncDispose]();
      const machine = new Machine({
        kernel,
        definition,
        folder: join(folder, name, 'system'),
        openDevice: (diskId) => RawDisk.open({ path: diskPath(name, diskId) }),
      });
      machines.push(machine);
      return machine;
    },
    [Symbol.asyncDispose]: async () => {
      for (const machine of machines) await machine[Symbol.asyncDispose]();
      clock.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function definitionOf(name: string, change: Partial<MachineDefinition>): MachineDefinition {
  return {
    machineId: `id-${name}`,
    name,
    platform: 'Physical',
    osType: 'Linux',
    osVersion: 'Ubuntu 16.04',
    architecture: '64-bit',
    firmware: 'BIOS',
    secureBoot: false,
    cpuCount: 2,
    memoryBytes: 2 ** 32,
    nics: [{ nicId: '00:50:56:00:00:01', network: 'VM Network', ipAddress: '10.0.0.4' }],
    disks: [{ diskId: 'disk0', name: 'disk 0', sizeBytes: 16 * 2 ** 20, osDisk: true, dynamic: false, sectorBytes: 512 }],
    guest: guestConditions('Linux'),
    ...change,
  };
}
