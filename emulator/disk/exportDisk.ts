// Writes a disk of the lab into a file that other programs read.
import { rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { LabError } from '../kernel/errors.ts';
import type { BlockDevice } from './blockDevice.ts';
import { copyDevice, type CopyProgress } from './copyDevice.ts';
import { fileError, onFile } from './fileError.ts';
import { NbdServer } from './nbdServer.ts';
import { convertImage } from './qemuImg.ts';
import { mapPath, RawDisk } from './rawDisk.ts';
import { VhdDisk } from './vhdDisk.ts';
import { flatExtentPath, VmdkDisk } from './vmdk.ts';

/** `vhd` is fixed, `vmdk` monolithicFlat; those after them are written by qemu-img. */
export const exportFormats = ['raw', 'vhd', 'vmdk', 'qcow2', 'vdi', 'vhdx', 'vmdk-stream', 'vhd-dynamic'] as const;
export type ExportFormat = (typeof exportFormats)[number];

const qemuTargets: Readonly<Record<Exclude<ExportFormat, 'raw' | 'vhd' | 'vmdk'>, { readonly targetFormat: string; readonly options?: string }>> = {
  qcow2: { targetFormat: 'qcow2' },
  vdi: { targetFormat: 'vdi' },
  vhdx: { targetFormat: 'vhdx' },
  'vmdk-stream': { targetFormat: 'vmdk', options: 'subformat=streamOptimized' },
  'vhd-dynamic': { targetFormat: 'vpc', options: 'subformat=dynamic,force_size=on' },
};

export interface ExportOptions {
  readonly device: BlockDevice;
  readonly path: string;
  readonly format: ExportFormat;
  /** A GUID, for formats that carry an identity. */
  readonly uniqueId: string;
  readonly timestampMs: number;
  readonly onProgress?: (progress: CopyProgress) => void;
}

/**
 * The file has its name only when it is complete. Sparse where the format is.
 * @throws LabError DiskFileExists, DiskSizeInvalid (VHD: whole MiB), DiskFileMissing when there is no such folder, DiskFileDenied, DiskSpaceExhausted, QemuImgMissing, QemuImgFailed
 */
export async function exportDisk(options: ExportOptions): Promise<void> {
  const { path, format } = options;
  // Both names of a flat VMDK must be free; renaming would replace them.
  for (const name of format === 'vmdk' ? [path, flatExtentPath(path)] : [path]) await requireAbsent(name);
  if (format === 'vmdk') return exportFlatVmdk(options);
  const partial = join(dirname(path), `.${basename(path)}.partial`);
  await removeDisk(partial);
  try {
    if (format === 'raw' || format === 'vhd') await exportInto(options, () => createFile(options, partial));
    else await exportThroughQemuImg(options, partial, format);
    await rm(mapPath(partial), { force: true });
    await onFile(path, () => rename(partial, path));
  } catch (error) {
    await removeDisk(partial);
    throw error;
  }
}

/** The descriptor names the extent, so both are written under their names, and removed if the copy fails. */
async function exportFlatVmdk(options: ExportOptions): Promise<void> {
  const { device, path, uniqueId } = options;
  try {
    await exportInto(options, () => VmdkDisk.create({ path, sizeBytes: device.sizeBytes, uniqueId, createType: 'monolithicFlat' }));
    await rm(mapPath(flatExtentPath(path)), { force: true });
  } catch (error) {
    await removeDisk(flatExtentPath(path));
    await rm(path, { force: true });
    throw error;
  }
}

async function exportInto(options: ExportOptions, create: () => Promise<BlockDevice>): Promise<void> {
  await using target = await create();
  await copyDevice(options.device, target, options.onProgress);
}

async function createFile({ device, format, uniqueId, timestampMs }: ExportOptions, path: string): Promise<BlockDevice> {
  const { sizeBytes } = device;
  return format === 'vhd' ? VhdDisk.create({ path, sizeBytes, uniqueId, timestampMs }) : RawDisk.create({ path, sizeBytes });
}

/** qemu-img reads the disk over NBD: no copy of it lies on the drive in between, and holes stay holes. */
async function exportThroughQemuImg({ device, onProgress }: ExportOptions, path: string, format: keyof typeof qemuTargets): Promise<void> {
  const problems: unknown[] = [];
  await using server = await NbdServer.listen({ exports: [{ name: 'disk', device, readOnly: true }], onProblem: (problem) => problems.push(problem) });
  const totalBytes = device.sizeBytes;
  try {
    await convertImage({ source: server.url('disk'), sourceFormat: 'raw', target: path, ...qemuTargets[format] }, (fraction) =>
      onProgress?.({ doneBytes: Math.round(totalBytes * fraction), totalBytes }),
    );
  } catch (error) {
    // What went wrong in our device says more than qemu-img's "Input/output error".
    throw problems[0] ?? error;
  }
}

async function requireAbsent(path: string): Promise<void> {
  try {
    await stat(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw fileError(error, path);
  }
  throw new LabError('DiskFileExists', path);
}

async function removeDisk(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(mapPath(path), { force: true });
}
