// A device seen byte by byte, for clients that do not keep to sectors: parts of sectors are read, changed and written back.
import { sectorBytes, type BlockDevice, type Range } from './blockDevice.ts';
import { RangeLock } from './rangeLock.ts';
import { zeroBytes } from './zeros.ts';

export class ByteAddressed {
  readonly device: BlockDevice;
  readonly #lock = new RangeLock();

  constructor(device: BlockDevice) {
    this.device = device;
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const outer = outwards({ offset, length });
    const bytes = await this.device.read(outer.offset, outer.length);
    return outer.length === length ? bytes : bytes.subarray(offset - outer.offset, offset - outer.offset + length);
  }

  async write(offset: number, bytes: Buffer): Promise<void> {
    const range = { offset, length: bytes.length };
    const outer = outwards(range);
    const whole = outer.length === bytes.length;
    await this.#lock.holding(outer, !whole, () => (whole ? this.device.write(offset, bytes) : this.#writeParts(outer, offset, bytes)));
  }

  /** Whole sectors by the device's own zero; what is left at the ends by writing. */
  async zero(offset: number, length: number): Promise<void> {
    const inner = inwards({ offset, length });
    if (inner.length === 0) return this.#writeZeros(offset, length);
    const innerEnd = inner.offset + inner.length;
    await this.#writeZeros(offset, inner.offset - offset);
    await this.trim(offset, length);
    await this.#writeZeros(innerEnd, offset + length - innerEnd);
  }

  /** Zeros the whole sectors of a range and leaves the rest. */
  async trim(offset: number, length: number): Promise<void> {
    const inner = inwards({ offset, length });
    if (inner.length === 0) return;
    await this.#lock.holding(inner, false, () => this.device.zero(inner.offset, inner.length));
  }

  /** The range in consecutive parts that may hold data or surely hold zeros. */
  async extents(offset: number, length: number): Promise<{ length: number; allocated: boolean }[]> {
    const outer = outwards({ offset, length });
    const end = offset + length;
    const extents: { length: number; allocated: boolean }[] = [];
    let position = offset;
    for (const range of await this.device.allocated(outer)) {
      const start = Math.max(offset, range.offset);
      const stop = Math.min(end, range.offset + range.length);
      if (start > position) extents.push({ length: start - position, allocated: false });
      if (stop > start) extents.push({ length: stop - start, allocated: true });
      position = Math.max(position, stop);
    }
    if (end > position) extents.push({ length: end - position, allocated: false });
    return extents;
  }

  /** Ends when the device has acknowledged every change under way. */
  async flush(): Promise<void> {
    await this.#lock.drained();
  }

  /** Reads the sectors at both ends and writes them back with what is new between. */
  async #writeParts(outer: Range, offset: number, bytes: Buffer): Promise<void> {
    const sectors = Buffer.allocUnsafe(outer.length);
    const end = outer.offset + outer.length;
    const [first, last] = await Promise.all([this.device.read(outer.offset, sectorBytes), this.device.read(end - sectorBytes, sectorBytes)]);
    first.copy(sectors, 0);
    last.copy(sectors, outer.length - sectorBytes);
    bytes.copy(sectors, offset - outer.offset);
    await this.device.write(outer.offset, sectors);
  }

  async #writeZeros(offset: number, length: number): Promise<void> {
    if (length > 0) await this.write(offset, zeroBytes.subarray(0, length));
  }
}

/** The sectors that a range touches. */
function outwards(range: Range): Range {
  const offset = range.offset - (range.offset % sectorBytes);
  const end = Math.ceil((range.offset + range.length) / sectorBytes) * sectorBytes;
  return { offset, length: range.length === 0 ? 0 : end - offset };
}

/** The sectors that lie in a range whole. */
function inwards(range: Range): Range {
  const offset = Math.ceil(range.offset / sectorBytes) * sectorBytes;
  const end = Math.floor((range.offset + range.length) / sectorBytes) * sectorBytes;
  return { offset, length: Math.max(0, end - offset) };
}
