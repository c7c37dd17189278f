// The text part of a VMDK: which extents hold the bytes, and the disk's identity (VMware's Virtual Disk Format 1.1; vcenter.md §14).
import { hash } from 'node:crypto';
import { LabError } from '../kernel/errors.ts';
import { sectorBytes } from './blockDevice.ts';

export const descriptorSignature = '# Disk DescriptorFile';
/** A parent CID with this value means: no parent. */
const noParent = 'ffffffff';

export interface VmdkExtent {
  readonly access: 'RW' | 'RDONLY' | 'NOACCESS';
  readonly sizeBytes: number;
  /** `FLAT`, `VMFS`, `SPARSE`, `VMFSSPARSE`, `ZERO` … */
  readonly type: string;
  /** Name beside the descriptor; empty for ZERO. */
  readonly file: string;
  /** Where the extent begins inside its file. */
  readonly offsetBytes: number;
}

export interface VmdkDescriptor {
  /** 8 lower-case hex digits; changes when the content does. */
  readonly cid: string;
  /** Undefined for a base disk. */
  readonly parentCid: string | undefined;
  readonly createType: string;
  readonly extents: readonly VmdkExtent[];
  readonly changeTrackFile: string | undefined;
  /** The disk database: `adapterType`, `uuid`, `geometry.cylinders` … without the `ddb.` before it. */
  readonly database: Readonly<Record<string, string>>;
}

/** @throws LabError VmdkDescriptorInvalid */
export function parseVmdkDescriptor(text: string): VmdkDescriptor {
  if (!text.startsWith(descriptorSignature)) throw invalid(`It does not begin with "${descriptorSignature}".`);
  const values = new Map<string, string>();
  const database: Record<string, string> = {};
  const extents: VmdkExtent[] = [];
  // A descriptor inside a sparse file is padded with zero bytes.
  for (const line of text.replace(/\0[^]*$/, '').split(/\r?\n/)) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const setting = /^\s*([\w.]+)\s*=\s*"?([^"]*?)"?\s*$/.exec(line);
    if (setting !== null) {
      const [, name = '', value = ''] = setting;
      if (name.startsWith('ddb.')) database[name.slice(4)] = value;
      else values.set(name.toLowerCase(), value);
    } else extents.push(parseExtent(line));
  }
  if (extents.length === 0) throw invalid('It names no extent.');
  const parentCid = cidOf(values, 'parentcid');
  return {
    cid: cidOf(values, 'cid'),
    parentCid: parentCid === noParent ? undefined : parentCid,
    createType: values.get('createtype') ?? '',
    extents,
    changeTrackFile: values.get('changetrackpath'),
    database,
  };
}

/** What the descriptor of a new disk is made from. */
export interface NewVmdk {
  readonly sizeBytes: number;
  /** `vmfs` as on a datastore, `monolithicFlat` as a hosted product writes it. */
  readonly createType: 'vmfs' | 'monolithicFlat';
  readonly extentFile: string;
  /** A GUID; uuid, longContentID and CID follow from it. */
  readonly uniqueId: string;
  readonly adapterType?: 'lsilogic' | 'buslogic' | 'ide';
}

export function formatVmdkDescriptor(disk: NewVmdk): string {
  const { sizeBytes, createType, extentFile, uniqueId } = disk;
  const sectors = sizeBytes / sectorBytes;
  const contentId = hash('sha256', uniqueId).slice(0, 32);
  const { cylinders, heads, sectorsPerTrack } = geometryOf(sizeBytes);
  return withContentId(
    [
      descriptorSignature,
      'version=1',
      'encoding="UTF-8"',
      'CID=00000000',
      `parentCID=${noParent}`,
      `createType="${createType}"`,
      '',
      // libvmdk finds the extents only under exactly this line.
      '# Extent description',
      createType === 'vmfs' ? `RW ${sectors} VMFS "${extentFile}"` : `RW ${sectors} FLAT "${extentFile}" 0`,
      '',
      '# The Disk Data Base',
      '#DDB',
      '',
      `ddb.adapterType = "${disk.adapterType ?? 'lsilogic'}"`,
      `ddb.geometry.cylinders = "${cylinders}"`,
      `ddb.geometry.heads = "${heads}"`,
      `ddb.geometry.sectors = "${sectorsPerTrack}"`,
      `ddb.longContentID = "${contentId}"`,
      'ddb.thinProvisioned = "1"',
      'ddb.toolsInstallType = "4"',
      'ddb.toolsVersion = "12352"',
      `ddb.uuid = "${uuidOf(uniqueId)}"`,
      'ddb.virtualHWVersion = "19"',
      '',
    ].join('\n'),
    contentId,
  );
}

