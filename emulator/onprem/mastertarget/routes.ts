// The wire of a master target: sealed batches in, checksums out, for process servers of the site only.
import express, { type Express } from 'express';
import { requireRole } from '../../http/peer.ts';
import { notFound, problems } from '../../http/problem.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { HeldPair } from './heldPair.ts';

/** A batch is some MiB; nothing honest is larger. */
const batchLimitBytes = 64 * 1024 * 1024;

/** @param pair throws LabError MasterTargetUnknownPair */
export function masterTargetApp(kernel: Kernel, pair: (pairId: string) => HeldPair): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(requireRole(kernel.clock, 'processserver'));
  app.get('/pairs/:pairId', async (request, response) => {
    response.json(await pair(request.params.pairId).held());
  });
  app.put('/pairs/:pairId/batches/:sequence', express.raw({ type: () => true, limit: batchLimitBytes }), async (request, response) => {
    const sequence = whole('sequence', request.params.sequence);
    if (!Buffer.isBuffer(request.body)) throw new LabError('BatchTruncated', 'The request has no body.');
    await pair(request.params.pairId).take(sequence, request.body);
    response.status(204).end();
  });
  app.get('/pairs/:pairId/checksums', async (request, response) => {
    const { offset, length, block } = request.query;
    const blockBytes = whole('block', block);
    if (blockBytes === 0) throw new LabError('MalformedRequest', 'block is 0.');
    const sums = await pair(request.params.pairId).checksums({ offset: whole('offset', offset), length: whole('length', length) }, blockBytes);
    response.type('application/octet-stream').send(sums);
  });
  app.use(notFound);
  app.use(problems('mastertarget', kernel.trace));
  return app;
}

function whole(name: string, text: unknown): number {
  if (typeof text !== 'string' || !/^\d{1,15}$/.test(text)) throw new LabError('MalformedRequest', `${name} is no whole number.`);
  return Number(text);
}
