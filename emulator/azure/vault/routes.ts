// The vault's service endpoint: registration, settings by long poll, reports, upload notices and checksums (wire table in ARCHITECTURE.md).
import express, { type Express, type Request } from 'express';
import { notFound, problems } from '../../http/problem.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Trace } from '../../kernel/trace.ts';
import type { Vault } from './vault.ts';
import type { Vaults } from './vaults.ts';
import { parseRange, parseRegistration, parseReport, parseToken, parseUploaded } from './wire.ts';

/** The endpoints of all vaults on one socket: that of the first at the root, each other one at `/vaults/{vaultId}`. */
export function vaultsRoutes(vaults: Vaults, trace: Trace): Express {
  const app = express();
  app.disable('x-powered-by');
  const endpoints = new WeakMap<Vault, Express>();
  const endpoint = (vaultId: string): Express => {
    const entry = vaults.atEndpoint(vaultId);
    if (entry === undefined) throw new LabError('NotFound', `No vault listens at /vaults/${vaultId}.`);
    const known = endpoints.get(entry.vault) ?? vaultRoutes(entry.vault, trace);
    endpoints.set(entry.vault, known);
    return known;
  };
  app.use('/vaults/:vaultId', (request, response, next) => endpoint(request.params.vaultId)(request, response, next));
  app.use((request, response, next) => endpoint('')(request, response, next));
  app.use(problems('vault', trace));
  return app;
}

export function vaultRoutes(vault: Vault, trace: Trace): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '64mb' }));
  app.post('/registration', (request, response) => {
    response.json(vault.site.register(parseRegistration(request.body)));
  });
  app.get('/configservers/:id/settings', async (request, response) => {
    const hostId = own(vault, request);
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    response.json(await vault.site.poll(hostId, Number(request.query['after'] ?? 0), gone.signal));
  });
  app.post('/configservers/:id/report', async (request, response) => {
    const hostId = own(vault, request);
    await vault.site.report(hostId, parseReport(request.body, hostId));
    response.status(204).end();
  });
  app.post('/pairs/:pairId/uploaded', (request, response) => {
    vault.site.uploaded(caller(vault, request), request.params.pairId, parseUploaded(request.body));
    response.status(204).end();
  });
  app.get('/pairs/:pairId/checksums', async (request, response) => {
    const sums = await vault.site.checksums(caller(vault, request), request.params.pairId, parseRange(request.query));
    response.type('application/octet-stream').send(sums);
  });
  app.use(notFound);
  app.use(problems('vault', trace));
  return app;
}

/** The configuration server that calls; its process servers carry its token. */
function caller(vault: Vault, request: { headers: { authorization?: string | undefined } }): string {
  return vault.site.authenticate(parseToken(request.headers.authorization)).hostId;
}

function own(vault: Vault, request: Request<{ id: string }>): string {
  const hostId = caller(vault, request);
  if (hostId !== request.params.id) throw new LabError('AccessDenied', `The token is not that of ${request.params.id}.`);
  return hostId;
}
