// Where a pair's batches go and where its blocks can be compared: the log and the vault in Azure, or a master target.
import { HttpClient } from '../../http/client.ts';
import type { NetworkPath } from '../../contract/faults.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { PairTarget } from '../../replication/orders.ts';
import type { BatchLog, Mark } from '../../replication/stations.ts';
import type { HostIdentity } from '../../registration/hostIdentity.ts';
import { MasterTargetLog } from './masterTargetLog.ts';

export interface ChecksumQuery {
  readonly offset: number;
  readonly length: number;
  readonly block: number;
}

export type AzureTarget = Extract<PairTarget, { kind: 'azure' }>;

/** The far end of one pair. All calls may fail with LinkDown or PeerUnreachable and are then repeated by the uploader. */
export interface UploadTarget {
  /** Ends when the log has it for good. */
  append(sequence: number, sealed: Buffer): Promise<void>;
  /** Tells that all up to `through` is in the log. */
  notify(through: number, newestMark: Mark | null): Promise<void>;
  /** Checksums of the far blocks after all that is in the log. */
  checksums(query: ChecksumQuery): Promise<Buffer>;
}

export interface UploadTargetsDeps {
  readonly kernel: Pick<Kernel, 'network'>;
  readonly inAzure: boolean;
  /** PEM of the authority of the vault's certificate. */
  readonly labCa: string;
  readonly openLog: (target: AzureTarget) => Promise<BatchLog>;
  readonly identity: () => HostIdentity;
}

/** Opens far ends; their connections are shared by all pairs that go to the same place. */
export class UploadTargets implements AsyncDisposable {
  readonly #deps: UploadTargetsDeps;
  readonly #clients = new Map<string, HttpClient>();

  constructor(deps: UploadTargetsDeps) {
    this.#deps = deps;
  }

  async open(pairId: string, target: PairTarget): Promise<UploadTarget> {
    return target.kind === 'azure' ? this.#openAzure(pairId, target) : this.#openMasterTarget(pairId, target.masterTargetUrl);
  }

  /** After a new identity: connections made with the old certificate end, later calls make new ones. */
  async renew(): Promise<void> {
    const former = [...this.#clients.values()];
    this.#clients.clear();
    await Promise.all(former.map((client) => client[Symbol.asyncDispose]()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.renew();
  }

  async #openAzure(pairId: string, target: AzureTarget): Promise<UploadTarget> {
    const { network } = this.#deps.kernel;
    const log = await this.#deps.openLog(target);
    const vault = (): HttpClient => this.#client(target.vaultUrl, ['processserver-vault'], { ca: this.#deps.labCa });
    const headers = { authorization: `Bearer ${target.vaultToken}` };
    return {
      append: async (sequence, sealed) => {
        await network.carry(['processserver-storage'], sealed.length);
        await log.append(pairId, sequence, sealed);
      },
      notify: async (through, newestMark) =>
        void (await vault().call(`/pairs/${encodeURIComponent(pairId)}/uploaded`, { body: { through, newestMark }, headers })),
      checksums: async (query) => (await vault().call(checksumPath(pairId, query), { headers })).bytes,
    };
  }

  #openMasterTarget(pairId: string, url: string): UploadTarget {
    const paths: NetworkPath[] = this.#deps.inAzure ? ['processserver-mastertarget', 'site-to-site'] : ['processserver-mastertarget'];
    const client = (): HttpClient => {
      const { authority, key, certificate } = this.#deps.identity();
      return this.#client(url, paths, { ca: authority, key, certificate });
    };
    return {
      append: (sequence, sealed) => new MasterTargetLog(client()).append(pairId, sequence, sealed),
      // Each PUT wakes the master target.
      notify: async () => undefined,
      checksums: async (query) => (await client().call(checksumPath(pairId, query))).bytes,
    };
  }

  #client(url: string, paths: readonly NetworkPath[], identity: { ca: string; key?: string; certificate?: string }): HttpClient {
    let client = this.#clients.get(url);
    if (client === undefined) this.#clients.set(url, (client = new HttpClient({ url, identity, network: this.#deps.kernel.network, paths })));
    return client;
  }
}

function checksumPath(pairId: string, { offset, length, block }: ChecksumQuery): string {
  return `/pairs/${encodeURIComponent(pairId)}/checksums?offset=${offset}&length=${length}&block=${block}`;
}
