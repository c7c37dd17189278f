// What scenarios and the bench do with a lab, through its control API alone, so that it may run in this process or another.
import type { ControlClient } from '../../emulator/cli/client.ts';
import type { ItemRecord, JobRecord } from '../../emulator/contract/resources.ts';

/** Lab time between two looks at a job. */
const stepMs = 15_000;
const limitMs = 6 * 3_600_000;

/** Its lab's time stands still unless stepped. */
export class LabDriver {
  readonly client: ControlClient;

  constructor(client: ControlClient) {
    this.client = client;
  }

  /** Enables replication of every machine at the site. @returns when all are protected and have a recovery point */
  async protectAll(): Promise<void> {
    const { client } = this;
    const machines = (await client.call('machine.list', {})).filter(({ platform, item }) => platform !== 'Azure' && item === null);
    const jobs: JobRecord[] = [];
    for (const { machineId } of machines) jobs.push(await client.call('item.enable', { machine: machineId }));
    for (const job of jobs) await this.finish(job);
    for (const { machineId } of machines) {
      await this.stepUntil(async () => {
        const { protectionState, recoveryPoints } = await this.item(machineId);
        return protectionState === 'Protected' && recoveryPoints > 0;
      });
    }
  }

  async item(machine: string): Promise<ItemRecord> {
    return this.client.call('item.show', { machine });
  }

  /** @throws Error when the job does not succeed */
  async finish({ jobId }: JobRecord): Promise<JobRecord> {
    await this.stepUntil(async () => (await this.client.call('job.show', { jobId })).endedMs !== null);
    const ended = await this.client.call('job.show', { jobId });
    if (ended.state !== 'Succeeded' && ended.state !== 'CompletedWithInformation')
      throw new Error(`${ended.friendlyName}: ${ended.state}. ${ended.errors.map((error) => error.message).join(' ')}`);
    return ended;
  }

  async step(ms: number): Promise<void> {
    await this.client.call('clock.step', { stepMs: ms });
  }

  async stepUntil(reached: () => Promise<boolean>): Promise<void> {
    for (let passedMs = 0; !(await reached()); passedMs += stepMs) {
      if (passedMs > limitMs) throw new Error(`Not reached within ${limitMs} ms of lab time.`);
      await this.step(stepMs);
    }
  }
}
