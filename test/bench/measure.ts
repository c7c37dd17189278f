// What the bench measures and how it is told: one row per measure, its reference from the same run, and the aim.
export interface Measured {
  /** What was measured and the reference, each with its unit, for people. */
  readonly value: string;
  readonly reference: string;
  /** In the sense of the aim; null: the aim is no ratio. */
  readonly ratio: number | null;
  readonly reached: boolean;
  /** Everything that was measured, for programs. Units last in names. */
  readonly figures: Readonly<Record<string, number>>;
  /** Further lines under the row. */
  readonly notes?: readonly string[];
}

export interface Measure {
  /** To choose it on the command line. */
  readonly name: string;
  readonly title: string;
  readonly referenceTitle: string;
  readonly aim: string;
  readonly run: () => Promise<Measured>;
}

export const mebibyte = 2 ** 20;
export const gibibyte = 2 ** 30;

/** Wall time of `work` in milliseconds. */
export async function timeMs(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Of sorted or unsorted samples; `share` 0.5 is the median. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function rateText(bytes: number, ms: number): string {
  return `${(bytes / mebibyte / (ms / 1000)).toFixed(0)} MiB/s`;
}

export function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}
