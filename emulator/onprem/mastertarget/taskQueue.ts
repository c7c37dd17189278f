// A master target's tasks, one after the other, each until it has a result; the results are kept until nobody asks for them any more.
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Store } from '../../kernel/store.ts';
import type { MasterTargetSettings } from '../../replication/orders.ts';
import type { TaskResult } from '../../replication/reports.ts';

type Order = MasterTargetSettings['tasks'][number];

export interface TaskQueueDeps {
  readonly kernel: Kernel;
  readonly store: Store;
  /** May be run again after a kill. @returns the task's output */
  readonly perform: (order: Order) => Promise<Record<string, unknown>>;
  readonly onDone: () => Promise<void>;
}

export class TaskQueue {
  readonly #deps: TaskQueueDeps;
  #orders: readonly Order[] = [];
  #running = false;
  #closed = false;

  constructor(deps: TaskQueueDeps) {
    this.#deps = deps;
  }

  /** Begins what has no result yet. */
  follow(orders: readonly Order[]): void {
    this.#orders = orders;
    const listed = new Set(orders.map(({ task }) => task.taskId));
    for (const { taskId } of this.results()) if (!listed.has(taskId)) this.#deps.store.delete('result', taskId);
    if (this.#running || this.#next() === undefined) return;
    this.#running = true;
    this.#deps.kernel.clock.start('master target tasks', () => this.#run());
  }

  results(): TaskResult[] {
    return this.#deps.store.list<TaskResult>('result');
  }

  close(): void {
    this.#closed = true;
  }

  #next(): Order | undefined {
    return this.#orders.find(({ task }) => this.#deps.store.get('result', task.taskId) === undefined);
  }

  async #run(): Promise<void> {
    try {
      for (let order = this.#next(); order !== undefined && !this.#closed; order = this.#next()) {
        const result = await this.#resultOf(order);
        if (this.#closed) return;
        // A kill before this line runs the task again, which finds its steps done.
        this.#deps.store.put('result', result.taskId, result);
        await this.#deps.onDone();
      }
    } finally {
      this.#running = false;
    }
  }

  async #resultOf(order: Order): Promise<TaskResult> {
    const { trace } = this.#deps.kernel;
    const { taskId, kind } = order.task;
    try {
      const output = await this.#deps.perform(order);
      trace.record('mastertarget', kind, { taskId, state: 'done' });
      return { taskId, state: 'done', output };
    } catch (error) {
      const problem = LabError.from(error);
      if (problem.code === 'InternalError') trace.record('mastertarget', 'unexpected', { taskId, stack: error instanceof Error ? error.stack : String(error) });
      trace.record('mastertarget', kind, { taskId, state: 'failed', code: problem.code, message: problem.message });
      return { taskId, state: 'failed', error: problem.toBody() };
    }
  }
}
