// One entry of the error catalogue.

export interface ErrorEntry {
  /** HTTP status on every wire of the lab. */
  readonly status: number;
  /** What happened, one sentence. */
  readonly summary: string;
  /** What the user can do, one sentence. */
  readonly action: string;
}

export const entry = (status: number, summary: string, action: string): ErrorEntry => ({ status, summary, action });
