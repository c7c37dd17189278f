// A process server with one registered agent on a real socket, and a log in memory that can be held up.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { HttpClient } from '../../../../emulator/http/client.ts';
import { LabError } from '../../../../emulator/kernel/errors.ts';
import type { ConfigServer } from '../../../../emulator/onprem/configserver/configServer.ts';
import { ProcessServer, type ProcessServerDeps } from '../../../../emulator/onprem/processserver/processServer.ts';
import { registerHost } from '../../../../emulator/registration/registerHost.ts';
import { decodeBatch, encodeBatch } from '../../../../emulator/replication/batch.ts';
import type { MachineOrder, PairOrder } from '../../../../emulator/replication/orders.ts';
import { unseal } from '../../../../emulator/replication/seal.ts';
import type { BatchLog, Mark } from '../../../../emulator/replication/stations.ts';
import { eventually, openSiteLab, type SiteLab } from '../siteLab.ts';

export const pairKey = createHash('sha256').update('pair').digest();

export class MemoryLog implements BatchLog {
  readonly held = new Map<number, Buffer>();
  /** Sequences in the order in which they were appended. */
  readonly order: number[] = [];
  /** Appends end when this does. */
  gate: Promise<void> = Promise.resolve();
  error: LabError | undefined;

  async append(_pairId: string, sequence: number, sealed: Buffer): Promise<void> {
    await this.gate;
    if (this.error !== undefined) throw this.error;
    this.order.push(sequence);
    this.held.set(sequence, sealed);
  }

  async list(_pairId: string, after: number): Promise<number[]> {
    return [...this.held.keys()].filter((sequence) => sequence > after).sort((one, other) => one - other);
  }

  async read(_pairId: string, sequence: number): Promise<Buffer> {
    const sealed = this.held.get(sequence);
    if (sealed === undefined) throw new LabError('NotFound', String(sequence));
    return sealed;
  }

  async remove(): Promise<void> {}

  /** The payload of a batch, opened with the pair's key. */
  async payload(pairId: string, sequence: number): Promise<string> {
    return decodeBatch(await unseal(await this.read(pairId, sequence), { key: pairKey, pairId, sequence })).payload.toString('utf8');
  }
}

export interface RelayLab extends AsyncDisposable {
  readonly site: SiteLab;
  readonly configServer: ConfigServer;
  readonly logs: Map<string, MemoryLog>;
  /** As the agent `agent-1`, with its certificate. */
  agent: HttpClient;
  /** Registers it again, for the process server that there is now. */
  newAgent(): Promise<HttpClient>;
  processServer: ProcessServer;
  log(pairId: string): MemoryLog;
  /** The vault wants these pairs of the agent to be replicated. */
  replicate(...pairs: PairOrder[]): Promise<void>;
  send(...batch: [pairId: string, sequence: number, payload: string, mark?: Mark]): Promise<number>;
  accepted(pairId: string): Promise<number>;
  /** Ends the process server and opens it again on its folder. */
  reopen(change?: Partial<ProcessServerDeps>): Promise<void>;
  openProcessServer(change?: Partial<ProcessServerDeps>): Promise<ProcessServer>;
}

export async function openRelayLab(change: Partial<ProcessServerDeps> = {}): Promise<RelayLab> {
  const site = await openSiteLab();
  const { kernel, folder, labAuthority, vault } = site;
  const configServer = site.resources.use(await site.openConfigServer());
  await configServer.registerWithVault(JSON.stringify({ expiresMs: kernel.clock.now() + 1000 }), vault.url);
  const logs = new Map<string, MemoryLog>();
  const log = (name: string): MemoryLog => {
    const held = logs.get(name) ?? new MemoryLog();
    logs.set(name, held);
    return held;
  };
  const openProcessServer = (more: Partial<ProcessServerDeps> = {}): Promise<ProcessServer> =>
    ProcessServer.open({
      kernel,
      folder: join(folder, 'processserver'),
      name: 'PS01',
      inAzure: false,
      version: '9.24.0',
      configServerUrl: configServer.url,
      passphrase: configServer.passphrase,
      labCa: labAuthority.certificate,
      openLog: async (target) => log(target.logContainerUrl),
      reachMachine: async () => undefined,
      findPhysical: async () => undefined,
      ...change,
      ...more,
    });
  const { network } = kernel;
  const newAgent = async (url: string): Promise<HttpClient> => {
    const { key, certificate, authority } = await registerHost({
      configServerUrl: configServer.url,
      passphrase: configServer.passphrase,
      role: 'agent',
      hostId: 'agent-1',
      name: 'web-1',
      details: {},
      network,
      paths: [],
    });
    return new HttpClient({ url, identity: { ca: authority, key, certificate }, network, paths: ['machine-processserver'] });
  };
  const processServer = await openProcessServer();
  const lab: RelayLab = {
    site,
    configServer,
    logs,
    processServer,
    agent: await newAgent(processServer.url),
    newAgent: () => newAgent(lab.processServer.url),
    log,
    openProcessServer,
    replicate: async (...pairs) => {
      await vault.want({ machines: [machineOrder(lab.processServer, pairs)], tasks: [] });
      // A ring does not wait for a component that has just started and is not connected yet.
      await eventually(kernel, () => pairs.every(({ pairId }) => lab.processServer.gateway.pairs.has(pairId)));
    },
    send: async (...[pairId, sequence, payload, mark]) => {
      const body = frameOf(pairId, sequence, { payload, mark });
      return (await lab.agent.json<{ accepted: number }>(`/pairs/${pairId}/batches/${sequence}`, { body })).accepted;
    },
    accepted: async (pairId) => (await lab.agent.json<{ accepted: number }>(`/pairs/${pairId}`)).accepted,
    reopen: async (more) => {
      await lab.processServer[Symbol.asyncDispose]();
      lab.processServer = await openProcessServer(more);
    },
    [Symbol.asyncDispose]: async () => {
      await lab.agent[Symbol.asyncDispose]();
      await lab.processServer[Symbol.asyncDispose]();
      await site[Symbol.asyncDispose]();
    },
  };
  return lab;
}

export function frameOf(pairId: string, sequence: number, content: string | { payload: string; mark: Mark | undefined }): Buffer {
  const { payload, mark } = typeof content === 'string' ? { payload: content, mark: undefined } : content;
  const bytes = Buffer.from(payload, 'utf8');
  return encodeBatch({ pairId, sequence, stage: 'DifferentialSync', extents: [{ offset: 0, length: bytes.length }], capturedMs: 0, ...(mark && { mark }) }, [
    bytes,
  ]);
}

/** The pair's log goes by the pair's id. */
export function pairOrder(pairId: string, vaultUrl: string): PairOrder {
  return {
    pairId,
    diskId: pairId,
    sizeBytes: 1 << 20,
    direction: 'forward',
    initial: 'copy',
    resyncId: null,
    key: pairKey.toString('base64'),
    target: { kind: 'azure', logContainerUrl: pairId, accountName: '', accountKey: '', vaultUrl, vaultToken: 'token' },
  };
}

export function machineOrder(processServer: Pick<ProcessServer, 'hostId' | 'url'> | null, pairs: readonly PairOrder[], hostId = 'agent-1'): MachineOrder {
  return {
    hostId,
    processServer: processServer && { hostId: processServer.hostId, url: processServer.url },
    pairs,
    crashConsistentIntervalMs: 300_000,
    appConsistentIntervalMs: 0,
    group: null,
    markRequest: null,
  };
}

export function markOf(id: string): Mark {
  return { id, timeMs: 0, consistency: 'CrashConsistent', members: ['agent-1'], disks: [] };
}
