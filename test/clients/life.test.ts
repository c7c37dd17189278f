// The whole life of two virtual machines and a physical server through Azure's own clients, unmodified, over HTTPS; and that their traffic keeps to the specification.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unmatched } from '../conformance/extracts.ts';
import { judged } from '../conformance/swaggerExceptions.ts';
import { Life } from './life/life.ts';
import { stages } from './life/stages.ts';

const limitMs = 600_000;
let life: Life;
/** A stage needs the ones before it. */
let lived = 0;

beforeAll(async () => {
  life = await Life.begin();
}, limitMs);

afterAll(async () => {
  await life[Symbol.asyncDispose]();
}, limitMs);

test.for(stages)('$name', { timeout: limitMs }, async ({ live }, { skip }) => {
  skip(stages[lived]?.live !== live, 'A stage before it failed.');
  await live(life).catch((error: unknown) => {
    throw plain(error);
  });
  lived += 1;
  expect(lived).toBeGreaterThan(0);
});

test(
  'every request and answer on the way keeps to the published specification',
  async () => {
    expect(life.clients.traffic.exchanges.length).toBeGreaterThan(0);
    const { open, idle } = await judged(life.clients.traffic.exchanges);
    expect(open).toEqual([]);
    expect(idle, 'exceptions that nothing needs').toEqual([]);
  },
  limitMs,
);

test('what was seen of the service in 2021 is in the traffic, in the same words', () => {
  expect(unmatched(life.clients.traffic.exchanges)).toEqual([]);
});

/** The client's errors hold the whole request: said in a line instead. */
function plain(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'RestError') return error;
  const { request } = error as Error & { request?: { method: string; url: string } };
  const short = new Error(`${request?.method ?? ''} ${request?.url ?? ''}: ${error.message}`);
  if (error.stack !== undefined) short.stack = error.stack;
  return short;
}
