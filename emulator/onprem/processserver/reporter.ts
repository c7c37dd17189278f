// What the process server has to say to its configuration server: its figures each minute, findings and task results until they arrived.
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { HostReport, TaskResult } from '../../replication/reports.ts';
import type { SiteConnection } from '../../registration/siteConnection.ts';

interface ReporterDeps {
  readonly kernel: Pick<Kernel, 'faults' | 'trace'>;
  readonly site: SiteConnection;
  readonly ownPart: () => Pick<HostReport, 'processServer'>;
}

export class Reporter {
  readonly #deps: ReporterDeps;
  #findings: Pick<HostReport, 'machines' | 'vCenters'> = {};
  #results = new Map<string, TaskResult>();

  constructor(deps: ReporterDeps) {
    this.#deps = deps;
  }

  /** Sends now what there is to say; what does not arrive goes with the next heartbeat. Never throws what a link or a peer does. */
  async send(part: Omit<HostReport, 'processServer'>): Promise<void> {
    const { machines, vCenters, taskResults = [] } = part;
    this.#findings = { ...this.#findings, ...(machines && { machines }), ...(vCenters && { vCenters }) };
    for (const result of taskResults) this.#results.set(result.taskId, result);
    const { site, kernel, ownPart } = this.#deps;
    try {
      if ((await kernel.faults.check('processserver.heartbeat', site.hostId)) === 'skip') return;
      const findings = this.#findings;
      const results = [...this.#results.values()];
      await site.report({ ...ownPart(), ...findings, ...(results.length > 0 && { taskResults: results }) });
      // Only what was sent is done with; newer findings may have come meanwhile.
      if (this.#findings === findings) this.#findings = {};
      for (const result of results) if (this.#results.get(result.taskId) === result) this.#results.delete(result.taskId);
    } catch (error) {
      const problem = LabError.from(error);
      kernel.trace.record('processserver', 'reportFailed', { hostId: site.hostId, code: problem.code, message: problem.message });
      if (problem.code === 'InternalError') throw error;
    }
  }
}
