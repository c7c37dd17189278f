// Brings a user's disk file into the lab, whatever its format.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../kernel/errors.ts';
import { sectorBytes, type BlockDevice } from './blockDevice.ts';
import { copyDevice, type CopyProgress } from './copyDevice.ts';
import { detectDiskFormat, type DiskFormat } from './diskFormat.ts';
import { onFile } from './fileError.ts';
import { convertImage, imageSizeBytes } from './qemuImg.ts';
import { RawDisk } from './rawDisk.ts';
import { vhdSizeUnitBytes } from './vhd.ts';
import { VhdDisk } from './vhdDisk.ts';
import { VmdkDisk } from './vmdk.ts';

export interface ImageOptions {
  readonly path: string;
  /** What the machine's profile allows; compared with the size that the disk will have. */
  readonly maximumBytes: number;
  /** For what qemu-img converts; what is put there is removed again. */
  readonly temporaryFolder: string;
  /** Takes the file as raw bytes, whatever it looks like. */
  readonly raw?: boolean;
  readonly onProgress?: (progress: CopyProgress) => void;
}

/** A disk file open for reading. */
export interface DiskImage extends AsyncDisposable {
  readonly format: DiskFormat;
  /** What a guest sees, rounded up to whole sectors; the last sector of a raw file is filled up with zeros. */
  readonly device: BlockDevice;
}

/**
 * Opens a disk file of any format for reading; formats that are not ours are converted first.
 * @throws LabError DiskFormatUnknown, DiskTooLarge, DiskDamaged, QemuImgMissing, QemuImgFailed, VmdkDescriptorInvalid, VhdFooterInvalid, DiskFileMissing, DiskFileDenied
 */
export async function openDiskImage(options: ImageOptions): Promise<DiskImage> {
  const { path, raw = false, maximumBytes } = options;
  const format: DiskFormat = raw ? { kind: 'raw' } : await detectDiskFormat(path);
  const readable = format.kind === 'qemu' ? await convertedImage(options, format.driver) : await nativeImage(path, format.kind);
  const { sizeBytes } = readable.device;
  if (importedSizeBytes(sizeBytes) > maximumBytes) {
    await readable.close();
    throw tooLarge(path, sizeBytes, maximumBytes);
  }
  return { format, device: readable.device, [Symbol.asyncDispose]: readable.close };
}

/**
 * Copies a disk file into a new disk. Its size is rounded up to a whole MiB, so that a fixed VHD, and with it a replica in
 * Azure, can have the same size.
 * @param options `createTarget` makes the disk that is written to; it belongs to the caller, also after an error
 * @throws LabError as `openDiskImage`, and what the target throws
 */
export async function importDisk(
  options: ImageOptions & { readonly createTarget: (sizeBytes: number) => Promise<BlockDevice> },
): Promise<{ format: DiskFormat; sizeBytes: number }> {
  await using image = await openDiskImage(options);
  const sizeBytes = importedSizeBytes(image.device.sizeBytes);
  const target = await options.createTarget(sizeBytes);
  await copyDevice(image.device, target, options.onProgress);
  return { format: image.format, sizeBytes };
}

export function importedSizeBytes(sizeBytes: number): number {
  return Math.ceil(sizeBytes / vhdSizeUnitBytes) * vhdSizeUnitBytes;
}

interface Readable {
  readonly device: BlockDevice;
  readonly close: () => Promise<void>;
}

async function nativeImage(path: string, kind: 'raw' | 'vhd' | 'vmdk'): Promise<Readable> {
  const device =
    kind === 'vhd' ? await VhdDisk.open({ path, readOnly: true }) : kind === 'vmdk' ? await VmdkDisk.open({ path, readOnly: true }) : await rawImage(path);
  return { device, close: () => device[Symbol.asyncDispose]() };
}

async function rawImage(path: string): Promise<RawDisk> {
  const { size } = await onFile(path, () => stat(path));
  return RawDisk.open({ path, sizeBytes: Math.ceil(size / sectorBytes) * sectorBytes, readOnly: true });
}

async function convertedImage(options: ImageOptions, driver: string): Promise<Readable> {
  const { path, maximumBytes } = options;
  // Asked before the conversion fills the drive.
  const totalBytes = await imageSizeBytes(path, driver);
  if (importedSizeBytes(totalBytes) > maximumBytes) throw tooLarge(path, totalBytes, maximumBytes);
  const folder = await mkdtemp(join(options.temporaryFolder, 'import-'));
  const target = join(folder, 'disk.raw');
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await convertImage({ source: path, sourceFormat: driver, target, targetFormat: 'raw' }, (fraction) =>
      options.onProgress?.({ doneBytes: Math.round(totalBytes * fraction), totalBytes }),
    );
    const device = await rawImage(target);
    return {
      device,
      close: async () => {
        await device[Symbol.asyncDispose]();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

function tooLarge(path: string, sizeBytes: number, maximumBytes: number): LabError {
  return new LabError('DiskTooLarge', `${path} is ${sizeBytes} bytes large; ${maximumBytes} are allowed.`);
}
