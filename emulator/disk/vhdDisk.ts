// A fixed VHD as a disk: raw content with the footer behind it.
import { closeSync, openSync, readSync, statSync, writeSync } from 'node:fs';
import { LabError } from '../kernel/errors.ts';
import type { BlockDevice, Range } from './blockDevice.ts';
import { onFile } from './fileError.ts';
import { RawDisk } from './rawDisk.ts';
import { readVhdFooter, vhdFooter, vhdFooterBytes, type VhdFooter } from './vhd.ts';

export class VhdDisk implements BlockDevice {
  readonly footer: VhdFooter;
  readonly #content: RawDisk;

  private constructor(footer: VhdFooter, content: RawDisk) {
    this.footer = footer;
    this.#content = content;
  }

  get path(): string {
    return this.#content.path;
  }

  get sizeBytes(): number {
    return this.#content.sizeBytes;
  }

  /**
   * A new disk of zeros.
   * @param disk `sizeBytes` a whole number of MiB; `uniqueId` a GUID; `timestampMs` since 1970
   * @throws LabError DiskSizeInvalid, DiskFileExists, DiskFileDenied, DiskSpaceExhausted
   */
  static async create(disk: { readonly path: string; readonly sizeBytes: number; readonly uniqueId: string; readonly timestampMs: number }): Promise<VhdDisk> {
    const { path, sizeBytes } = disk;
    const footer = vhdFooter(disk);
    const content = await RawDisk.create({ path, sizeBytes });
    await content[Symbol.asyncDispose]();
    await onFile(path, () => {
      const file = openSync(path, 'r+');
      try {
        writeSync(file, footer, 0, vhdFooterBytes, sizeBytes);
      } finally {
        closeSync(file);
      }
    });
    return new VhdDisk(readVhdFooter(footer), await RawDisk.open({ path, sizeBytes }));
  }

  /** @throws LabError VhdFooterInvalid, DiskDamaged when the file is shorter than its footer says, DiskFileMissing, DiskFileDenied */
  static async open(options: { readonly path: string; readonly readOnly?: boolean }): Promise<VhdDisk> {
    const { path, readOnly = false } = options;
    const footer = await onFile(path, () => readVhdFooter(lastBytes(path)));
    if (footer.diskType !== 'fixed') throw new LabError('VhdFooterInvalid', `${path} is a ${footer.diskType} VHD, not a fixed one.`);
    const contentBytes = statSync(path).size - vhdFooterBytes;
    if (contentBytes < footer.sizeBytes)
      throw new LabError('DiskDamaged', `${path} holds ${contentBytes} bytes of the ${footer.sizeBytes} that its footer promises.`);
    return new VhdDisk(footer, await RawDisk.open({ path, sizeBytes: footer.sizeBytes, readOnly }));
  }

  read(offset: number, length: number): Promise<Buffer> {
    return this.#content.read(offset, length);
  }

  write(offset: number, bytes: Buffer): Promise<void> {
    return this.#content.write(offset, bytes);
  }

  zero(offset: number, length: number): Promise<void> {
    return this.#content.zero(offset, length);
  }

  allocated(within: Range): Promise<Range[]> {
    return this.#content.allocated(within);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#content[Symbol.asyncDispose]();
  }
}

/** The last 512 bytes of a file; fewer when it is shorter. */
export function lastBytes(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(vhdFooterBytes);
    const count = readSync(file, bytes, 0, vhdFooterBytes, Math.max(0, statSync(path).size - vhdFooterBytes));
    return bytes.subarray(0, count);
  } finally {
    closeSync(file);
  }
}
