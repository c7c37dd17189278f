// Identifiers in the shapes the product shows (asr-behaviour §1.5), drawn from the lab's seed.
import type { Random } from './random.ts';

export interface Ids {
  /** 8-4-4-4-12 lower-case hex, version 4. */
  guid(): string;
  /** 8-4-4-16 upper-case hex: the shape of configuration server, process server and master target ids. */
  hostId(): string;
  /** A GUID that hangs on the name alone, not on who drew one before: for what is made side by side, in whatever order it ends. */
  named(name: string): string;
  /** `length` lower-case hex digits. */
  hex(length: number): string;
}

export function seededIds(random: Random): Ids {
  const hex = (length: number): string =>
    random
      .bytes(Math.ceil(length / 2))
      .toString('hex')
      .slice(0, length);
  return {
    hex,
    guid: () => guidFrom(random),
    named: (name) => guidFrom(random.fork(name)),
    hostId: () => `${hex(8)}-${hex(4)}-${hex(4)}-${hex(16)}`.toUpperCase(),
  };
}

function guidFrom(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
