// Seeded chance: one seed per lab, one independent stream per part of it, so that parts do not disturb each other's draws.
import { createHash } from 'node:crypto';

/** A stream of repeatable pseudo-random numbers. Never used for keys or passphrases: those come from node:crypto. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A whole number in [0, below). */
  integer(below: number): number;
  /** `length` bytes. */
  bytes(length: number): Buffer;
  /** One member of a list that is not empty. */
  pick<T>(list: readonly T[]): T;
  /** A stream of its own for the part with this name; the same name always gives the same stream. */
  fork(name: string): Random;
}

/** @param seed any text; the same text gives the same numbers on every machine (sfc32). */
export function seededRandom(seed: string): Random {
  const digest = createHash('sha256').update(seed).digest();
  let a = digest.readUInt32LE(0);
  let b = digest.readUInt32LE(4);
  let c = digest.readUInt32LE(8);
  let counter = digest.readUInt32LE(12);
  const word = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  const random: Random = {
    next: () => word() / 4_294_967_296,
    integer: (below) => Math.floor((word() / 4_294_967_296) * below),
    bytes: (length) => {
      const bytes = Buffer.allocUnsafe(length);
      let at = 0;
      for (; at + 4 <= length; at += 4) bytes.writeUInt32LE(word(), at);
      for (; at < length; at += 1) bytes[at] = word() & 0xff;
      return bytes;
    },
    pick: (list) => list[random.integer(list.length)] as never,
    fork: (name) => seededRandom(`${seed}/${name}`),
  };
  return random;
}
