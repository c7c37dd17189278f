// Moves the bytes of a site in one object: copies, comparisons and changes, to the log in Azure or onto the master target's VMDKs.
import type { Vault } from '../../../../emulator/azure/vault/vault.ts';
import type { Clock } from '../../../../emulator/kernel/clock.ts';
import { encodeBatch } from '../../../../emulator/replication/batch.ts';
import { blockChecksums, checksumBytes } from '../../../../emulator/replication/checksum.ts';
import type { PairOrder } from '../../../../emulator/replication/orders.ts';
import { seal } from '../../../../emulator/replication/seal.ts';
import type { Mark } from '../../../../emulator/replication/stations.ts';
import type { Sending } from './fakeSiteRecords.ts';
import type { MemoryBlob, MemoryStorage } from './memoryAzure.ts';

export const blockBytes = 4096;

export interface FakeSenderDeps {
  readonly hostId: string;
  readonly clock: Clock;
  readonly vault: () => Vault;
  readonly storage: MemoryStorage;
  readonly attached: ReadonlyMap<string, MemoryBlob>;
  readonly sourceOf: (order: PairOrder) => Buffer;
  readonly uploadCut: () => boolean;
}

export class FakeSender {
  readonly #deps: FakeSenderDeps;

  constructor(deps: FakeSenderDeps) {
    this.#deps = deps;
  }

  async copy(sending: Sending, initial: 'copy' | 'checksum'): Promise<void> {
    const source = this.#deps.sourceOf(sending.order);
    sending.stage = 'ResyncStepI';
    const theirs = initial === 'copy' ? undefined : await this.#targetChecksums(sending, source.length);
    const ours = blockChecksums(source, blockBytes);
    for (let block = 0; block * blockBytes < source.length; block += 1) {
      const at = block * checksumBytes;
      if (theirs === undefined || ours.compare(theirs, at, at + checksumBytes, at, at + checksumBytes) !== 0)
        sending.pending.push({ offset: block * blockBytes, length: blockBytes });
    }
    await this.send(sending, undefined);
    sending.stage = 'ResyncStepII';
  }

  async #targetChecksums(sending: Sending, length: number): Promise<Buffer> {
    if (sending.order.direction === 'reverse') return blockChecksums((this.#deps.attached.get(sending.order.pairId) as MemoryBlob).bytes, blockBytes);
    return this.#deps.clock.idle(this.#deps.vault().site.checksums(this.#deps.hostId, sending.order.pairId, { offset: 0, length, blockBytes }));
  }

  async send(sending: Sending, mark: Mark | undefined): Promise<void> {
    const { pairId, key, target } = sending.order;
    const source = this.#deps.sourceOf(sending.order);
    const extents = sending.pending.splice(0);
    const payload = extents.map((extent) => Buffer.from(source.subarray(extent.offset, extent.offset + extent.length)));
    sending.sentBytes += payload.reduce((sum, part) => sum + part.length, 0);
    if (target.kind === 'mastertarget') {
      const blob = this.#deps.attached.get(pairId) as MemoryBlob;
      extents.forEach((extent, place) => payload[place]?.copy(blob.bytes, extent.offset));
      sending.sequence = blob.sequence += 1;
      if (mark !== undefined) blob.snapshots.push({ id: `mt-${mark.id}`, sequence: sending.sequence, mark, bytes: Buffer.from(blob.bytes) });
    } else {
      sending.sequence += 1;
      const frame = encodeBatch(
        { pairId, sequence: sending.sequence, stage: sending.stage, extents, capturedMs: 0, ...(mark === undefined ? {} : { mark }) },
        payload,
      );
      const log = await this.#deps.storage.openLog(pairId);
      await log.append(pairId, sending.sequence, await seal(frame, { key: Buffer.from(key, 'base64'), pairId, sequence: sending.sequence }));
      if (!this.#deps.uploadCut()) this.#deps.vault().site.uploaded(this.#deps.hostId, pairId, { through: sending.sequence, newestMark: mark ?? null });
    }
    if (mark !== undefined) sending.stage = 'DifferentialSync';
  }
}
