// The vault's side of a site: what it wants (SiteSettings behind a doorbell), what it asked (tasks) and what was reported.
import { Doorbell } from '../../../http/doorbell.ts';
import type { TaskContext } from '../../../kernel/jobDefinition.ts';
import type { Kernel } from '../../../kernel/kernel.ts';
import { LabError } from '../../../kernel/errors.ts';
import { processServerSample, recentSamples } from '../../../replication/health.ts';
import type { SiteSettings, SiteTask } from '../../../replication/orders.ts';
import type { AgentReport, DiscoveredMachine, SiteReport, TaskResult } from '../../../replication/reports.ts';
import type { LogTarget } from '../deps.ts';
import { heartbeatLimitMs } from '../constants.ts';
import type { Records } from '../records.ts';
import { machineOrders } from './settings.ts';
import { takeReport, type ConfigServerRecord } from './state.ts';

/** A task without its id. */
type WithoutId<Task> = Task extends unknown ? Omit<Task, 'taskId'> : never;
export type SiteTaskOrder = WithoutId<SiteTask>;

export interface SiteLinkDeps {
  readonly kernel: Kernel;
  readonly records: Records;
  readonly vaultUrl: () => string;
  readonly logTarget: (logStorageAccount: string) => Promise<LogTarget>;
}

export class SiteLink {
  readonly #deps: SiteLinkDeps;
  readonly #doorbell = new Doorbell();
  readonly #listeners = new Set<(configServerId: string, report: SiteReport) => void>();

  constructor(deps: SiteLinkDeps) {
    this.#deps = deps;
  }

  /** The same for callers that are no activity. */
  ringLater(configServerId: string): void {
    this.#deps.kernel.clock.start(`ring ${configServerId}`, () => this.ring(configServerId));
  }

  /** The wish has changed; ends when a connected site has acted on it. Inside an activity only, and never while the site waits for an answer. */
  async ring(configServerId: string): Promise<void> {
    await this.#deps.kernel.clock.idle(this.#doorbell.ring(configServerId));
  }

  /** The server's side of the long poll. */
  async poll(configServerId: string, after: number, gone: AbortSignal): Promise<SiteSettings> {
    const revision = await this.#doorbell.poll(configServerId, after, gone);
    // Nobody reads the answer of a call that is gone, and the records may be closed with it.
    return gone.aborted ? { revision, machines: [], tasks: [] } : this.settings(configServerId, revision);
  }

  /** The whole will of the vault for this configuration server, as of now. */
  async settings(configServerId: string, revision = this.#doorbell.revision(configServerId)): Promise<SiteSettings> {
    const { records, logTarget, vaultUrl } = this.#deps;
    const server = records.configServers.require(configServerId);
    const machines = await machineOrders({ records, server, logTarget, vaultUrl: vaultUrl() });
    const tasks = records.siteTasks.list().filter((record) => record.configServerId === configServerId && record.result === null);
    return { revision, machines, tasks: tasks.map((record) => record.task) };
  }

  /** Takes a report; hears nothing twice and forgets nothing. Results of tasks that nobody asked for any more are dropped. */
  take(configServerId: string, report: SiteReport): void {
    const { records, kernel } = this.#deps;
    const nowMs = kernel.clock.now();
    records.transaction(() => {
      records.configServers.change(configServerId, (server) => takeReport(server, report, nowMs));
      for (const result of report.taskResults ?? []) {
        const asked = records.siteTasks.get(result.taskId);
        if (asked !== undefined && asked.result === null) records.siteTasks.put({ ...asked, result });
      }
      for (const processServer of report.processServers ?? []) {
        const samples = records.processServerHistories.get(processServer.hostId)?.samples ?? [];
        const sample = processServerSample(processServer, processServer.lastHeartbeatMs);
        if (samples.at(-1)?.timeMs !== sample.timeMs)
          records.processServerHistories.put({ hostId: processServer.hostId, samples: recentSamples([...samples, sample], nowMs) });
      }
    });
    for (const listener of this.#listeners) listener(configServerId, report);
  }

  onReport(listener: (configServerId: string, report: SiteReport) => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Asks the site for a piece of work once per attempt of the job's task.
   * @returns the result once it is there; undefined: wait for the next report
   */
  async ask(context: TaskContext<unknown>, configServerId: string, order: SiteTaskOrder): Promise<TaskResult | undefined> {
    const { records, kernel } = this.#deps;
    const taskId = `${context.workId}/${order.kind}`;
    const known = context.recall<TaskResult>(taskId);
    if (known !== undefined) return known;
    const record = records.siteTasks.get(taskId);
    if (record === undefined) {
      records.siteTasks.put({ taskId, configServerId, task: { taskId, ...order }, askedMs: kernel.clock.now(), result: null });
      await this.ring(configServerId);
    }
    const result = records.siteTasks.get(taskId)?.result ?? undefined;
    if (result === undefined) return undefined;
    context.remember(taskId, result);
    records.siteTasks.delete(taskId);
    return result;
  }

  /** Withdraws what a job asked and nobody has done yet. */
  withdraw(jobId: string): void {
    const { records } = this.#deps;
    for (const record of records.siteTasks.list()) if (record.taskId.startsWith(`${jobId}/`)) records.siteTasks.delete(record.taskId);
  }

  isConnected(server: ConfigServerRecord): boolean {
    return server.reportedMs !== null && this.#deps.kernel.clock.now() - server.reportedMs < heartbeatLimitMs;
  }

  /** The Mobility service on a machine, if it is registered. */
  agentOn(configServerId: string, machineId: string): AgentReport | undefined {
    return this.#deps.records.configServers.get(configServerId)?.agents.findLast((agent) => agent.machineId === machineId);
  }

  agentIsAlive(agent: AgentReport | undefined): agent is AgentReport {
    return agent !== undefined && this.#deps.kernel.clock.now() - agent.lastHeartbeatMs < heartbeatLimitMs;
  }

  machine(configServerId: string, machineId: string): DiscoveredMachine | undefined {
    return this.#deps.records.configServers.get(configServerId)?.machines.find((machine) => machine.machineId === machineId);
  }
}

/** The error of a task that the site could not do. */
export function taskError(result: TaskResult): LabError {
  return result.error === undefined ? new LabError('InternalError', `The site gave no reason for ${result.taskId}.`) : LabError.fromBody(result.error);
}
