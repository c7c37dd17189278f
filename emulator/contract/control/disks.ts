// Operations on disks, on both sides: reading and writing, comparing, files in and out, serving.
import type { Nothing, OfMachine, Operation } from './operation.ts';

/** A disk by machine and number, name or id (a copy's disk goes by the id of its source as well); `present` is what the machine sees, `replica` the far end's newest state, otherwise a recovery point. */
export interface DiskReference {
  readonly location: 'onPremises' | 'azure';
  readonly machine: string;
  readonly disk: string;
  readonly at: 'present' | 'replica' | { readonly pointId: string };
}

/** Bytes travel as base64; a request reads or writes at most 4 MiB. */
interface DiskSpan {
  readonly disk: DiskReference;
  readonly offset: number;
}

export interface DiskListing {
  readonly machine: string;
  readonly location: DiskReference['location'];
  readonly number: number;
  readonly diskId: string;
  readonly name: string;
  readonly sizeBytes: number;
  /** What it costs on the host. */
  readonly allocatedBytes: number;
  readonly path: string;
  readonly servedAt: string | null;
}

export interface DiskOperations {
  'disk.list': Operation<Partial<OfMachine>, readonly DiskListing[]>;
  'disk.read': Operation<DiskSpan & { readonly length: number }, { readonly base64: string }>;
  'disk.write': Operation<DiskSpan & { readonly base64: string }, Nothing>;
  /** SHA-256 of the whole content, in hex. */
  'disk.sha256': Operation<{ readonly disk: DiskReference }, { readonly sha256: string; readonly sizeBytes: number }>;
  /** Equal for disks of equal size and content, whatever is allocated; takes the time of the data, where SHA-256 takes that of the size. */
  'disk.digest': Operation<{ readonly disk: DiskReference }, { readonly digest: string; readonly sizeBytes: number }>;
  /** `disk` absent: the file becomes a new disk of the machine. Paths are those of the lab's process. */
  'disk.import': Operation<OfMachine & { readonly disk?: string; readonly path: string; readonly progressId?: string }, DiskListing>;
  'disk.export': Operation<
    { readonly disk: DiskReference; readonly path: string; readonly format: 'raw' | 'vhd' | 'vmdk' | 'qcow2' | 'vhdx'; readonly progressId?: string },
    { readonly path: string; readonly sizeBytes: number }
  >;
  /** The machine is off; the disk of a protected machine needs a resynchronisation afterwards (asr-behaviour §4.9). Disks never shrink. */
  'disk.grow': Operation<{ readonly disk: DiskReference; readonly sizeBytes: number }, DiskListing>;
  /** Over NBD on 127.0.0.1 until `disk.unserve` or the lab's end; port 0 or absent lets the system choose. */
  'disk.serve': Operation<{ readonly disk: DiskReference; readonly port?: number; readonly readOnly?: boolean }, { readonly url: string }>;
  'disk.unserve': Operation<{ readonly url: string }, Nothing>;
  /** What the ledger on this disk says of itself. */
  'disk.verify': Operation<{ readonly disk: DiskReference }, { readonly verdict: 'clean' | 'recovered' | 'damaged'; readonly detail: string }>;
}
