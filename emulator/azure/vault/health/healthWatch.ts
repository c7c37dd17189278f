// Looks at items and servers each minute, writes their health and tells of every change once (asr-behaviour §10.1).
import type { TimeMs } from '../../../kernel/clock.ts';
import type { AgentReport } from '../../../replication/reports.ts';
import { heartbeatLimitMs } from '../constants.ts';
import type { VaultContext } from '../context.ts';
import { pointsOf } from '../failover/points.ts';
import { newestUploadedMs } from '../items/pairs.ts';
import { activeDirection, type HealthError, type ProtectedItem } from '../items/state.ts';
import { ChurnWatch } from './churnWatch.ts';
import { healthCatalogue, type HealthCode, type HealthEntry } from './catalogue.ts';
import { failoverErrors, levelOf, replicationErrors, type ItemFacts } from './itemHealth.ts';
import { configServerProblems, type ServerProblem } from './servers.ts';

export class HealthWatch {
  readonly #context: VaultContext;
  /** Problems of servers that were told already, and since when they last. */
  readonly #told = new Map<string, TimeMs>();
  readonly #agents = new Map<string, AgentReport>();
  readonly #churn = new ChurnWatch();

  constructor(context: VaultContext) {
    this.#context = context;
  }

  tick(): void {
    this.#churn.keep(new Set(this.#context.records.pairs.list().flatMap((pair) => (pair.state === 'active' ? [pair.pairId] : []))));
    for (const item of this.#context.records.items.list()) this.checkItem(item.itemId);
    for (const server of this.#context.records.configServers.list()) this.#checkServer(server.hostId);
  }

  checkItem(itemId: string): void {
    const { records, kernel } = this.#context;
    const item = records.items.get(itemId);
    if (item === undefined) return;
    const facts = this.#factsOf(item);
    const errors = replicationErrors(facts);
    const readiness = failoverErrors(facts);
    const next: ProtectedItem = {
      ...item,
      rpoMs: facts.rpoMs,
      lastRpoCalculatedMs: facts.rpoMs === null ? item.lastRpoCalculatedMs : kernel.clock.now(),
      replicationHealth: levelOf(errors),
      failoverHealth: levelOf(readiness),
      healthErrors: [...errors, ...readiness],
    };
    if (JSON.stringify(next) !== JSON.stringify(item)) records.items.put(next);
    this.#tellChanges(item, next);
  }

  /** Failed marks, reboots and updates are events, not health errors: replication goes on (asr-behaviour §10.2). */
  takeAgents(configServerId: string, agents: readonly AgentReport[]): void {
    for (const agent of agents) {
      const before = this.#agents.get(agent.hostId);
      this.#agents.set(agent.hostId, agent);
      this.#churn.take(agent);
      if (agent.crashFailures >= 3 && (before?.crashFailures ?? 0) < 3) this.#tellAgent(configServerId, agent, '90074');
      if (agent.appFailures > (before?.appFailures ?? 0)) this.#tellAgent(configServerId, agent, '90075');
      if (before?.startedMs !== undefined && agent.startedMs !== undefined && before.startedMs < agent.startedMs)
        this.#tellAgent(configServerId, agent, '90081');
      if (before !== undefined && before.version !== agent.version) this.#tellAgent(configServerId, agent, 'AgentUpgraded');
    }
  }

  /** Mean change of a pair in the last minutes, bytes per second; null: not known. */
  churnBps(pairId: string): number | null {
    return this.#churn.rateBps(pairId);
  }

  /** Since when a server has a problem, as far as this process has seen; a new one begins now. */
  problemSinceMs(hostId: string, problem: ServerProblem): TimeMs {
    return this.#told.get(keyOf(hostId, problem)) ?? this.#context.kernel.clock.now();
  }

  #factsOf(item: ProtectedItem): ItemFacts {
    const { records, site, kernel, profile } = this.#context;
    const nowMs = kernel.clock.now();
    const direction = activeDirection(item);
    const pairs = records.activePairs(item);
    const server = records.configServers.get(item.configServerId);
    const processServer = server?.processServers.find((candidate) => candidate.hostId === direction.processServerId);
    const masterTarget = server?.masterTargets.find((candidate) => candidate.hostId === item.reverse?.masterTargetId);
    const points = pointsOf(this.#context, item);
    const newestMs = item.direction === 'forward' ? newestUploadedMs(pairs) : (points.at(-1)?.timeMs ?? null);
    return {
      item,
      pairs,
      policy: records.policies.get(direction.policyName),
      agent: site.agentOn(item.configServerId, direction.sourceMachineId),
      // No process server for the moment of a change is no fault.
      processServerHeard: direction.processServerId === null || (processServer !== undefined && nowMs - processServer.lastHeartbeatMs < heartbeatLimitMs),
      processServerName: nameOf(processServer),
      masterTargetName: nameOf(masterTarget),
      masterTargetHeard: masterTarget !== undefined && nowMs - masterTarget.lastHeartbeatMs < heartbeatLimitMs,
      // Not the age of the newest processed point, which lags behind (asr-behaviour §5.3).
      rpoMs: newestMs === null || direction.replication !== 'running' ? null : Math.max(0, nowMs - newestMs),
      newestAppPointMs: points.findLast((point) => point.consistency === 'ApplicationConsistent')?.timeMs ?? null,
      churnBps: new Map(pairs.map((pair) => [pair.pairId, this.#churn.rateBps(pair.pairId)])),
      discovered: site.machine(item.configServerId, item.onPremisesMachineId),
      configServerVersion: server?.status?.version,
      networkMissing: this.#networkMissing(item),
      profile,
      nowMs,
    };
  }

  #networkMissing({ forward: { target } }: ProtectedItem): boolean {
    const subnets = target.networkName === null ? undefined : this.#context.deps.network.subnets(target.networkName);
    return subnets === undefined || (target.subnetName !== null && !subnets.includes(target.subnetName));
  }

  #tellChanges(before: ProtectedItem, after: ProtectedItem): void {
    const known = new Set(before.healthErrors.map((error) => error.errorCode));
    for (const error of after.healthErrors.filter((candidate) => candidate.errorCategory !== 'TestFailover' && !known.has(candidate.errorCode)))
      this.#tellItem(after, { eventCode: error.eventCode ?? error.errorCode, text: error.errorMessage, severity: severityOf(error), errors: [error] });
    if (before.replicationHealth !== after.replicationHealth)
      this.#tellItem(after, {
        eventCode: 'SRSVMHealthChanged',
        text: `Replication health changed to ${after.replicationHealth}.`,
        severity: after.replicationHealth === 'Normal' ? 'OK' : after.replicationHealth,
        errors: after.healthErrors,
      });
  }

  #tellItem(item: ProtectedItem, news: { eventCode: string; text: string; severity: 'OK' | 'Warning' | 'Critical'; errors: readonly HealthError[] }): void {
    this.#context.events.record({
      eventCode: news.eventCode,
      eventType: 'VmHealth',
      description: news.text,
      affectedObjectId: item.itemId,
      affectedObjectFriendlyName: item.friendlyName,
      severity: news.severity,
      configServerId: item.configServerId,
      healthErrors: news.errors,
    });
  }

  #tellAgent(configServerId: string, agent: AgentReport, code: HealthCode): void {
    const entry: HealthEntry = healthCatalogue[code];
    this.#context.events.record({
      eventCode: entry.eventCode ?? code,
      eventType: 'AgentHealth',
      description: entry.summary,
      affectedObjectId: agent.hostId,
      affectedObjectFriendlyName: agent.name,
      severity: 'OK',
      configServerId,
    });
  }

  #checkServer(hostId: string): void {
    const server = this.#context.records.configServers.require(hostId);
    const problems = configServerProblems(this.#context, server);
    const present = new Set(problems.map((problem) => keyOf(hostId, problem)));
    for (const problem of problems) {
      const key = keyOf(hostId, problem);
      if (this.#told.has(key)) continue;
      this.#told.set(key, this.#context.kernel.clock.now());
      this.#context.events.record({
        eventCode: problem.code,
        eventType: 'ServerHealth',
        description: problem.text,
        affectedObjectId: hostId,
        affectedObjectFriendlyName: problem.subject,
        severity: problem.level,
        configServerId: hostId,
      });
    }
    for (const key of this.#told.keys()) if (key.startsWith(`${hostId}/`) && !present.has(key)) this.#told.delete(key);
  }
}

function severityOf(error: HealthError): 'OK' | 'Warning' | 'Critical' {
  return error.errorLevel === 'Information' ? 'OK' : error.errorLevel;
}

/** Two servers may have one and the same problem. */
function keyOf(hostId: string, { code, level, subject }: ServerProblem): string {
  return `${hostId}/${subject}/${code}/${level}`;
}

/** Empty: nobody knows it any more. */
function nameOf(server: { readonly name: string } | undefined): string {
  return server?.name ?? '';
}
