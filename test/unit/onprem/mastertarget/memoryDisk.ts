// A disk in memory for the tests of what is built on disks, with a hook before and after each change of it.
import { requireRange, type BlockDevice, type Range } from '../../../../emulator/disk/blockDevice.ts';

export class MemoryDisk implements BlockDevice {
  readonly bytes: Buffer;
  readonly #onChange: (moment: 'before' | 'after') => void;

  constructor(content: number | Buffer, onChange: (moment: 'before' | 'after') => void = () => undefined) {
    this.bytes = typeof content === 'number' ? Buffer.alloc(content) : Buffer.from(content);
    this.#onChange = onChange;
  }

  get sizeBytes(): number {
    return this.bytes.length;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    requireRange(this.sizeBytes, offset, length);
    return Buffer.from(this.bytes.subarray(offset, offset + length));
  }

  async write(offset: number, bytes: Buffer): Promise<void> {
    requireRange(this.sizeBytes, offset, bytes.length);
    this.#onChange('before');
    bytes.copy(this.bytes, offset);
    this.#onChange('after');
  }

  async zero(offset: number, length: number): Promise<void> {
    await this.write(offset, Buffer.alloc(length));
  }

  async allocated(within: Range): Promise<Range[]> {
    return this.bytes.subarray(within.offset, within.offset + within.length).some((byte) => byte !== 0) ? [within] : [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    return;
  }
}