/**
 * The same descriptor for changed content: a new CID, and with it the end of longContentID. The new one follows from the
 * old one, so that the same run gives the same files.
 */
export function withNextContentId(text: string): string {
  const { cid, database } = parseVmdkDescriptor(text);
  return withContentId(text, hash('sha256', `${database['longContentID'] ?? ''}${cid}`).slice(0, 32));
}

/** The same descriptor for a flat extent that has grown. */
export function withSize(text: string, sizeBytes: number): string {
  const { cylinders, heads, sectorsPerTrack } = geometryOf(sizeBytes);
  const geometry = { cylinders, heads, sectors: sectorsPerTrack };
  return Object.entries(geometry).reduce(
    (descriptor, [name, value]) => descriptor.replace(new RegExp(`^(ddb\\.geometry\\.${name}\\s*=\\s*")[^"]*"$`, 'm'), `$1${value}"`),
    text.replace(/^(RW\s+)\d+(\s+(?:VMFS|FLAT)\s)/m, `$1${sizeBytes / sectorBytes}$2`),
  );
}

/** Nothing but the two ids is touched: descriptors of other writers hold lines that we do not know. */
function withContentId(text: string, contentId: string): string {
  const tail = contentId.slice(-8);
  // 0 and the two values at the top have meanings of their own.
  const cid = /^(0{8}|f{7}[ef])$/.test(tail) ? '5bd1e995' : tail;
  return text.replace(/^(CID\s*=\s*)\S+$/m, `$1${cid}`).replace(/^(ddb\.longContentID\s*=\s*")[^"]*"$/m, `$1${contentId.slice(0, -8)}${cid}"`);
}

function parseExtent(line: string): VmdkExtent {
  const match = /^(RW|RDONLY|NOACCESS)\s+(\d+)\s+([A-Z0-9_]+)(?:\s+"([^"]*)"(?:\s+(\d+))?)?/.exec(line.trim());
  if (match === null) throw invalid(`Line not understood: ${line.slice(0, 80)}`);
  const [, access, sectors, type = '', file = '', offset = '0'] = match;
  const sizeBytes = Number(sectors) * sectorBytes;
  const offsetBytes = Number(offset) * sectorBytes;
  if (!Number.isSafeInteger(sizeBytes) || !Number.isSafeInteger(offsetBytes)) throw invalid(`Size not possible: ${line.slice(0, 80)}`);
  return { access: access as VmdkExtent['access'], sizeBytes, type, file, offsetBytes };
}

function cidOf(values: ReadonlyMap<string, string>, name: string): string {
  const value = values.get(name) ?? (name === 'parentcid' ? noParent : '');
  if (!/^[0-9a-f]{1,8}$/i.test(value)) throw invalid(`${name} is "${value}".`);
  return value.toLowerCase().padStart(8, '0');
}

/** Heads and sectors by size, as ESXi chooses them (vcenter.md §14). */
function geometryOf(sizeBytes: number): { cylinders: number; heads: number; sectorsPerTrack: number } {
  const gibibyte = 2 ** 30;
  const [heads, sectorsPerTrack] = sizeBytes < gibibyte ? [64, 32] : sizeBytes < 2 * gibibyte ? [128, 32] : [255, 63];
  return { cylinders: Math.max(1, Math.floor(sizeBytes / sectorBytes / (heads * sectorsPerTrack))), heads, sectorsPerTrack };
}

/** VMware's own prefix and 13 digits' worth of the GUID: `60 00 C2 9x xx xx xx xx-xx …`. */
function uuidOf(uniqueId: string): string {
  const digits = `6000C29${uniqueId.replaceAll('-', '').toUpperCase()}`.slice(0, 32);
  const pairs = (digits.match(/../g) ?? []).map(String);
  return `${pairs.slice(0, 8).join(' ')}-${pairs.slice(8).join(' ')}`;
}

function invalid(specifics: string): LabError {
  return new LabError('VmdkDescriptorInvalid', specifics);
}
