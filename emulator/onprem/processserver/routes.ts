// The process server's data port (9443 in the product): agents with a certificate of the site send batches here.
import express, { type Express, type Request } from 'express';
import { peerOf } from '../../http/peer.ts';
import { notFound, problems } from '../../http/problem.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Gateway } from './gateway.ts';
import type { RelayPair } from './relayPair.ts';
import type { ChecksumQuery } from './uploadTarget.ts';
import { parseChecksumQuery, parseSequence, readFrame } from './wire.ts';

export interface DataPortRules {
  readonly gateway: Gateway;
  /** After all accepted batches of the pair are at the target. */
  checksums(pair: RelayPair, query: ChecksumQuery): Promise<Buffer>;
}

export function processServerRoutes(rules: DataPortRules, kernel: Pick<Kernel, 'clock' | 'trace'>): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  const pairOf = (request: Request): RelayPair => {
    const peer = peerOf(request, kernel.clock);
    if (peer.role !== 'agent') throw new LabError('AccessDenied', `A certificate for ${peer.role} may not send batches.`);
    return rules.gateway.pairOf(String(request.params['pairId']), peer.hostId);
  };

  // A person who tries the port in a browser gets what the product's answers when it is healthy (asr-behaviour §1.2).
  app.get('/', (_request, response) => void response.status(400).type('text/plain').send('Bad Request'));
  app.get('/pairs/:pairId', (request, response) => void response.json({ accepted: pairOf(request).accepted }));
  app.post('/pairs/:pairId/batches/:sequence', async (request, response) => {
    const pair = pairOf(request);
    const sequence = parseSequence(request.params['sequence']);
    response.json({ accepted: await rules.gateway.accept(pair, sequence, await readFrame(request)) });
  });
  app.get('/pairs/:pairId/checksums', async (request, response) => {
    const sums = await rules.checksums(pairOf(request), parseChecksumQuery(request.query));
    response.type('application/octet-stream').send(sums);
  });
  app.use(notFound);
  app.use(problems('processserver', kernel.trace));
  return app;
}
