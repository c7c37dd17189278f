// The log of a reverse pair as its process server sees it: the master target's retention drive behind HTTPS.
import type { HttpClient } from '../../http/client.ts';
import type { BatchLog } from '../../replication/stations.ts';

/** Only the writing half: the master target reads and forgets its log by itself. */
export class MasterTargetLog implements BatchLog {
  readonly #client: HttpClient;

  /** @param client of the master target, with the process server's certificate */
  constructor(client: HttpClient) {
    this.#client = client;
  }

  /** The master target answers when the batch is durable on its retention drive. */
  async append(pairId: string, sequence: number, sealed: Buffer): Promise<void> {
    await this.#client.call(`/pairs/${encodeURIComponent(pairId)}/batches/${sequence}`, {
      method: 'PUT',
      body: sealed,
      headers: { 'content-type': 'application/octet-stream' },
    });
  }

  async list(pairId: string, after: number): Promise<number[]> {
    const { sequences } = await this.#client.json<{ sequences: readonly number[] }>(`/pairs/${encodeURIComponent(pairId)}`);
    return sequences.filter((sequence) => sequence > after);
  }

  read(): Promise<Buffer> {
    throw new Error('A process server does not read from the retention drive.');
  }

  remove(): Promise<void> {
    throw new Error('A process server does not remove from the retention drive.');
  }
}
