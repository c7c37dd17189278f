// One file of before-images: what a disk held at a snapshot, for each block that was overwritten since.
// Records: magic "SNPL", block number, length, CRC-32 of the bytes (u32 LE each), the bytes. A torn record at the end was never relied on.
import { closeSync, existsSync, fstatSync, ftruncateSync, openSync, readSync, rmSync, writevSync } from 'node:fs';
import { crc32 } from 'node:zlib';

export const layerBlockBytes = 64 * 1024;
const magic = 0x4c504e53;
const headBytes = 16;

export class SnapshotLayer implements Disposable {
  readonly path: string;
  readonly #file: number;
  /** Where each block's bytes begin, and how many there are (the disk's last block may be short). */
  readonly #places = new Map<number, { position: number; length: number }>();
  #end = 0;

  private constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, existsSync(path) ? 'r+' : 'wx+');
  }

  /** Opens or begins a layer; what a killed process left half written is cut off. */
  static open(path: string): SnapshotLayer {
    const layer = new SnapshotLayer(path);
    layer.#index();
    return layer;
  }

  get blocks(): readonly number[] {
    return [...this.#places.keys()];
  }

  has(block: number): boolean {
    return this.#places.has(block);
  }

  /** Keeps a block's bytes; the first ones given are those that count. A killed process no longer loses them when this returns. */
  keep(block: number, bytes: Buffer): void {
    if (this.#places.has(block)) return;
    const head = Buffer.allocUnsafe(headBytes);
    head.writeUInt32LE(magic, 0);
    head.writeUInt32LE(block, 4);
    head.writeUInt32LE(bytes.length, 8);
    head.writeUInt32LE(crc32(bytes), 12);
    const written = writevSync(this.#file, [head, bytes], this.#end);
    if (written !== headBytes + bytes.length) throw new Error(`${this.path}: ${written} bytes written`);
    this.#places.set(block, { position: this.#end + headBytes, length: bytes.length });
    this.#end += written;
  }

  /** @returns undefined when the block was not overwritten since */
  read(block: number): Buffer | undefined {
    const place = this.#places.get(block);
    if (place === undefined) return undefined;
    const bytes = Buffer.allocUnsafe(place.length);
    readSync(this.#file, bytes, 0, place.length, place.position);
    return bytes;
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  /** Closes the layer and removes its file. */
  discard(): void {
    this[Symbol.dispose]();
    rmSync(this.path, { force: true });
  }

  #index(): void {
    const { size } = fstatSync(this.#file);
    const head = Buffer.allocUnsafe(headBytes);
    while (this.#end + headBytes <= size) {
      readSync(this.#file, head, 0, headBytes, this.#end);
      const [block, length, sum] = [head.readUInt32LE(4), head.readUInt32LE(8), head.readUInt32LE(12)];
      if (head.readUInt32LE(0) !== magic || length > layerBlockBytes || this.#end + headBytes + length > size) break;
      const bytes = Buffer.allocUnsafe(length);
      readSync(this.#file, bytes, 0, length, this.#end + headBytes);
      if (crc32(bytes) !== sum) break;
      this.#places.set(block, { position: this.#end + headBytes, length });
      this.#end += headBytes + length;
    }
    if (this.#end < size) ftruncateSync(this.#file, this.#end);
  }
}
