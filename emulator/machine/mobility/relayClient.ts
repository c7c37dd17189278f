// The relay station as the Mobility service sees it: its process server over HTTPS (9443 in the product).
import type { NetworkPath } from '../../contract/faults.ts';
import type { Range } from '../../disk/blockDevice.ts';
import { HttpClient, type ClientIdentity } from '../../http/client.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Network } from '../../kernel/network.ts';
import type { Relay } from '../../replication/stations.ts';

export interface RelayClientOptions {
  readonly url: string;
  /** Of the agent: process servers know agents by the certificate of the configuration server. */
  readonly identity: ClientIdentity;
  readonly network: Network;
  readonly paths: readonly NetworkPath[];
}

export class RelayClient implements Relay, AsyncDisposable {
  readonly url: string;
  readonly #client: HttpClient;

  constructor(options: RelayClientOptions) {
    this.url = options.url;
    this.#client = new HttpClient({ ...options, connections: 8 });
  }

  async accepted(pairId: string): Promise<number> {
    return (await this.#client.json<{ accepted: number }>(`/pairs/${encodeURIComponent(pairId)}`)).accepted;
  }

  async accept(pairId: string, sequence: number, frame: Buffer): Promise<number> {
    const answer = await this.#client.json<{ accepted: number }>(`/pairs/${encodeURIComponent(pairId)}/batches/${sequence}`, {
      method: 'POST',
      body: frame,
      headers: { 'content-type': 'application/octet-stream' },
    });
    return answer.accepted;
  }

  async checksums(pairId: string, range: Range, blockBytes: number): Promise<Buffer> {
    const answer = await this.#client.call(`/pairs/${encodeURIComponent(pairId)}/checksums?offset=${range.offset}&length=${range.length}&block=${blockBytes}`);
    return answer.bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
  }
}

/** Stands in while no process server is assigned: the sources wait and ask again. */
export const noRelay: Relay = {
  accepted: () => Promise.reject(new LabError('ProcessServerNotAssigned')),
  accept: () => Promise.reject(new LabError('ProcessServerNotAssigned')),
  checksums: () => Promise.reject(new LabError('ProcessServerNotAssigned')),
};
