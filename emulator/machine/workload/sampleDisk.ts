// A recognisable system disk in a few MiB: a boot sector with one partition, and in it files whose manifest carries their hashes.
import { createHash } from 'node:crypto';
import { sectorBytes, type BlockDevice } from '../../disk/blockDevice.ts';
import type { Random } from '../../kernel/random.ts';

export interface SampleDiskSettings {
  readonly machineName: string;
  readonly osType: 'Windows' | 'Linux';
  /** What the files hold. */
  readonly random: Random;
  /** Content written, at most; default 4 MiB. */
  readonly contentBytes?: number;
}

interface ManifestEntry {
  readonly path: string;
  readonly offset: number;
  readonly lengthBytes: number;
  readonly sha256: string;
}

interface Manifest {
  readonly machineName: string;
  readonly osType: string;
  readonly files: readonly ManifestEntry[];
}

const partitionOffset = 2 ** 20;
const manifestBytes = 16 * 1024;
const fileNames = {
  Windows: ['bootmgr', 'Windows/System32/ntoskrnl.exe', 'Windows/System32/config/SYSTEM', 'Users/Public/readme.txt'],
  Linux: ['boot/vmlinuz', 'boot/initrd.img', 'etc/fstab', 'srv/readme.txt'],
} as const;

/** First byte after what `formatSampleDisk` writes, by default: free for the regions of workloads. */
export const sampleDiskEnd = partitionOffset + manifestBytes + 4 * 2 ** 20;

/** @throws RangeError when the disk is smaller than the content */
export async function formatSampleDisk(disk: BlockDevice, settings: SampleDiskSettings): Promise<void> {
  const { machineName, osType, random, contentBytes = 4 * 2 ** 20 } = settings;
  if (partitionOffset + manifestBytes + contentBytes > disk.sizeBytes) throw new RangeError(`${disk.sizeBytes} bytes are too few for a sample disk`);
  const names = fileNames[osType];
  const lengthBytes = Math.floor(contentBytes / names.length / sectorBytes) * sectorBytes;
  const files: ManifestEntry[] = [];
  for (const [index, path] of names.entries()) {
    const bytes = random.bytes(lengthBytes);
    // Half of a real file compresses.
    bytes.fill(`${path} of ${machineName}\n`, lengthBytes / 2);
    const offset = partitionOffset + manifestBytes + index * lengthBytes;
    await disk.write(offset, bytes);
    files.push({ path, offset, lengthBytes, sha256: createHash('sha256').update(bytes).digest('hex') });
  }
  const text = Buffer.from(JSON.stringify({ machineName, osType, files } satisfies Manifest));
  const manifest = Buffer.alloc(manifestBytes);
  manifest.writeUInt32LE(text.length, 0);
  text.copy(manifest, 4);
  await disk.write(partitionOffset, manifest);
  await disk.write(0, bootSector(disk.sizeBytes, osType));
}

/** @returns the paths whose content is not what the manifest says; null when the disk is no sample disk */
export async function damagedFiles(disk: BlockDevice): Promise<string[] | null> {
  const boot = await disk.read(0, sectorBytes);
  if (boot.readUInt16LE(510) !== 0xaa55) return null;
  const bytes = await disk.read(partitionOffset, manifestBytes);
  const length = bytes.readUInt32LE(0);
  if (length === 0 || length > manifestBytes - 4) return null;
  const manifest = JSON.parse(bytes.toString('utf8', 4, 4 + length)) as Manifest;
  const damaged: string[] = [];
  for (const file of manifest.files) {
    const content = await disk.read(file.offset, file.lengthBytes);
    if (createHash('sha256').update(content).digest('hex') !== file.sha256) damaged.push(file.path);
  }
  return damaged;
}

/** A master boot record with one active partition from 1 MiB to the end (2 TiB is the table's limit). */
function bootSector(sizeBytes: number, osType: 'Windows' | 'Linux'): Buffer {
  const sector = Buffer.alloc(sectorBytes);
  sector.write('Site Recovery Lab sample disk', 3, 'latin1');
  const entry = 446;
  sector[entry] = 0x80;
  sector[entry + 4] = osType === 'Windows' ? 0x07 : 0x83;
  sector.writeUInt32LE(partitionOffset / sectorBytes, entry + 8);
  sector.writeUInt32LE(Math.min(0xffffffff, (sizeBytes - partitionOffset) / sectorBytes), entry + 12);
  sector.writeUInt16LE(0xaa55, 510);
  return sector;
}
