// Following long work to its end: jobs task by task, copies byte by byte, both from the lab's feed of news.
import type { ControlEvent } from '../contract/control.ts';
import type { ItemRecord, JobRecord } from '../contract/resources.ts';
import type { ControlClient } from './client.ts';
import type { Progress } from './progress.ts';

/** The newest state of every job, item and copy that the feed spoke of since it was opened; waits look at it after each message. */
export class Feed implements AsyncDisposable {
  readonly #closing = new AbortController();
  readonly #jobs = new Map<string, JobRecord>();
  readonly #items = new Map<string, ItemRecord>();
  readonly #listeners = new Set<(event: ControlEvent) => void>();
  #failure: unknown;
  #changed = Promise.withResolvers<void>();
  #reading: Promise<void> = Promise.resolve();

  /** Open it before the work begins, so that nothing is missed. */
  static async open(client: ControlClient): Promise<Feed> {
    const feed = new Feed();
    const opened = Promise.withResolvers<void>();
    feed.#reading = feed.#read(client, opened);
    await opened.promise;
    return feed;
  }

  subscribe(listener: (event: ControlEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Ends when `look` finds something. @throws LabError PeerUnreachable when the lab ends first */
  async until<T>(look: (feed: { job: (id: string) => JobRecord | undefined; item: (id: string) => ItemRecord | undefined }) => T | undefined): Promise<T> {
    for (;;) {
      const changed = this.#changed.promise;
      const found = look({ job: (id) => this.#jobs.get(id), item: (id) => this.#items.get(id) });
      if (found !== undefined) return found;
      if (this.#failure !== undefined) throw this.#failure;
      await changed;
    }
  }

  async #read(client: ControlClient, opened: { resolve: () => void; reject: (error: unknown) => void }): Promise<void> {
    try {
      for await (const event of client.events(this.#closing.signal)) {
        if (event.kind === 'hello') opened.resolve();
        if (event.kind === 'job') this.#jobs.set(event.job.jobId, event.job);
        if (event.kind === 'item') this.#items.set(event.item.itemId, event.item);
        for (const listener of this.#listeners) listener(event);
        this.#wake();
      }
    } catch (error) {
      this.#failure = error;
      opened.reject(error);
      this.#wake();
    }
  }

  #wake(): void {
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers<void>();
    resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort();
    await this.#reading;
  }
}

const endStates: readonly JobRecord['state'][] = ['Succeeded', 'CompletedWithInformation', 'Failed', 'Cancelled', 'Suspended'];

export function hasEnded(job: JobRecord): boolean {
  return endStates.includes(job.state);
}

export function hasSucceeded(job: JobRecord): boolean {
  return job.state === 'Succeeded' || job.state === 'CompletedWithInformation';
}

/** Shows a job's tasks until it ends, or waits for a person. @returns its last state */
export async function followJob(feed: Feed, started: JobRecord, progress: Progress): Promise<JobRecord> {
  const shown = new Set<string>();
  return feed.until(({ job }) => {
    const newest = job(started.jobId) ?? started;
    showTasks(newest, shown, progress);
    return hasEnded(newest) ? newest : undefined;
  });
}

/** Shows the copy of a machine's disks until `reached` says it is where it should be. */
export async function followItem(
  feed: Feed,
  started: ItemRecord,
  options: { progress: Progress; reached: (item: ItemRecord) => boolean },
): Promise<ItemRecord> {
  return feed.until(({ item }) => {
    const newest = item(started.itemId) ?? started;
    showCopy(newest, options.progress);
    return options.reached(newest) ? newest : undefined;
  });
}

/** @param shown tasks that have their line already; extended */
export function showTasks(job: JobRecord, shown: Set<string>, progress: Progress): void {
  const done = job.tasks.filter((task) => task.endedMs !== null || task.state === 'Other').length;
  for (const task of job.tasks) {
    if (task.endedMs === null || shown.has(task.name)) continue;
    shown.add(task.name);
    progress.line(`  ${task.state === 'Failed' ? 'failed' : 'done'}  ${task.friendlyName}`, { job: job.jobId, task: task.name, state: task.state });
  }
  const current = job.tasks.find((task) => task.state === 'InProgress' || task.state === 'Suspended');
  // Between two tasks there is nothing new to tell, once there was a task.
  if (!hasEnded(job) && (current !== undefined || done === 0))
    progress.show({ subject: job.subject, text: current?.friendlyName ?? job.friendlyName, done, total: job.tasks.length, unit: 'tasks' });
}

export function showCopy(item: ItemRecord, progress: Progress): void {
  const total = item.disks.reduce((sum, disk) => sum + disk.totalBytes, 0);
  const done = item.disks.reduce((sum, disk) => sum + disk.processedBytes, 0);
  progress.show({ subject: item.machineName, text: item.protectionStateDescription, done, total, unit: 'bytes' });
}
