// Writing to a page blob at the speed of the service: several requests under way, yet as if one change came after the other.
import type { PageBlobClient } from '@azure/storage-blob';
import { planPageWrites, type PageChange, type PageWrite } from './pageWrites.ts';
import type { StorageAccount } from './storageAccount.ts';

const requestsAtOnce = 8;
/** From so many requests on, one request with all of them is faster than the same in parallel. */
const batchFrom = 12;
const batchBytes = 32 * 1024 * 1024;

interface UnderWay {
  readonly write: PageWrite;
  /** Never rejects: what went wrong is kept for the next call. */
  readonly ended: Promise<void>;
}

/** One per blob and user. A failure is told by the call that meets it and by all later ones, until `reset`. */
export class PageWriter {
  readonly #account: StorageAccount;
  readonly #blob: PageBlobClient;
  readonly #underWay = new Set<UnderWay>();
  #failure: { readonly error: unknown } | undefined;

  constructor(target: { account: StorageAccount; blob: PageBlobClient }) {
    this.#account = target.account;
    this.#blob = target.blob;
  }

  /** Ends when the changes are on their way; their bytes must stay as they are until `settled`. @param changes in the order to apply */
  async write(changes: readonly PageChange[]): Promise<void> {
    const writes = planPageWrites(changes);
    if (this.#account.takesPageBatches && writes.length >= batchFrom) {
      await this.settled();
      for (const batch of batchesOf(writes))
        await this.#whole(this.#account.putPageBatch({ container: this.#blob.containerName, blob: this.#blob.name }, encodePageBatch(batch)));
      return;
    }
    for (const write of writes) {
      for (const earlier of this.#underWay) if (overlap(earlier.write, write)) await earlier.ended;
      while (this.#underWay.size >= requestsAtOnce) await Promise.race([...this.#underWay].map((one) => one.ended));
      this.#throwFailure();
      this.#start(write);
    }
  }

  /** Ends when everything written before is in the blob. */
  async settled(): Promise<void> {
    await Promise.all([...this.#underWay].map((one) => one.ended));
    this.#throwFailure();
  }

  /** Ends when nothing is under way, and forgets what failed: the caller begins again from what the blob holds. */
  async reset(): Promise<void> {
    await Promise.all([...this.#underWay].map((one) => one.ended));
    this.#failure = undefined;
  }

  #start(write: PageWrite): void {
    const entry: UnderWay = {
      write,
      ended: this.#whole(this.#send(write)).then(
        () => void this.#underWay.delete(entry),
        () => void this.#underWay.delete(entry),
      ),
    };
    this.#underWay.add(entry);
  }

  async #send({ offset, length, parts }: PageWrite): Promise<void> {
    if (parts === null) await this.#blob.clearPages(offset, length);
    else await this.#blob.uploadPages(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, length), offset, length);
  }

  async #whole(sent: Promise<void>): Promise<void> {
    try {
      await sent;
    } catch (error) {
      this.#failure ??= { error };
      throw error;
    }
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

function overlap(one: PageWrite, other: PageWrite): boolean {
  return one.offset < other.offset + other.length && other.offset < one.offset + one.length;
}

/** Whole batches of up to 32 MiB: memory, not correctness, is the reason for the bound. */
function* batchesOf(writes: readonly PageWrite[]): Generator<PageWrite[]> {
  let batch: PageWrite[] = [];
  let bytes = 0;
  for (const write of writes) {
    batch.push(write);
    bytes += write.parts === null ? 0 : write.length;
    if (bytes < batchBytes) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

/** The body that `azurite/pageBatch.ts` describes. */
function encodePageBatch(writes: readonly PageWrite[]): Buffer {
  const list = Buffer.from(JSON.stringify(writes.flatMap(({ offset, length, parts }) => [offset, length, parts === null ? 1 : 0])), 'utf8');
  const prefix = Buffer.allocUnsafe(4);
  prefix.writeUInt32LE(list.length);
  return Buffer.concat([prefix, list, ...writes.flatMap((write) => write.parts ?? [])]);
}
