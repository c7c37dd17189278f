// Azurite's metadata documents as JSON lines of the storage journal, page ranges kept apart because they are many and change alone.

/** A run of a page blob, both ends inclusive, and where its bytes lie. */
export interface PageRange {
  readonly start: number;
  readonly end: number;
  readonly persistency: { readonly id: string; readonly offset: number; readonly count: number };
}

export type StoredDocument = Record<string, unknown>;

/** A list of page ranges; snapshots of a blob have most of theirs in common, and are told by the difference. */
export interface PackedRanges {
  /** Document whose list `steps` refers to, as it is at this place of the journal. */
  readonly of: number | null;
  /** In order: `n` takes the next n of `flat`; `-n` and a place take n of the other list from that place on. */
  readonly steps: readonly number[];
  readonly extents: readonly string[];
  /** Four members per range: start, end, place of the extent in `extents`, offset in it. */
  readonly flat: readonly number[];
}

/**
 * Both lists ascend, so one walk finds what they have in common.
 * @param other a list that may hold some of the very same objects: ranges are never changed, only replaced
 */
export function packRanges(ranges: readonly PageRange[], other?: { readonly id: number; readonly ranges: readonly PageRange[] }): PackedRanges {
  const others = other?.ranges ?? [];
  const extents = new Map<string, number>();
  const flat: number[] = [];
  const steps: number[] = [];
  let from = 0;
  let literals = 0;
  const endLiterals = (): void => {
    if (literals > 0) steps.push(literals);
    literals = 0;
  };
  for (let at = 0; at < ranges.length;) {
    const range = ranges[at] as PageRange;
    while (from < others.length && (others[from] as PageRange).start < range.start) from += 1;
    let common = 0;
    while (from + common < others.length && at + common < ranges.length && others[from + common] === ranges[at + common]) common += 1;
    if (common > 0) {
      endLiterals();
      steps.push(-common, from);
      at += common;
      from += common;
      continue;
    }
    let extent = extents.get(range.persistency.id);
    if (extent === undefined) extents.set(range.persistency.id, (extent = extents.size));
    flat.push(range.start, range.end, extent, range.persistency.offset);
    literals += 1;
    at += 1;
  }
  endLiterals();
  return { of: other?.id ?? null, steps, extents: [...extents.keys()], flat };
}

/** @param other the list of the document `of` */
export function unpackRanges({ steps, extents, flat }: PackedRanges, other: readonly PageRange[]): PageRange[] {
  const ranges: PageRange[] = [];
  let used = 0;
  for (let at = 0; at < steps.length; at += 1) {
    const step = steps[at] as number;
    if (step < 0) {
      const from = steps[(at += 1)] as number;
      for (let place = from; place < from - step; place += 1) ranges.push(other[place] as PageRange);
      continue;
    }
    for (const end = used + step * 4; used < end; used += 4) {
      const [start, last, extent, offset] = [flat[used], flat[used + 1], flat[used + 2], flat[used + 3]] as [number, number, number, number];
      ranges.push({ start, end: last, persistency: { id: extents[extent] as string, offset, count: last + 1 - start } });
    }
  }
  return ranges;
}

/** A document without its page ranges and without what the in-memory database adds; dates and bytes keep their types. */
export function toPlain(document: StoredDocument): StoredDocument {
  const { $loki: _id, meta: _meta, pageRangesInOrder: _ranges, ...rest } = document;
  return tag(rest) as StoredDocument;
}

export function fromPlain(plain: StoredDocument): StoredDocument {
  return untag(plain) as StoredDocument;
}

/** Every extent that a blob or an uncommitted block lies in. */
export function* extentsOf(document: StoredDocument): Generator<string> {
  const { persistency, pageRangesInOrder, committedBlocksInOrder } = document as {
    persistency?: { id: string };
    pageRangesInOrder?: PageRange[];
    committedBlocksInOrder?: { persistency: { id: string } }[];
  };
  if (persistency !== undefined) yield persistency.id;
  for (const range of pageRangesInOrder ?? []) yield range.persistency.id;
  for (const block of committedBlocksInOrder ?? []) yield block.persistency.id;
}

function tag(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return { $date: value.getTime() };
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(tag);
  const tagged: StoredDocument = {};
  for (const [key, member] of Object.entries(value)) if (member !== undefined) tagged[key] = tag(member);
  return tagged;
}

function untag(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(untag);
  if ('$date' in value) return new Date(value.$date as number);
  if ('$bytes' in value) return new Uint8Array(Buffer.from(value.$bytes as string, 'base64'));
  const untagged: StoredDocument = {};
  for (const [key, member] of Object.entries(value)) untagged[key] = untag(member);
  return untagged;
}
