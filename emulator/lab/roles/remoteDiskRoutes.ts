// Disks and replicas of this process for another process of the lab.
import { raw, Router, type Request } from 'express';
import type { BlockDevice, Range } from '../../disk/blockDevice.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Replica } from '../../replication/stations.ts';

/** A replica with its past, for whoever only looks. */
export type ReadableReplica = Pick<Replica, 'sizeBytes' | 'read'>;

const writeLimit = '64mb';

/** @param find the device of an id; throws LabError NotFound */
export function diskRoutes(find: (id: string) => BlockDevice, close: (id: string) => Promise<void>): Router {
  const router = Router();
  router.get('/disks/:id/allocated', async (request, response) => {
    response.json(await find(request.params.id).allocated(rangeOf(request)));
  });
  router.get('/disks/:id', async (request, response) => {
    const { offset, length } = rangeOf(request);
    response.type('application/octet-stream').send(await find(request.params.id).read(offset, length));
  });
  router.put('/disks/:id', raw({ type: () => true, limit: writeLimit }), async (request, response) => {
    await find(request.params.id).write(rangeOf(request).offset, request.body as Buffer);
    response.status(204).end();
  });
  router.post('/disks/:id/zero', async (request, response) => {
    const { offset, length } = rangeOf(request);
    await find(request.params.id).zero(offset, length);
    response.status(204).end();
  });
  router.delete('/disks/:id', async (request, response) => {
    await close(request.params.id);
    response.status(204).end();
  });
  return router;
}

/** @param find undefined: there is none */
export function replicaRoutes(find: (pairId: string) => ReadableReplica | undefined): Router {
  const router = Router();
  const require = (pairId: string): ReadableReplica => {
    const replica = find(pairId);
    if (replica === undefined) throw new LabError('NotFound', `No replica of pair ${pairId}.`);
    return replica;
  };
  router.get('/replicas/:pairId/size', (request, response) => {
    response.json({ sizeBytes: require(request.params.pairId).sizeBytes });
  });
  router.get('/replicas/:pairId', async (request, response) => {
    const { snapshot } = request.query;
    const replica = require(request.params.pairId);
    response
      .type('application/octet-stream')
      .send(await (typeof snapshot === 'string' ? replica.read(rangeOf(request), snapshot) : replica.read(rangeOf(request))));
  });
  return router;
}

/** @throws LabError MalformedRequest */
function rangeOf(request: Request): Range {
  const [offset, length] = [Number(request.query['offset']), Number(request.query['length'])];
  if (!(Number.isSafeInteger(offset) && Number.isSafeInteger(length) && offset >= 0 && length >= 0))
    throw new LabError('MalformedRequest', `${request.originalUrl} names no range.`);
  return { offset, length };
}
