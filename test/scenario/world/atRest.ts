// The judgement: everything is repaired, work comes to rest, and then the whole past of every disk must be what was written.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sectorBytes } from '../../../emulator/disk/blockDevice.ts';
import { LabError } from '../../../emulator/kernel/errors.ts';
import { bytesOf, readSector, sectorsPerDisk, type MachineContent } from './machineModel.ts';
import type { TrackedMachine, World } from './world.ts';

/** Links that stand whenever nobody cut them. */
export async function repair(world: World): Promise<void> {
  for (const { rule } of await world.call('fault.list', {})) await world.call('fault.remove', { id: rule.id });
  for (const { path, state } of await world.call('link.list', {})) if (state === 'cut') await world.call('link.set', { path, state: 'up' });
}

/** Repairs, and lets time pass until every machine is protected and nothing is under way; resynchronises what asks for it. */
export async function comeToRest(world: World): Promise<void> {
  await repair(world);
  await world.refreshTime();
  for (const machine of world.machines) {
    await world.until(`${machine.name} at rest`, async () => {
      const item = await world.item(machine);
      if (item.resyncRequired) await world.attempt('item.resync', { machine: machine.name });
      return (
        item.protectionState === 'Protected' &&
        !item.resyncRequired &&
        item.disks.every((disk) => disk.stage === 'DifferentialSync' && disk.mode === 'data' && disk.pendingBytes === 0)
      );
    });
  }
  await world.until('jobs at rest', async () => (await world.call('lab.status', {})).jobsRunning === 0);
}

/** @returns how many recovery points were compared. @throws Error that names the first difference */
export async function verifyEverything(world: World): Promise<number> {
  let compared = 0;
  for (const machine of world.machines) {
    await requirePresent(world, machine);
    await requireMark(world, machine);
    for (const { pointId, timeMs } of await world.call('item.points', { machine: machine.name })) {
      await requirePoint(world, machine, { pointId, timeMs });
      compared += 1;
    }
    const { present, diskCount } = machine.model;
    for (let disk = 0; disk < diskCount; disk += 1)
      requireEqual(`replica of ${machine.name} disk ${disk}`, await world.read(machine, disk, 'replica'), present[disk] as MachineContent[number]);
  }
  requireNothingUnexpected(world);
  return compared;
}

/** No acknowledged write is lost. */
export async function requirePresent(world: World, machine: TrackedMachine): Promise<void> {
  for (const [disk, content] of machine.model.present.entries())
    requireEqual(`${machine.name} disk ${disk}`, await world.read(machine, disk, 'present'), content);
}

/** The machine's own newest content becomes a recovery point. */
async function requireMark(world: World, machine: TrackedMachine): Promise<void> {
  const point = await world.call('machine.mark', { machine: machine.name, consistency: 'CrashConsistent' });
  await world.refreshTime();
  for (const [disk, content] of machine.model.present.entries())
    requireEqual(`newest point of ${machine.name} disk ${disk}`, await world.read(machine, disk, { pointId: point.pointId }), content);
}

/** @returns the content that the point turned out to hold */
export async function requirePoint(world: World, machine: TrackedMachine, { pointId, timeMs }: { pointId: string; timeMs: number }): Promise<MachineContent> {
  const disks: Buffer[] = [];
  for (let disk = 0; disk < machine.model.diskCount; disk += 1) disks.push(await world.read(machine, disk, { pointId }));
  let first: MachineContent | undefined;
  for (const content of machine.model.contentsAt(timeMs)) {
    if (content.every((one, disk) => bytesOf(one, 0, sectorsPerDisk).equals(disks[disk] as Buffer))) return content;
    first ??= content;
  }
  const moment = new Date(timeMs).toISOString();
  for (const [disk, content] of (first ?? []).entries())
    requireEqual(`recovery point of ${moment} of ${machine.name} disk ${disk}`, disks[disk] as Buffer, content);
  throw new Error(`The recovery point of ${moment} of ${machine.name} holds no common moment of its disks.`);
}

/** @throws Error that names the first sector that differs, and how many do */
export function requireEqual(what: string, bytes: Buffer, content: MachineContent[number]): void {
  const expected = bytesOf(content, 0, sectorsPerDisk);
  if (bytes.equals(expected)) return;
  const differing: number[] = [];
  for (let sector = 0; sector < sectorsPerDisk; sector += 1) {
    const [from, to] = [sector * sectorBytes, (sector + 1) * sectorBytes];
    if (!bytes.subarray(from, to).equals(expected.subarray(from, to))) differing.push(sector);
  }
  const sector = differing[0] as number;
  const held = readSector(bytes.subarray(sector * sectorBytes, (sector + 1) * sectorBytes));
  const wanted = readSector(expected.subarray(sector * sectorBytes, (sector + 1) * sectorBytes));
  throw new Error(`${what}: ${differing.length} sectors differ; sector ${sector} holds ${held}, not ${wanted}.`);
}

/** Work that threw is a defect even when the bytes came right in the end. */
function requireNothingUnexpected(world: World): void {
  for (const line of readFileSync(join(world.labDir, '.srlab', 'trace.jsonl'), 'utf8').split('\n')) {
    if (!line.includes('"unexpected"')) continue;
    // The last line of a killed process may be torn; then the next one stands behind it.
    throw new LabError('InternalError', line.slice(0, 2000));
  }
}
