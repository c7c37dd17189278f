// How fast the disks of protected machines change, out of what their change logs have grown by (asr-behaviour §4.7).
import type { TimeMs } from '../../../kernel/clock.ts';
import type { AgentReport } from '../../../replication/reports.ts';

interface Sample {
  readonly timeMs: TimeMs;
  readonly capturedBytes: number;
}

/** The limits are means and allow a backlog of about five minutes; a shorter peak is no problem. */
const windowMs = 5 * 60_000;

export class ChurnWatch {
  readonly #samples = new Map<string, Sample[]>();

  take(agent: AgentReport): void {
    for (const { pairId, capturedBytes } of agent.pairs) if (capturedBytes !== undefined) this.#add(pairId, { timeMs: agent.lastHeartbeatMs, capturedBytes });
  }

  /** Mean of the last five minutes, bytes per second; null while a pair was not watched that long. */
  rateBps(pairId: string): number | null {
    const samples = this.#samples.get(pairId) ?? [];
    const [first, last] = [samples[0], samples.at(-1)];
    if (first === undefined || last === undefined || last.timeMs - first.timeMs < windowMs) return null;
    return ((last.capturedBytes - first.capturedBytes) * 1000) / (last.timeMs - first.timeMs);
  }

  /** Forgets pairs that are no longer replicated. */
  keep(pairIds: ReadonlySet<string>): void {
    for (const pairId of this.#samples.keys()) if (!pairIds.has(pairId)) this.#samples.delete(pairId);
  }

  #add(pairId: string, sample: Sample): void {
    const samples = this.#samples.get(pairId) ?? [];
    const last = samples.at(-1);
    if (last?.timeMs === sample.timeMs) return;
    // A log that begins anew counts from there.
    const known = last !== undefined && sample.capturedBytes < last.capturedBytes ? [] : samples;
    // The newest sample before the window tells what held at its start.
    const first = known.findLastIndex(({ timeMs }) => timeMs <= sample.timeMs - windowMs);
    this.#samples.set(pairId, [...known.slice(Math.max(0, first)), sample]);
  }
}
