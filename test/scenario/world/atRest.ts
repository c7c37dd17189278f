// The judgement: everything is repaired, work comes to rest, and then the whole past of every disk must be what was written.
import type { DiskReference } from '../../../emulator/contract/control/disks.ts';
import { sectorBytes } from '../../../emulator/disk/blockDevice.ts';
import { LabError } from '../../../emulator/kernel/errors.ts';
import { bytesOf, readSector, sectorsPerDisk, type ContentSpan, type DiskContent } from './machineModel.ts';
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
  const moments = new Map<string, GroupMoment[]>();
  for (const machine of world.machines) {
    await requirePresent(world, machine);
    await requireMark(world, machine);
    for (const { pointId, markId, timeMs } of await world.call('item.points', { machine: machine.name })) {
      const spans = await requirePoint(world, machine, { pointId, timeMs });
      moments.set(markId, [...(moments.get(markId) ?? []), { machine, timeMs, spans }]);
      compared += 1;
    }
    for (const [disk, content] of machine.model.present.entries())
      await requireDisk(world, { what: `replica of ${machine.name} disk ${disk}`, disk: world.diskOf(machine, disk, 'replica'), content });
  }
  for (const ofMark of moments.values()) requireCommonMoment(ofMark);
  requireNothingUnexpected(world);
  return compared;
}

/** No acknowledged write is lost. */
export async function requirePresent(world: World, machine: TrackedMachine): Promise<void> {
  for (const [disk, content] of machine.model.present.entries())
    await requireDisk(world, { what: `${machine.name} disk ${disk}`, disk: world.diskOf(machine, disk, 'present'), content });
}

/** The machine's own newest content becomes a recovery point. */
async function requireMark(world: World, machine: TrackedMachine): Promise<void> {
  const { pointId } = await world.call('machine.mark', { machine: machine.name, consistency: 'CrashConsistent' });
  await world.refreshTime();
  for (const [disk, content] of machine.model.present.entries())
    await requireDisk(world, { what: `newest point of ${machine.name} disk ${disk}`, disk: world.diskOf(machine, disk, { pointId }), content });
}

/** @returns the contents that the point may be, the newest first; at least one. @throws Error that names the first difference */
export async function requirePoint(world: World, machine: TrackedMachine, { pointId, timeMs }: { pointId: string; timeMs: number }): Promise<ContentSpan[]> {
  const disks = machine.model.present.map((_, disk) => world.diskOf(machine, disk, { pointId }));
  const held: string[] = [];
  for (const disk of disks) held.push(await world.fingerprint(disk));
  const fitting: ContentSpan[] = [];
  let newest: ContentSpan | undefined;
  for (const span of machine.model.contentsAt(timeMs)) {
    const wanted = await Promise.all(span.content.map((content, number) => world.fingerprintOf(content, disks[number] as DiskReference)));
    if (wanted.every((one, number) => one === held[number])) fitting.push(span);
    newest ??= span;
  }
  if (fitting.length > 0) return fitting;
  const moment = new Date(timeMs).toISOString();
  for (const [number, content] of (newest?.content ?? []).entries())
    await requireDisk(world, { what: `recovery point of ${moment} of ${machine.name} disk ${number}`, disk: disks[number] as DiskReference, content });
  throw new Error(`The recovery point of ${moment} of ${machine.name} holds no common moment of its disks.`);
}

/** What one member's point of a mark may hold. */
interface GroupMoment {
  readonly machine: TrackedMachine;
  readonly timeMs: number;
  readonly spans: readonly ContentSpan[];
}

/** Members of a replication group that share a mark hold one moment: between the same two writes, whichever machine made them. */
function requireCommonMoment(moments: readonly GroupMoment[]): void {
  const [first, ...others] = moments;
  if (first === undefined) return;
  let common = [...first.spans] as readonly Pick<ContentSpan, 'from' | 'until'>[];
  for (const { spans } of others)
    common = common
      .flatMap((one) => spans.map((other) => ({ from: Math.max(one.from, other.from), until: Math.min(one.until, other.until) })))
      .filter(({ from, until }) => from < until);
  if (common.length === 0)
    throw new Error(
      `The points of one mark hold no common moment: ${moments.map(({ machine, timeMs }) => `${machine.name} ${new Date(timeMs).toISOString()}`).join(', ')}.`,
    );
}

/** @throws Error that names the first sector that differs, and how many do */
export async function requireDisk(
  world: World,
  { what, disk, content }: { readonly what: string; readonly disk: DiskReference; readonly content: DiskContent },
): Promise<void> {
  if ((await world.fingerprint(disk)) === (await world.fingerprintOf(content, disk))) return;
  const bytes = await world.readDisk(disk);
  const expected = bytesOf(content, 0, sectorsPerDisk);
  const differing: number[] = [];
  for (let sector = 0; sector < sectorsPerDisk; sector += 1) {
    const [from, to] = [sector * sectorBytes, (sector + 1) * sectorBytes];
    if (!bytes.subarray(from, to).equals(expected.subarray(from, to))) differing.push(sector);
  }
  const [sector] = differing;
  if (sector === undefined) throw new Error(`${what}: parts differ that nobody has written.`);
  const held = readSector(bytes.subarray(sector * sectorBytes, (sector + 1) * sectorBytes));
  const wanted = readSector(expected.subarray(sector * sectorBytes, (sector + 1) * sectorBytes));
  throw new Error(`${what}: ${differing.length} sectors differ; sector ${sector} holds ${held}, not ${wanted}.`);
}

/** Work that threw is a defect even when the bytes came right in the end. */
function requireNothingUnexpected(world: World): void {
  const [line] = world.traceLines('"unexpected"');
  if (line !== undefined) throw new LabError('InternalError', line.slice(0, 2000));
}
