// Work that the vault orders once: what the configuration server does itself, what it leaves to others, and the results of both.
import type { Kernel } from '../../kernel/kernel.ts';
import { LabError } from '../../kernel/errors.ts';
import type { SiteTask } from '../../replication/orders.ts';
import type { TaskResult } from '../../replication/reports.ts';
import { connectionOf } from './distribution.ts';
import type { PowerControl } from './powerControl.ts';
import type { SiteDatabase } from './siteDatabase.ts';

interface SiteTasksDeps {
  readonly kernel: Pick<Kernel, 'clock' | 'trace'>;
  readonly database: SiteDatabase;
  readonly power: PowerControl;
  readonly renewCertificates: () => void;
  /** A task has ended: the vault wants to know, and the hosts' settings have changed. */
  readonly onResult: () => void;
}

/** The own part of one kind of task: `left` means that a host does it and reports the result. */
type Verdict = 'done' | 'left' | LabError;

export class SiteTasks {
  readonly #deps: SiteTasksDeps;
  readonly #running = new Set<string>();

  constructor(deps: SiteTasksDeps) {
    this.#deps = deps;
  }

  /** Begins what is new; called after each new will of the vault and at start. Beginning a task twice does no harm. */
  take(): void {
    const { database } = this.#deps;
    const finished = new Set(database.taskResults().map((result) => result.taskId));
    for (const task of database.settings.tasks) {
      if (finished.has(task.taskId) || this.#running.has(task.taskId)) continue;
      if (task.kind === 'powerOn' || task.kind === 'powerOff') this.#startPower(task);
      else this.#begin(task);
    }
  }

  /** Keeps results that a host reported for tasks of the present will; others are old news. */
  record(results: readonly TaskResult[]): void {
    const { database } = this.#deps;
    if (database.closed) return;
    const finished = new Set(database.taskResults().map((result) => result.taskId));
    const tasks = new Map(database.settings.tasks.map((task) => [task.taskId, task]));
    for (const result of results) {
      const task = tasks.get(result.taskId);
      if (task === undefined || finished.has(result.taskId)) continue;
      database.transaction(() => {
        this.#conclude(task, result);
        database.putTaskResult(result);
      });
      this.#deps.kernel.trace.record('configserver', 'taskEnded', { taskId: task.taskId, kind: task.kind, state: result.state, code: result.error?.code });
      this.#deps.onResult();
    }
  }

  #begin(task: Exclude<SiteTask, { kind: 'powerOn' | 'powerOff' }>): void {
    const verdict = this.#deps.database.transaction(() => this.#ownPart(task));
    if (verdict === 'left') return;
    this.record([verdict === 'done' ? { taskId: task.taskId, state: 'done' } : { taskId: task.taskId, state: 'failed', error: verdict.toBody() }]);
  }

  #ownPart(task: Exclude<SiteTask, { kind: 'powerOn' | 'powerOff' }>): Verdict {
    const { database } = this.#deps;
    switch (task.kind) {
      case 'addVCenter':
        if (database.account(task.vCenter.accountId) === undefined) return accountMissing(task.vCenter.accountId);
        database.putVCenter(task.vCenter);
        return 'left';
      case 'updateVCenter':
        if (database.account(task.vCenter.accountId) === undefined) return accountMissing(task.vCenter.accountId);
        database.changeVCenter(task.taskId, task.vCenter);
        return 'left';
      case 'removeVCenter':
        database.removeVCenter(task.vCenterId);
        return 'done';
      case 'addPhysicalServer':
        if (!database.physicalServers().some((server) => server.taskId === task.taskId))
          database.putPhysicalServer({ taskId: task.taskId, name: task.name, ipAddress: task.ipAddress, osType: task.osType, machineId: null });
        return 'left';
      case 'removePhysicalServer': {
        const record = database.physicalServers().find((server) => server.machineId === task.machineId);
        if (record !== undefined) database.removePhysicalServer(record);
        return 'done';
      }
      case 'pushInstall':
      case 'updateMobilityService':
        return database.account(task.accountId) === undefined ? accountMissing(task.accountId) : 'left';
      case 'unregisterAgent': {
        const host = database.host(task.hostId);
        if (host !== undefined) database.putHost({ ...host, state: 'removed', part: {} });
        return 'done';
      }
      case 'renewCertificates':
        this.#deps.renewCertificates();
        return 'done';
      case 'refresh':
      case 'attachDisks':
      case 'detachDisks':
        return 'left';
    }
  }

  /** What a result means for the server's own records. */
  #conclude(task: SiteTask, result: TaskResult): void {
    const { database } = this.#deps;
    if (task.kind === 'addVCenter' && result.state === 'failed') database.removeVCenter(task.vCenter.vCenterId);
    if (task.kind === 'updateVCenter') database.endVCenterChange(task.taskId, result.state === 'failed' ? 'takeBack' : 'keep');
    if (task.kind !== 'addPhysicalServer') return;
    const record = database.physicalServers().find((server) => server.taskId === task.taskId);
    if (record === undefined) return;
    if (result.state === 'failed') database.removePhysicalServer(record);
    else if (typeof result.output?.['machineId'] === 'string') database.putPhysicalServer({ ...record, machineId: result.output['machineId'] });
  }

  #startPower(task: Extract<SiteTask, { kind: 'powerOn' | 'powerOff' }>): void {
    this.#running.add(task.taskId);
    this.#deps.kernel.clock.start(`${task.kind} ${task.machineId}`, async () => {
      try {
        this.record([await this.#power(task)]);
      } catch (error) {
        const problem = LabError.from(error);
        this.record([{ taskId: task.taskId, state: 'failed', error: problem.toBody() }]);
        if (problem.code === 'InternalError') throw error;
      } finally {
        this.#running.delete(task.taskId);
      }
    });
  }

  async #power(task: Extract<SiteTask, { kind: 'powerOn' | 'powerOff' }>): Promise<TaskResult> {
    const { database, power } = this.#deps;
    const machine = database.discovery.machines.find((candidate) => candidate.machineId === task.machineId);
    const candidates = database.vCenters().filter((vCenter) => machine === undefined || vCenter.vCenterId === machine.vCenterId);
    const vCenters = candidates.flatMap((vCenter) => connectionOf(vCenter, { accounts: database.accounts() }) ?? []);
    const action = task.kind === 'powerOn' ? 'on' : task.graceful ? 'shutDown' : 'off';
    const remark = await power.power(task.machineId, action, { machine, vCenters });
    return remark === undefined ? { taskId: task.taskId, state: 'done' } : { taskId: task.taskId, state: 'warning', error: remark.toBody() };
  }
}

function accountMissing(accountId: string): LabError {
  return new LabError('RunAsAccountNotFound', `Account ${accountId}.`);
}
