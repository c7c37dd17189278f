// What scenarios and the bench do with a lab, through its control API alone, so that it may run in this process or another.
import type { ControlClient } from '../../emulator/cli/client.ts';
import { hasEnded, hasSucceeded } from '../../emulator/cli/follow.ts';
import { jobText } from '../../emulator/cli/jobText.ts';
import type { OperationName, ReplyOf, RequestOf } from '../../emulator/contract/control.ts';
import type { ItemRecord, JobRecord } from '../../emulator/contract/resources.ts';

/** Lab time between two looks. */
const stepMs = 15_000;
/** More lab time than anything that is waited for needs. */
const limitMs = 6 * 3_600_000;

/** Its lab's time stands still unless stepped. */
export class LabDriver {
  readonly #connected: () => ControlClient;

  /** @param connected the connection to the lab that runs now */
  constructor(connected: () => ControlClient) {
    this.#connected = connected;
  }

  get client(): ControlClient {
    return this.#connected();
  }

  /** A call over the control API's own socket. @throws LabError */
  call<Name extends OperationName>(name: Name, request: RequestOf<Name>): Promise<ReplyOf<Name>> {
    return this.client.call(name, request);
  }

  /** Enables replication of every machine at the site. @returns when all are protected and have a recovery point */
  async protectAll(): Promise<void> {
    const machines = (await this.call('machine.list', {})).filter(({ platform, item }) => platform !== 'Azure' && item === null);
    const jobs: JobRecord[] = [];
    for (const { machineId } of machines) jobs.push(await this.call('item.enable', { machine: machineId }));
    for (const job of jobs) await this.finish(job);
    for (const { machineId } of machines) await this.untilProtected(machineId);
  }

  async item(machine: string): Promise<ItemRecord> {
    return this.call('item.show', { machine });
  }

  /** Lets time go on until the job has ended, however it ends. */
  async ended(starting: JobRecord | Promise<JobRecord>): Promise<JobRecord> {
    const { jobId, friendlyName } = await starting;
    return this.#find(friendlyName, async () => {
      const job = await this.call('job.show', { jobId });
      return hasEnded(job) ? job : undefined;
    });
  }

  /** Lets time go on until the job has ended. @throws Error with the job's text unless it succeeded */
  async finish(starting: JobRecord | Promise<JobRecord>): Promise<JobRecord> {
    const job = await this.ended(starting);
    if (!hasSucceeded(job)) throw new Error(jobText(job));
    return job;
  }

  /** Lets time go on until the machine is protected, in whatever direction, and has a recovery point. */
  async untilProtected(machine: string): Promise<ItemRecord> {
    return this.#find(`Protection of ${machine}`, async () => {
      const item = await this.item(machine);
      if (item.protectionState.endsWith('Failed')) throw new Error(`${machine}: ${item.protectionState}`);
      return item.protectionState === 'Protected' && item.recoveryPoints > 0 ? item : undefined;
    });
  }

  /** Lets time go on until `reached` says so. */
  async until(what: string, reached: () => Promise<boolean>): Promise<void> {
    await this.#find(what, async () => ((await reached()) ? true : undefined));
  }

  async step(ms: number): Promise<void> {
    await this.call('clock.step', { stepMs: ms });
  }

  async #find<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
    for (let passedMs = 0; passedMs <= limitMs; passedMs += stepMs) {
      const found = await look();
      if (found !== undefined) return found;
      await this.step(stepMs);
    }
    throw new Error(`${what} did not come about within ${limitMs / 3_600_000} hours of lab time.`);
  }
}
