// Clients of the ARM endpoint in a thread of their own, so that what they cost is not counted with the lab's work.
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { Agent, request } from 'undici';
import type { ReadyLine } from '../../emulator/contract/labLocator.ts';

/** Each client asks for one address after the other, `requests` times; `pages` follows the links to the end of each list. */
export interface ClientOrder {
  readonly ready: Pick<ReadyLine, 'arm' | 'ca'>;
  readonly targets: readonly string[];
  readonly clients: number;
  readonly requests: number;
  readonly pages: boolean;
}

const order = workerData as ClientOrder;
const agent = new Agent({ connections: order.clients, connect: { ca: readFileSync(order.ready.ca, 'utf8') } });
const headers = { authorization: `Bearer ${order.ready.arm.token}` };

async function ask(address: string): Promise<void> {
  let next: string | null = address;
  while (next !== null) {
    const { statusCode, body } = await request(next, { dispatcher: agent, headers });
    const answer = (await body.json()) as { readonly nextLink?: string | null };
    if (statusCode !== 200) throw new Error(`${next}: ${statusCode} ${JSON.stringify(answer)}`);
    next = order.pages ? (answer.nextLink ?? null) : null;
  }
}

async function client(number: number): Promise<number[]> {
  const samplesMs: number[] = [];
  for (let count = 0; count < order.requests; count += 1) {
    const target = order.targets[(number * order.requests + count) % order.targets.length] as string;
    const began = performance.now();
    await ask(`${order.ready.arm.url}${target}`);
    samplesMs.push(performance.now() - began);
  }
  return samplesMs;
}

// The handshakes are not what is measured.
await Promise.all(Array.from({ length: order.clients }, () => ask(`${order.ready.arm.url}${order.targets[0] as string}`)));
const samplesMs = (await Promise.all(Array.from({ length: order.clients }, (_, number) => client(number)))).flat();
await agent.destroy();
// A port of threads knows no origin.
// oxlint-disable-next-line unicorn/require-post-message-target-origin
parentPort?.postMessage(samplesMs);
