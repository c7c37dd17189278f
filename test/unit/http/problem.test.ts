// Errors on the lab's plain wires: whatever a route throws reaches the caller as one JSON body, and comes out of it as the same LabError.
import express from 'express';
import { expect, test } from 'vitest';
import { notFound, problemOf, problems } from '../../../emulator/http/problem.ts';
import { serve } from '../../../emulator/http/serve.ts';
import { LabError } from '../../../emulator/kernel/errors.ts';
import { testKernel } from '../../support/kernel.ts';

async function answer(path: string, body = '{}'): Promise<{ status: number; problem: LabError | undefined; unexpected: unknown[] }> {
  const { trace } = testKernel();
  const unexpected: unknown[] = [];
  using _trace = trace.subscribe((event) => void (event.event === 'unexpected' && unexpected.push(event)));
  const app = express();
  app.post('/busy', express.json({ type: () => true }), () => {
    throw new LabError('ItemBusy', 'WEB01');
  });
  app.post('/defect', async () => {
    throw new TypeError('undefined is not an object');
  });
  app.use(notFound);
  app.use(problems('test', trace));
  await using server = await serve(app, {});
  const response = await fetch(`${server.url}${path}`, { method: 'POST', body });
  return { status: response.status, problem: problemOf(await response.json()), unexpected };
}

test('a coded error travels with its status, code and message', async () => {
  const { status, problem, unexpected } = await answer('/busy');
  expect(status).toBe(409);
  expect(problem).toMatchObject({ code: 'ItemBusy', message: expect.stringContaining('WEB01') });
  expect(unexpected).toEqual([]);
});

test('a body that cannot be read, and a path that nobody serves, are told apart', async () => {
  expect((await answer('/busy', '{"machine":')).problem?.code).toBe('MalformedRequest');
  expect((await answer('/elsewhere')).problem?.code).toBe('NotFound');
});

test('a defect is InternalError for the caller and a line of the trace for us', async () => {
  const { status, problem, unexpected } = await answer('/defect');
  expect(status).toBe(500);
  expect(problem?.code).toBe('InternalError');
  expect(unexpected).toHaveLength(1);
});
