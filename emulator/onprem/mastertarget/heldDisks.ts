// The disks that a master target holds: taken up through vCenter, written into by their replicas, given back or forgotten.
import type { BlockDevice } from '../../disk/blockDevice.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { MasterTargetReport } from '../../replication/reports.ts';
import { HeldPair } from './heldPair.ts';
import type { RetentionLog } from './retentionLog.ts';
import type { RetentionVolume, RetentionVolumeDefinition } from './retentionVolume.ts';
import type { HeldDisk } from './state.ts';
import { VmdkReplica } from './vmdkReplica.ts';

/** A retention drive and the batches that wait on it. */
export interface Drive {
  readonly volume: RetentionVolume;
  readonly log: RetentionLog;
}

export interface HeldDisksDeps {
  readonly kernel: Kernel;
  readonly drives: ReadonlyMap<string, Drive>;
  /** The ESXi host of the master target opens a VMDK (`[datastore] folder/name.vmdk`) for it. */
  readonly openDatastoreDisk: (vmdkFile: string) => Promise<BlockDevice>;
  /** A disk got into trouble. */
  readonly onChange: () => void;
}

export class HeldDisks implements AsyncDisposable {
  readonly #deps: HeldDisksDeps;
  readonly #pairs = new Map<string, HeldPair>();
  /** Why a disk that should be held is not. */
  readonly #problems = new Map<string, LabError>();

  constructor(deps: HeldDisksDeps) {
    this.#deps = deps;
  }

  get volumes(): RetentionVolume[] {
    return [...this.#deps.drives.values()].map(({ volume }) => volume);
  }

  volume(volumeName: string): RetentionVolumeDefinition | undefined {
    return this.#deps.drives.get(volumeName)?.volume.definition;
  }

  /** Pairs whose disk should be held and is not. */
  missing(): Iterable<string> {
    return this.#problems.keys();
  }

  /** What is wrong with disks, held or not. */
  problems(): LabError[] {
    return [...[...this.#pairs.values()].flatMap((pair) => pair.broken ?? []), ...this.#problems.values()];
  }

  describe(): Promise<MasterTargetReport['pairs']> {
    return Promise.all([...this.#pairs.values()].map((pair) => pair.describe()));
  }

  /** The pair while its disk is held. */
  find(pairId: string): HeldPair | undefined {
    return this.#pairs.get(pairId);
  }

  /** @throws LabError MasterTargetUnknownPair, or why the disk is not held */
  pair(pairId: string): HeldPair {
    const pair = this.#pairs.get(pairId);
    if (pair === undefined) throw this.#problems.get(pairId) ?? new LabError('MasterTargetUnknownPair', pairId);
    return pair;
  }

  /** After a restart: a disk whose file or journal is in trouble must not keep the others from going on. */
  async takeUp(held: HeldDisk | undefined): Promise<void> {
    if (held === undefined) return;
    try {
      await this.hold(held);
    } catch (error) {
      const problem = LabError.from(error);
      this.#problems.set(held.pairId, problem);
      this.#deps.kernel.trace.record('mastertarget', 'diskNotHeld', { pairId: held.pairId, code: problem.code, message: problem.message });
    }
  }

  /** Begins to take batches for a disk. @throws LabError of the disk's file, RetentionJournalDamaged */
  async hold(held: HeldDisk): Promise<void> {
    if (this.#pairs.has(held.pairId)) return;
    const { volume, log } = this.#drive(held.retentionDrive);
    const disk = await this.#deps.openDatastoreDisk(held.vmdkFile);
    try {
      this.#pairs.set(held.pairId, await HeldPair.open({ kernel: this.#deps.kernel, held, volume, log, disk, onChange: this.#deps.onChange }));
      this.#problems.delete(held.pairId);
    } catch (error) {
      await disk[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Lets go of a disk, at its `snapshotId` if it has one; journal and log stay until `forget`. */
  async release(held: HeldDisk): Promise<void> {
    const { clock } = this.#deps.kernel;
    const pair = this.#pairs.get(held.pairId);
    this.#pairs.delete(held.pairId);
    this.#problems.delete(held.pairId);
    if (pair !== undefined) await clock.idle(pair[Symbol.asyncDispose]());
    if (held.snapshotId === null) return;
    const { volume } = this.#drive(held.retentionDrive);
    await using replica = await VmdkReplica.open({ volume, pairId: held.pairId, disk: await this.#deps.openDatastoreDisk(held.vmdkFile) });
    await replica.restoreTo(held.snapshotId);
  }

  async forget(held: HeldDisk): Promise<void> {
    const { volume, log } = this.#drive(held.retentionDrive);
    await log.drop(held.pairId);
    await volume.drop(held.pairId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pair of this.#pairs.values()) await pair[Symbol.asyncDispose]();
    this.#pairs.clear();
  }

  #drive(volumeName: string): Drive {
    const drive = this.#deps.drives.get(volumeName);
    if (drive === undefined) throw new LabError('RetentionDriveMissing', volumeName);
    return drive;
  }
}
