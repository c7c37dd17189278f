// Many page writes of one blob in one request: the storage process's own addition, since Put Page takes one range and each request costs as much as 100 KiB.
// Body: length of the list (u32 LE), the list as JSON `[offset, length, zeros (1 or 0), …]`, then the bytes of the ranges that are not zeros, one after the other.
import type { IncomingMessage } from 'node:http';
import type { ExtentStore } from './extentStore.ts';
import type { JournaledMetadata, PageChangeRow } from './journaledMetadata.ts';

const lengthBytes = 4;
const largestListBytes = 16 * 1024 * 1024;

/**
 * All or nothing: one line of the journal.
 * @returns the HTTP status: 201, 404 without such a page blob, 409 when it is leased, 400 for ranges that do not fit it or the bytes
 */
export async function takePageBatch(
  request: IncomingMessage,
  query: URLSearchParams,
  stores: { content: ExtentStore; metadata: JournaledMetadata },
): Promise<number> {
  const body = new BatchBody(request);
  const list = await body.list();
  if (list === undefined) return 400;
  const chunk = await stores.content.append(body.rest(), 'pages');
  const rows: PageChangeRow[] = [];
  let used = 0;
  for (let at = 0; at + 2 < list.length; at += 3) {
    const [offset, length, zeros] = list.slice(at, at + 3) as [number, number, number];
    rows.push([offset, offset + length - 1, zeros === 1 ? null : chunk.offset + used]);
    if (zeros !== 1) used += length;
  }
  if (used !== chunk.count) return 400;
  return stores.metadata.changePages(
    { account: query.get('account') ?? '', container: query.get('container') ?? '', blob: query.get('blob') ?? '' },
    rows,
    chunk.id,
  );
}

/** The list is small and comes first; the bytes pass through as they arrive. */
class BatchBody {
  readonly #pieces: AsyncIterator<Buffer>;
  #held: Buffer = Buffer.alloc(0);

  constructor(request: IncomingMessage) {
    this.#pieces = (request as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  /** Undefined when the body is not one of ours. */
  async list(): Promise<number[] | undefined> {
    if (!(await this.#hold(lengthBytes))) return undefined;
    const end = lengthBytes + this.#held.readUInt32LE(0);
    if (end > largestListBytes || !(await this.#hold(end))) return undefined;
    const list = parseList(this.#held.toString('utf8', lengthBytes, end));
    this.#held = this.#held.subarray(end);
    return list;
  }

  async *rest(): AsyncGenerator<Buffer> {
    if (this.#held.length > 0) yield this.#held;
    for (let next = await this.#pieces.next(); next.done !== true; next = await this.#pieces.next()) yield next.value;
  }

  /** Whether the body is that long. */
  async #hold(count: number): Promise<boolean> {
    const parts = [this.#held];
    for (let length = this.#held.length; length < count;) {
      const next = await this.#pieces.next();
      if (next.done === true) return false;
      parts.push(next.value);
      length += next.value.length;
    }
    this.#held = Buffer.concat(parts);
    return true;
  }
}

function parseList(text: string): number[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.length % 3 === 0 && list.every((member) => Number.isSafeInteger(member)) ? (list as number[]) : undefined;
  } catch {
    // No JSON: the caller is told that his body makes no sense.
    return undefined;
  }
}
