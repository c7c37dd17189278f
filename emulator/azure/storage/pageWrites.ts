// From the extents of a batch, in their order, to requests for a page blob that may run in any order: none overlaps another.
import type { Extent } from '../../replication/stations.ts';

/** Bytes to put at `offset`, in parts that follow each other; `parts` null: pages to clear. */
export interface PageWrite {
  readonly offset: number;
  readonly length: number;
  readonly parts: readonly Buffer[] | null;
}

/** An extent with its bytes; null: zeros. */
export interface PageChange {
  readonly offset: number;
  readonly length: number;
  readonly bytes: Buffer | null;
}

/** The most that one Put Page takes. */
export const largestPutBytes = 4 * 1024 * 1024;

/** Pairs each extent with its part of the payload, which has the extents' bytes one after the other, zero extents left out. */
export function changesOf(extents: readonly Extent[], payload: Buffer): PageChange[] {
  let at = 0;
  return extents.map(({ offset, length, zero }) => ({ offset, length, bytes: zero === true ? null : payload.subarray(at, (at += length)) }));
}

/** @param changes in the order to apply: of two that overlap the later one wins */
export function planPageWrites(changes: readonly PageChange[]): PageWrite[] {
  return joined(withoutOverlaps(changes));
}

/** Ascending by offset. */
export function withoutOverlaps(changes: readonly PageChange[]): PageChange[] {
  const sorted = changes.filter((change) => change.length > 0).sort((one, other) => one.offset - other.offset);
  let overlaps = false;
  for (let place = 1; place < sorted.length && !overlaps; place += 1) overlaps = endOf(sorted[place - 1] as PageChange) > (sorted[place] as PageChange).offset;
  return overlaps ? visibleParts(changes) : sorted;
}

/** From the last change to the first, each shows only where no later one lies. */
function visibleParts(changes: readonly PageChange[]): PageChange[] {
  const visible: PageChange[] = [];
  for (const change of [...changes].reverse()) {
    let place = firstEndingAfter(visible, change.offset);
    let from = change.offset;
    while (from < endOf(change)) {
      const later = visible[place];
      const to = Math.min(endOf(change), later?.offset ?? Infinity);
      if (to > from) {
        visible.splice(place, 0, part(change, from, to));
        place += 1;
      }
      from = later === undefined ? endOf(change) : endOf(later);
      place += 1;
    }
  }
  return visible;
}

function firstEndingAfter(list: readonly PageChange[], offset: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (endOf(list[middle] as PageChange) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Neighbours become one request, up to what a request can take; clearing has no such bound. */
function joined(changes: readonly PageChange[]): PageWrite[] {
  const writes: { offset: number; length: number; parts: Buffer[] | null }[] = [];
  for (const change of changes) {
    for (let from = change.offset; from < endOf(change);) {
      const last = writes.at(-1);
      const follows = last !== undefined && last.offset + last.length === from && (last.parts === null) === (change.bytes === null);
      const room = change.bytes === null ? Infinity : follows ? largestPutBytes - last.length : largestPutBytes;
      if (room === 0 || !follows) writes.push({ offset: from, length: 0, parts: change.bytes === null ? null : [] });
      const write = writes.at(-1) as (typeof writes)[number];
      const to = Math.min(endOf(change), from + (room === 0 ? largestPutBytes : room));
      const piece = part(change, from, to);
      if (piece.bytes !== null) write.parts?.push(piece.bytes);
      write.length += piece.length;
      from = to;
    }
  }
  return writes;
}

function part(change: PageChange, from: number, to: number): PageChange {
  return { offset: from, length: to - from, bytes: change.bytes?.subarray(from - change.offset, to - change.offset) ?? null };
}

function endOf(change: PageChange): number {
  return change.offset + change.length;
}
