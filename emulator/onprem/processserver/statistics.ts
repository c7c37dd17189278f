// The figures that a process server reports of itself (asr-behaviour §9.1, §9.2), measured on the lab's clock.
import type { Clock, TimeMs } from '../../kernel/clock.ts';

/** Names of asr-behaviour §9.2: on a process server on premises, and the shorter list of one in Azure. */
const azureServices = ['ProcessServer', 'ProcessServerMonitor', 'cxprocessserver', 'InMage PushInstall', 'LogUpload'] as const;
const siteServices = [...azureServices, 'InMage Scout Application Service', 'obengine', 'svagents', 'tmansvc'] as const;

/** A process server for up to 100 machines has 8 vCPUs and 16 GB (asr-behaviour §4.7): the machine that the lab's one stands for. */
const memoryTotalBytes = 16 * 2 ** 30;
const restingMemoryBytes = 4 * 2 ** 30;
const restingCpuPercent = 3;
/** 2 TB a day are the most that one process server carries (asr-behaviour §4.7): with it, processors are at the advised 70 %. */
const ratedBps = (2e12 * 8) / 86_400;
const ratedCpuPercent = 67;
const windowMs = 5 * 60_000;

/** Set by a user to see what an overloaded server looks like; null: modelled from the traffic. */
export interface ImposedLoad {
  readonly cpuPercent: number | null;
  readonly memoryPercent: number | null;
}

export class Statistics {
  readonly #clock: Clock;
  readonly #services: Map<string, boolean>;
  #sent: { timeMs: TimeMs; bytes: number }[] = [];
  #imposed: ImposedLoad = { cpuPercent: null, memoryPercent: null };

  constructor(clock: Clock, inAzure: boolean) {
    this.#clock = clock;
    this.#services = new Map((inAzure ? azureServices : siteServices).map((name) => [name, true]));
  }

  impose(load: ImposedLoad): void {
    this.#imposed = load;
  }

  /** @returns whether there is such a service */
  setService(name: string, running: boolean): boolean {
    if (!this.#services.has(name)) return false;
    this.#services.set(name, running);
    return true;
  }

  get services(): { name: string; running: boolean }[] {
    return [...this.#services].map(([name, running]) => ({ name, running }));
  }

  uploaded(bytes: number): void {
    const nowMs = this.#clock.now();
    const newest = this.#sent.at(-1);
    if (newest?.timeMs === nowMs) newest.bytes += bytes;
    else this.#sent.push({ timeMs: nowMs, bytes });
    this.#forgetOld(nowMs);
  }

  /** Bits per second, mean of the last five minutes. */
  get throughputBps(): number {
    this.#forgetOld(this.#clock.now());
    return (this.#sent.reduce((sum, { bytes }) => sum + bytes, 0) * 8000) / windowMs;
  }

  get cpuPercent(): number {
    return this.#imposed.cpuPercent ?? Math.min(100, restingCpuPercent + (this.throughputBps / ratedBps) * ratedCpuPercent);
  }

  get memoryTotalBytes(): number {
    return memoryTotalBytes;
  }

  /** @param cachedBytes frames held in memory */
  memoryFreeBytes(cachedBytes: number): number {
    const { memoryPercent } = this.#imposed;
    return memoryPercent === null ? Math.max(0, memoryTotalBytes - restingMemoryBytes - cachedBytes) : Math.round(memoryTotalBytes * (1 - memoryPercent / 100));
  }

  #forgetOld(nowMs: TimeMs): void {
    const first = this.#sent.findIndex(({ timeMs }) => timeMs > nowMs - windowMs);
    this.#sent = first < 0 ? [] : this.#sent.slice(first);
  }
}
