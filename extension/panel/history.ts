// What the views draw over lab time: RPO and churn of each item, bytes over each network path. Filled from the model's snapshots; no VS Code in here.
import type { SeriesPoint } from '../../webview/contract.ts';
import type { NetworkPath } from '../../emulator/contract/faults.ts';
import type { LinkState } from '../../emulator/contract/resources.ts';
import type { RecoveryPoint, ReplicationProtectedItem } from '../client/vaultClient.ts';
import { isFailedOver } from '../model/find.ts';
import { itemFacts } from '../model/itemFacts.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { azureDetails, siteDetails } from '../operations/lookups.ts';

/** Values of one quantity, the newest ones; when there are too many, of the older half each second one goes. */
export class Series {
  readonly #capacity: number;
  #points: SeriesPoint[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get points(): readonly SeriesPoint[] {
    return this.#points;
  }

  /** A value of the same time replaces the one before; an earlier time begins anew, for the lab was set back. Of a gap only its begin is kept. */
  add(point: SeriesPoint): void {
    const last = this.#points.at(-1);
    if (last !== undefined && point.timeMs < last.timeMs) this.#points = [];
    if (last?.timeMs === point.timeMs) this.#points.pop();
    if (point.value === null && (this.#points.at(-1)?.value ?? null) === null) return;
    this.#points.push(point);
    if (this.#points.length <= this.#capacity) return;
    const half = this.#points.length / 2;
    // A gap stays one, however little of what was around it is left.
    this.#points = this.#points.filter(({ value }, place, all) => place >= half || (value === null ? all[place - 1]?.value !== null : place % 2 === 0));
  }
}

interface ItemSeries {
  readonly rpoSeconds: Series;
  readonly churnBps: Series;
}

interface Carried {
  readonly timeMs: number;
  readonly bytes: number;
  readonly bytesPerSecond: number | null;
}

const capacity = 720;
const bytesPerMegabyte = 2 ** 20;
/** A rate is told of at least this much lab time. */
const shortestRateMs = 1000;

export class History {
  readonly #items = new Map<string, ItemSeries>();
  readonly #paths = new Map<NetworkPath, Carried>();
  #dir = '';
  #seen: readonly ReplicationProtectedItem[] = [];
  #seenLinks: readonly LinkState[] = [];

  /** Takes what is new in a snapshot. */
  record({ dir, clock, vault, lab }: LabSnapshot): void {
    if (clock === undefined) return;
    if (dir !== this.#dir) this.#forget(dir);
    if (vault.items !== this.#seen) for (const item of vault.items) this.#recordItem(item, clock.timeMs);
    if (lab !== undefined && lab.links !== this.#seenLinks) for (const link of lab.links) this.#recordLink(link, clock.timeMs);
    this.#seen = vault.items;
    this.#seenLinks = lab?.links ?? [];
  }

  /** Seconds. @param id ARM id of the item */
  rpo(id: string): readonly SeriesPoint[] {
    return this.#items.get(id.toLowerCase())?.rpoSeconds.points ?? [];
  }

  /** Bytes per second. @param id ARM id of the item */
  churn(id: string): readonly SeriesPoint[] {
    return this.#items.get(id.toLowerCase())?.churnBps.points ?? [];
  }

  /** Bytes per second of lab time between the two last readings; null: fewer than two. */
  rate(path: NetworkPath): number | null {
    return this.#paths.get(path)?.bytesPerSecond ?? null;
  }

  #forget(dir: string): void {
    this.#dir = dir;
    this.#items.clear();
    this.#paths.clear();
  }

  #recordItem(item: ReplicationProtectedItem, timeMs: number): void {
    if (item.id === undefined || this.#seen.includes(item)) return;
    const key = item.id.toLowerCase();
    const series = this.#items.get(key) ?? { rpoSeconds: new Series(capacity), churnBps: new Series(capacity) };
    this.#items.set(key, series);
    const { rpoMs } = itemFacts(item);
    series.rpoSeconds.add({ timeMs, value: rpoMs === undefined ? null : rpoMs / 1000 });
    series.churnBps.add({ timeMs, value: churnOf(item) ?? null });
  }

  #recordLink({ path, carriedBytes }: LinkState, timeMs: number): void {
    const last = this.#paths.get(path);
    if (last === undefined || timeMs < last.timeMs || carriedBytes < last.bytes) this.#paths.set(path, { timeMs, bytes: carriedBytes, bytesPerSecond: null });
    else if (timeMs - last.timeMs >= shortestRateMs)
      this.#paths.set(path, { timeMs, bytes: carriedBytes, bytesPerSecond: ((carriedBytes - last.bytes) * 1000) / (timeMs - last.timeMs) });
  }
}

/** Bytes per second that the machine writes; undefined: Azure does not say, or nothing looks since a failover. */
export function churnOf(item: ReplicationProtectedItem): number | undefined {
  if (isFailedOver(item)) return undefined;
  const megabytesPerSecond = azureDetails(item)?.uncompressedDataRateInMB ?? siteDetails(item)?.uncompressedDataRateInMB;
  return typeof megabytesPerSecond !== 'number' || megabytesPerSecond < 0 ? undefined : megabytesPerSecond * bytesPerMegabyte;
}

/**
 * RPO in seconds with the time before this window was opened: at each recovery point the RPO had grown to its distance from the one before.
 * @param points in any order
 */
export function withPast(series: readonly SeriesPoint[], points: readonly RecoveryPoint[]): readonly SeriesPoint[] {
  const beforeMs = series[0]?.timeMs ?? Infinity;
  const times = points.flatMap(({ properties }) => properties?.recoveryPointTime?.getTime() ?? []).sort((one, other) => one - other);
  const past = times.slice(1).map((timeMs, place) => ({ timeMs, value: (timeMs - (times[place] as number)) / 1000 }));
  return [...past.filter(({ timeMs }) => timeMs < beforeMs), ...series];
}
