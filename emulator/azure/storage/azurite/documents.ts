// Azurite's metadata documents as JSON lines of the storage journal, page ranges kept apart because they are many and change alone.

/** A run of a page blob, both ends inclusive, and where its bytes lie. */
export interface PageRange {
  readonly start: number;
  readonly end: number;
  readonly persistency: { readonly id: string; readonly offset: number; readonly count: number };
}

export type StoredDocument = Record<string, unknown>;

/** Four members per range: start, end, place of the extent in `extents`, offset in it. */
export interface PackedRanges {
  readonly extents: readonly string[];
  readonly flat: readonly number[];
}

export function packRanges(ranges: readonly PageRange[]): PackedRanges {
  const places = new Map<string, number>();
  const flat: number[] = [];
  for (const { start, end, persistency } of ranges) {
    let place = places.get(persistency.id);
    if (place === undefined) places.set(persistency.id, (place = places.size));
    flat.push(start, end, place, persistency.offset);
  }
  return { extents: [...places.keys()], flat };
}

export function unpackRanges({ extents, flat }: PackedRanges): PageRange[] {
  const ranges: PageRange[] = [];
  for (let at = 0; at + 3 < flat.length; at += 4) {
    const [start, end, place, offset] = flat.slice(at, at + 4) as [number, number, number, number];
    ranges.push({ start, end, persistency: { id: extents[place] as string, offset, count: end + 1 - start } });
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
  const { persistency, pageRangesInOrder, committedBlocksInOrder } = document as { persistency?: { id: string }; pageRangesInOrder?: PageRange[]; committedBlocksInOrder?: { persistency: { id: string } }[] };
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
