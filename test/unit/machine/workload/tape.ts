// A disk that remembers its writes in order, so that a test can build the copy of any instant.
import { sectorBytes, type BlockDevice, type Range } from '../../../../emulator/disk/blockDevice.ts';

export interface Written {
  readonly disk: string;
  readonly offset: number;
  readonly bytes: Buffer;
}

/** All writes of several disks, in the order in which they were acknowledged. */
export class Tape {
  readonly written: Written[] = [];
  readonly #disks = new Map<string, TapedDisk>();

  disk(name: string, sizeBytes: number): TapedDisk {
    const disk = new TapedDisk(Buffer.alloc(sizeBytes), (offset, bytes) => void this.written.push({ disk: name, offset, bytes: Buffer.from(bytes) }));
    this.#disks.set(name, disk);
    return disk;
  }

  /** The disk as it was after the first `count` of all writes, those for which `lost` is true left out. */
  copy(name: string, count: number, lost: (index: number) => boolean = () => false): TapedDisk {
    const content = Buffer.alloc(this.#disks.get(name)?.sizeBytes ?? 0);
    for (const [index, { disk, offset, bytes }] of this.written.slice(0, count).entries()) if (disk === name && !lost(index)) bytes.copy(content, offset);
    return new TapedDisk(content, () => undefined);
  }
}

export class TapedDisk implements BlockDevice {
  readonly #content: Buffer;
  readonly #onWrite: (offset: number, bytes: Buffer) => void;

  constructor(content: Buffer, onWrite: (offset: number, bytes: Buffer) => void) {
    this.#content = content;
    this.#onWrite = onWrite;
  }

  get sizeBytes(): number {
    return this.#content.length;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    return Buffer.from(this.#content.subarray(offset, offset + length));
  }

  async write(offset: number, bytes: Buffer): Promise<void> {
    if (offset % sectorBytes !== 0 || bytes.length % sectorBytes !== 0 || offset + bytes.length > this.sizeBytes)
      throw new RangeError(`${offset} + ${bytes.length}`);
    bytes.copy(this.#content, offset);
    this.#onWrite(offset, bytes);
  }

  async zero(offset: number, length: number): Promise<void> {
    await this.write(offset, Buffer.alloc(length));
  }

  async allocated(within: Range): Promise<Range[]> {
    return [within];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    return;
  }
}
