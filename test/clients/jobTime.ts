// Time for pollers: it goes on while a job of the vault runs, and stands still otherwise, so that nothing happens between two calls of a client.
import type { LabClock } from '../../emulator/kernel/clock.ts';
import type { JobView } from '../../emulator/kernel/jobRecord.ts';
import type { Vaults } from '../../emulator/azure/vault/vaults.ts';

const stepMs = 15_000;
/** More lab time than any job of a test takes. */
const limitMs = 6 * 3_600_000;

export interface JobTimeDeps {
  readonly clock: Pick<LabClock, 'advance'>;
  readonly vaults: Pick<Vaults, 'onVault'>;
}

export class JobTime implements AsyncDisposable {
  readonly #clock: JobTimeDeps['clock'];
  readonly #running = new Set<string>();
  #passing: Promise<void> | undefined;
  #failure: unknown;
  #ended = false;

  constructor({ clock, vaults }: JobTimeDeps) {
    this.#clock = clock;
    vaults.onVault((vault) => vault.jobs.subscribe((job) => this.#see(job)));
  }

  /** Lets time go on until `reached` says so. @throws Error after six hours of lab time */
  async until(what: string, reached: () => boolean | Promise<boolean>): Promise<void> {
    for (let passedMs = 0; !(await reached()); passedMs += stepMs) {
      if (passedMs > limitMs) throw new Error(`${what} did not come about within ${limitMs / 3_600_000} hours of lab time.`);
      await this.#clock.advance(stepMs);
    }
  }

  async step(ms: number): Promise<void> {
    await this.#clock.advance(ms);
  }

  /** @throws Error of a job that did not come to its end */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    this.#running.clear();
    await this.#passing;
    if (this.#failure !== undefined) throw this.#failure;
  }

  #see(job: JobView): void {
    if (this.#ended) return;
    if (job.state === 'NotStarted' || job.state === 'InProgress') this.#running.add(job.jobId);
    else this.#running.delete(job.jobId);
    if (this.#running.size > 0) this.#passing ??= this.#pass();
  }

  async #pass(): Promise<void> {
    try {
      await this.until('The end of a job', () => this.#running.size === 0);
    } catch (error) {
      // Seen when the test ends: nobody waits for time to pass.
      this.#failure = error;
    }
    this.#passing = undefined;
  }
}
