// A VMDK as a datastore holds it: a descriptor and one flat extent beside it.
import { existsSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { LabError } from '../kernel/errors.ts';
import { requireRange, sectorBytes, type BlockDevice, type Range } from './blockDevice.ts';
import { onFile } from './fileError.ts';
import { RawDisk } from './rawDisk.ts';
import { formatVmdkDescriptor, parseVmdkDescriptor, withNextContentId, withSize, type NewVmdk, type VmdkDescriptor } from './vmdkDescriptor.ts';

/** Descriptors are a page of text; anything much larger is something else. */
const maximumDescriptorBytes = 64 * 1024;

export type VmdkCreation = { readonly path: string } & Omit<NewVmdk, 'extentFile' | 'createType'> & Partial<Pick<NewVmdk, 'createType'>>;

export class VmdkDisk implements BlockDevice {
  readonly path: string;
  readonly #extent: RawDisk;
  #contentIdIsOurs = false;

  private constructor(path: string, extent: RawDisk) {
    this.path = path;
    this.#extent = extent;
  }

  get sizeBytes(): number {
    return this.#extent.sizeBytes;
  }

  /**
   * A new disk of zeros: `X.vmdk` and `X-flat.vmdk`. The descriptor is written last: a disk is there when it is.
   * @throws LabError DiskSizeInvalid, DiskFileExists, DiskFileDenied, DiskSpaceExhausted, InvalidArgument when the name does not end in .vmdk
   */
  static async create(disk: VmdkCreation): Promise<VmdkDisk> {
    const { path, createType = 'vmfs' } = disk;
    const extentPath = flatExtentPath(path);
    if (existsSync(path)) throw new LabError('DiskFileExists', path);
    const extent = await createExtent(extentPath, disk.sizeBytes);
    try {
      await onFile(path, () => writeFileSync(path, formatVmdkDescriptor({ ...disk, createType, extentFile: basename(extentPath) }), { flag: 'wx' }));
    } catch (error) {
      await extent[Symbol.asyncDispose]();
      throw error;
    }
    return new VmdkDisk(path, extent);
  }

  /**
   * @throws LabError VmdkDescriptorInvalid, VmdkNotFlat for disks that only an import can read, DiskDamaged when the extent is shorter than said,
   *   DiskFileMissing, DiskFileDenied
   */
  static async open(options: { readonly path: string; readonly readOnly?: boolean }): Promise<VmdkDisk> {
    const { path, readOnly = false } = options;
    const descriptor = await readVmdkDescriptor(path);
    const extent = flatExtentOf(descriptor);
    if (extent === undefined) throw new LabError('VmdkNotFlat', `${path} has ${descriptor.extents.length} extents of createType ${descriptor.createType}.`);
    const extentPath = join(dirname(path), extent.file);
    const fileBytes = await onFile(extentPath, () => statSync(extentPath).size);
    if (fileBytes < extent.sizeBytes) throw new LabError('DiskDamaged', `${extentPath} is ${fileBytes} bytes long instead of ${extent.sizeBytes}.`);
    return new VmdkDisk(path, await RawDisk.open({ path: extentPath, sizeBytes: extent.sizeBytes, readOnly }));
  }

  read(offset: number, length: number): Promise<Buffer> {
    return this.#extent.read(offset, length);
  }

  async write(offset: number, bytes: Buffer): Promise<void> {
    if (!this.#contentIdIsOurs) this.#changeContentId(offset, bytes.length);
    return this.#extent.write(offset, bytes);
  }

  async zero(offset: number, length: number): Promise<void> {
    if (!this.#contentIdIsOurs) this.#changeContentId(offset, length);
    return this.#extent.zero(offset, length);
  }

  allocated(within: Range): Promise<Range[]> {
    return this.#extent.allocated(within);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#extent[Symbol.asyncDispose]();
  }

  /** Once per opening, before its first change, as ESXi does: a killed process must not leave new content under an old CID. */
  #changeContentId(offset: number, length: number): void {
    requireRange(this.sizeBytes, offset, length);
    if (this.#extent.readOnly || length === 0) return;
    const next = `${this.path}.next`;
    writeFileSync(next, withNextContentId(readFileSync(this.path, 'utf8')));
    renameSync(next, this.path);
    this.#contentIdIsOurs = true;
  }
}

/** An extent of the right size with nothing in it and no descriptor is what a killed process left of the same creation. */
async function createExtent(path: string, sizeBytes: number): Promise<RawDisk> {
  if (!existsSync(path) || statSync(path).size !== sizeBytes) return RawDisk.create({ path, sizeBytes });
  const left = await RawDisk.open({ path });
  if ((await left.allocated({ offset: 0, length: sizeBytes })).length === 0) return left;
  await left[Symbol.asyncDispose]();
  throw new LabError('DiskFileExists', path);
}

/**
 * Makes a flat disk larger; what is new reads as zeros. The extent first: after a kill the descriptor still shows the old size.
 * @throws LabError VmdkDescriptorInvalid, VmdkNotFlat, DiskSizeInvalid
 */
export async function growVmdk(path: string, sizeBytes: number): Promise<void> {
  const extent = flatExtentOf(await readVmdkDescriptor(path));
  if (extent === undefined) throw new LabError('VmdkNotFlat', path);
  if (sizeBytes < extent.sizeBytes || sizeBytes % sectorBytes !== 0) throw new LabError('DiskSizeInvalid', `${sizeBytes} bytes for ${path}.`);
  const extentPath = join(dirname(path), extent.file);
  await onFile(extentPath, () => truncateSync(extentPath, sizeBytes));
  const next = `${path}.next`;
  writeFileSync(next, withSize(readFileSync(path, 'utf8'), sizeBytes));
  renameSync(next, path);
}

/** `X.vmdk` → `X-flat.vmdk`. @throws LabError InvalidArgument */
export function flatExtentPath(path: string): string {
  if (!path.endsWith('.vmdk')) throw new LabError('InvalidArgument', `The name of a VMDK ends in .vmdk: ${path}`);
  return `${path.slice(0, -'.vmdk'.length)}-flat.vmdk`;
}

/** @throws LabError VmdkDescriptorInvalid, also when an extent lies elsewhere; DiskFileMissing, DiskFileDenied */
export async function readVmdkDescriptor(path: string): Promise<VmdkDescriptor> {
  return onFile(path, () => {
    if (statSync(path).size > maximumDescriptorBytes) throw new LabError('VmdkDescriptorInvalid', `${path} is too long for a descriptor.`);
    const descriptor = parseVmdkDescriptor(readFileSync(path, 'utf8'));
    // A descriptor that somebody else made must not reach files elsewhere on the machine.
    for (const { file, type } of descriptor.extents) {
      if (type !== 'ZERO' && (file !== basename(file) || ['', '.', '..'].includes(file)))
        throw new LabError('VmdkDescriptorInvalid', `The extent "${file}" does not lie beside it.`);
    }
    return descriptor;
  });
}

/** The one extent of a disk that is read and written in place; undefined when the disk is another kind. */
export function flatExtentOf(descriptor: VmdkDescriptor): VmdkDescriptor['extents'][number] | undefined {
  const [extent] = descriptor.extents;
  if (extent === undefined || descriptor.extents.length > 1 || descriptor.parentCid !== undefined) return undefined;
  if (!['FLAT', 'VMFS'].includes(extent.type) || extent.offsetBytes !== 0 || extent.access !== 'RW') return undefined;
  return extent;
}
