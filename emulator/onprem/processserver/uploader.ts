// Spreads the upload threads over the pairs: each pair in its own order, several at a time, none starved.
import type { RelayPair } from './relayPair.ts';
import { PairUpload, type PairUploadDeps } from './pairUpload.ts';

/** Registry value `UploadThreadsPerVM` (asr-behaviour §4.8). */
export const defaultUploadThreads = 4;
/** Of all pairs together: bounds the frames and seals in memory. */
const threadsInAll = 8;

export class Uploader {
  readonly #deps: Omit<PairUploadDeps, 'onProgress'>;
  readonly #uploads = new Map<RelayPair, PairUpload>();
  #threadsPerPair = defaultUploadThreads;

  constructor(deps: Omit<PairUploadDeps, 'onProgress'>) {
    this.#deps = deps;
  }

  /** @param threads 1 to 32 */
  setThreads(threads: number): void {
    this.#threadsPerPair = Math.min(32, Math.max(1, Math.floor(threads)));
    this.pump();
  }

  /** The pairs that there are now, with their present targets. */
  take(pairs: Iterable<RelayPair>): void {
    const present = new Set(pairs);
    for (const [pair, upload] of this.#uploads) {
      if (present.has(pair)) continue;
      upload.close();
      this.#uploads.delete(pair);
    }
    for (const pair of present) this.uploadOf(pair).retarget();
    this.pump();
  }

  uploadOf(pair: RelayPair): PairUpload {
    let upload = this.#uploads.get(pair);
    if (upload === undefined) this.#uploads.set(pair, (upload = new PairUpload({ ...this.#deps, onProgress: () => this.pump() }, pair)));
    return upload;
  }

  /** Starts what may start: one batch of each pair in turn, while there are threads. */
  pump(): void {
    let free = threadsInAll;
    for (const upload of this.#uploads.values()) free -= upload.underWay;
    for (let startedOne = true; startedOne && free > 0;) {
      startedOne = false;
      const line = [...this.#uploads];
      for (const [pair, upload] of line) {
        if (free <= 0 || upload.underWay >= this.#threadsPerPair || !upload.startNext()) continue;
        free -= 1;
        startedOne = true;
        // Whoever had its turn goes to the end of the line.
        this.#uploads.delete(pair);
        this.#uploads.set(pair, upload);
      }
    }
  }

  close(): void {
    for (const upload of this.#uploads.values()) upload.close();
    this.#uploads.clear();
  }
}
