// A program that rewrites files: blocks at random places of a region, at a set rate, of a set compressibility.
import { createCipheriv, createHash } from 'node:crypto';
import { sectorBytes, type BlockDevice } from '../../disk/blockDevice.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Random } from '../../kernel/random.ts';
import { Turns } from '../turns.ts';
import { Pace, Quota } from './pacing.ts';
import type { Workload, WorkloadHost, WorkloadStatus } from './workload.ts';

export interface FileChurnSettings {
  readonly kind: 'fileChurn';
  readonly diskId: string;
  /** Region that is rewritten, multiples of 512. */
  readonly offset: number;
  readonly sizeBytes: number;
  readonly bytesPerSecond: number;
  /** Of one write; default 64 KiB. */
  readonly blockBytes?: number;
  /** Share of each block that compresses away, 0 to 1; default 0.5. */
  readonly compressible?: number;
  readonly tickMs?: number;
}

/** Order does not matter to this program, so it keeps several writes under way, as an operating system does. */
const writesInFlight = 16;
/** Random bytes are made in pieces of this size. */
const poolBytes = 4 * 2 ** 20;

export class FileChurn implements Workload {
  readonly name: string;
  readonly #settings: Required<FileChurnSettings>;
  readonly #random: Random;
  readonly #bytes: ByteStream;
  readonly #pace: Pace;
  readonly #quota: Quota;
  readonly #turns = new Turns();
  #device: BlockDevice | undefined;
  #quiesced = false;
  #stopping = false;
  #writtenBytes = 0;

  /** @throws LabError InvalidArgument when the region holds no block, or is not made of sectors */
  constructor(kernel: Pick<Kernel, 'clock' | 'random'>, settings: FileChurnSettings) {
    const { blockBytes = 64 * 1024, compressible = 0.5, tickMs = 1000 } = settings;
    this.#settings = { ...settings, blockBytes, compressible, tickMs };
    this.name = `churn ${settings.diskId}+${settings.offset}`;
    if ([settings.offset, settings.sizeBytes, blockBytes].some((bytes) => bytes % sectorBytes !== 0) || settings.sizeBytes < blockBytes)
      throw new LabError('InvalidArgument', `${this.name}: region and block must be whole sectors, and the region hold a block.`);
    this.#random = kernel.random.fork(this.name);
    this.#bytes = new ByteStream(this.#random.bytes(16));
    this.#pace = new Pace({ clock: kernel.clock, name: this.name, tickMs });
    this.#quota = new Quota(settings.bytesPerSecond, tickMs);
  }

  async start(host: WorkloadHost): Promise<void> {
    this.#device = host.disk(this.#settings.diskId);
    this.#quiesced = false;
    this.#stopping = false;
    this.#pace.start(() => this.tick());
  }

  async tick(): Promise<void> {
    await this.#turns.take(async () => {
      const device = this.#device;
      if (device === undefined || this.#quiesced) return;
      let left = this.#quota.take(this.#settings.blockBytes) / this.#settings.blockBytes;
      const writer = async (): Promise<void> => {
        while (left > 0 && !this.#stopping) {
          left -= 1;
          await this.#writeBlock(device);
        }
      };
      await Promise.all(Array.from({ length: writesInFlight }, writer));
    });
  }

  async quiesce(): Promise<void> {
    await this.#turns.take(async () => void (this.#quiesced = true));
  }

  async resume(): Promise<void> {
    this.#quiesced = false;
  }

  async stop(): Promise<void> {
    this.#pace.stop();
    this.#stopping = true;
    await this.#turns.take(async () => void (this.#device = undefined));
  }

  describe(): WorkloadStatus {
    return { kind: 'fileChurn', diskId: this.#settings.diskId, running: this.#pace.running, writtenBytes: this.#writtenBytes, problem: null };
  }

  async #writeBlock(device: BlockDevice): Promise<void> {
    const { offset, sizeBytes, blockBytes, compressible } = this.#settings;
    const place = offset + this.#random.integer(Math.floor(sizeBytes / blockBytes)) * blockBytes;
    const block = Buffer.alloc(blockBytes, 'lorem ipsum ');
    this.#bytes.take(Math.round(blockBytes * (1 - compressible))).copy(block);
    await device.write(place, block);
    this.#writtenBytes += blockBytes;
  }
}

/** Repeatable bytes that do not compress, at the speed of AES. */
class ByteStream {
  readonly #cipher;
  #pool = Buffer.alloc(0);
  #at = 0;

  constructor(seed: Buffer) {
    this.#cipher = createCipheriv('aes-128-ctr', createHash('sha256').update(seed).digest().subarray(0, 16), Buffer.alloc(16));
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#pool.length) {
      this.#pool = this.#cipher.update(Buffer.alloc(Math.max(poolBytes, length)));
      this.#at = 0;
    }
    this.#at += length;
    return this.#pool.subarray(this.#at - length, this.#at);
  }
}
