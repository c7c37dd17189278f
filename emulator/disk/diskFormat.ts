// Which format a disk file has, by what is in it; its name says nothing.
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { LabError } from '../kernel/errors.ts';
import { onFile } from './fileError.ts';
import { isVhdFooter, readVhdFooter, vhdFooterBytes } from './vhd.ts';
import { lastBytes } from './vhdDisk.ts';
import { flatExtentOf, readVmdkDescriptor } from './vmdk.ts';
import { descriptorSignature } from './vmdkDescriptor.ts';

/** `raw`, `vhd` (fixed) and `vmdk` (one flat extent) we read ourselves; the rest goes through qemu-img. */
export type DiskFormat =
  | { readonly kind: 'raw' | 'vhd' | 'vmdk' }
  | { readonly kind: 'qemu'; readonly driver: 'qcow' | 'qcow2' | 'qed' | 'vdi' | 'vhdx' | 'vmdk' | 'vpc' };

const headBytes = 512;

interface Signature {
  readonly at: number;
  readonly bytes: Buffer;
}

const text = (value: string, at = 0): Signature => ({ at, bytes: Buffer.from(value, 'latin1') });

const drivers: readonly (Signature & { readonly driver: Extract<DiskFormat, { kind: 'qemu' }>['driver'] })[] = [
  { ...text('KDMV'), driver: 'vmdk' },
  { ...text('COWD'), driver: 'vmdk' },
  { ...text('vhdxfile'), driver: 'vhdx' },
  { ...text('QFI\u00fb\0\0\0\u0001'), driver: 'qcow' },
  { ...text('QFI\u00fb'), driver: 'qcow2' },
  { ...text('QED\0'), driver: 'qed' },
  { at: 64, bytes: Buffer.from([0x7f, 0x10, 0xda, 0xbe]), driver: 'vdi' },
];

/** Containers in which disks are sent; taken as raw they would become a disk of nonsense. */
const archives: readonly (Signature & { readonly name: string })[] = [
  { at: 0, bytes: Buffer.from([0x1f, 0x8b]), name: 'gzip' },
  { at: 0, bytes: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), name: 'zstd' },
  { at: 0, bytes: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), name: 'xz' },
  { ...text('7z\u00bc\u00af'), name: '7-Zip' },
  { ...text('BZh'), name: 'bzip2' },
  { ...text('PK\u0003\u0004'), name: 'zip' },
  { ...text('ustar', 257), name: 'tar or OVA' },
  { ...text('<?xml'), name: 'XML (an OVF descriptor)' },
];

/**
 * @throws LabError DiskFormatUnknown for empty files and archives, VmdkDescriptorInvalid, VhdFooterInvalid, DiskFileMissing, DiskFileDenied
 */
export async function detectDiskFormat(path: string): Promise<DiskFormat> {
  const head = await onFile(path, () => {
    if (!statSync(path).isFile()) throw new LabError('DiskFormatUnknown', `${path} is not a file.`);
    return firstBytes(path);
  });
  if (head.length === 0) throw new LabError('DiskFormatUnknown', `${path} is empty.`);
  if (head.toString('latin1').startsWith(descriptorSignature))
    return flatExtentOf(await readVmdkDescriptor(path)) === undefined ? { kind: 'qemu', driver: 'vmdk' } : { kind: 'vmdk' };
  const driver = drivers.find((signature) => matches(head, signature))?.driver;
  if (driver !== undefined) return { kind: 'qemu', driver };
  const tail = lastBytes(path);
  if (tail.length === vhdFooterBytes && isVhdFooter(tail)) return readVhdFooter(tail).diskType === 'fixed' ? { kind: 'vhd' } : { kind: 'qemu', driver: 'vpc' };
  // A dynamic VHD whose end is cut off still has the copy at its beginning, and qemu-img can read it.
  if (isVhdFooter(head)) return { kind: 'qemu', driver: 'vpc' };
  const archive = archives.find((signature) => matches(head, signature))?.name;
  if (archive !== undefined) throw new LabError('DiskFormatUnknown', `${path} is a file of type ${archive}; unpack it first.`);
  return { kind: 'raw' };
}

function matches(head: Buffer, { at, bytes }: Signature): boolean {
  return head.subarray(at, at + bytes.length).equals(bytes);
}

function firstBytes(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(headBytes);
    return bytes.subarray(0, readSync(file, bytes, 0, headBytes, 0));
  } finally {
    closeSync(file);
  }
}
