// The configuration server's HTTPS endpoints: registration in the open, everything else by certificates of its own authority.
import express, { type Express, type Request, type Response } from 'express';
import type { Doorbell } from '../../http/doorbell.ts';
import { peerOf } from '../../http/peer.ts';
import { notFound, problems } from '../../http/problem.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { HostReport } from '../../replication/reports.ts';
import type { RegistrationAnswer, RegistrationRequest, ReportAnswer } from '../../registration/hostRole.ts';
import type { HostDocument } from './distribution.ts';
import type { HostRecord } from './state.ts';
import { parseCertificateRequest, parseHostReport, parseRegistration } from './wire.ts';

/** What the endpoints need of the server behind them. */
export interface ConfigServerRules {
  readonly authorityCertificate: string;
  register(request: RegistrationRequest): Promise<RegistrationAnswer>;
  /** @throws LabError HostNotRegistered, AccessDenied when it was unregistered */
  registeredHost(hostId: string): HostRecord;
  renewCertificate(host: HostRecord, request: string): Promise<string>;
  settingsOf(host: HostRecord): HostDocument;
  takeReport(host: HostRecord, report: HostReport): ReportAnswer;
}

/** A discovery of some thousand machines in one report. */
const bodyLimit = '32mb';

export function configServerRoutes(rules: ConfigServerRules, doorbell: Doorbell, kernel: Pick<Kernel, 'clock' | 'trace'>): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.use(express.json({ limit: bodyLimit }));
  const callerOf = (request: Request): HostRecord => {
    const peer = peerOf(request, kernel.clock);
    const host = rules.registeredHost(peer.hostId);
    if (host.role !== peer.role || host.hostId !== request.params['hostId']) throw new LabError('AccessDenied', `${peer.hostId} called ${request.path}.`);
    return host;
  };

  app.get('/authority', (_request, response) => void response.json({ certificate: rules.authorityCertificate }));
  app.post('/registration', async (request, response) => void response.json(await rules.register(parseRegistration(request.body))));
  app.get('/hosts/:hostId/settings', async (request, response) => {
    const host = callerOf(request);
    const gone = goneSignal(response);
    const revision = await doorbell.poll(host.hostId, Number(request.query['after'] ?? 0), gone);
    if (!gone.aborted) response.json({ revision, ...rules.settingsOf(rules.registeredHost(host.hostId)) });
  });
  app.post('/hosts/:hostId/report', (request, response) => {
    const host = callerOf(request);
    response.json(rules.takeReport(host, parseHostReport(request.body, host)));
  });
  app.post('/hosts/:hostId/certificate', async (request, response) => {
    const host = callerOf(request);
    response.json({ certificate: await rules.renewCertificate(host, parseCertificateRequest(request.body).request) });
  });
  app.use(notFound);
  app.use(problems('configserver', kernel.trace));
  return app;
}

function goneSignal(response: Response): AbortSignal {
  const controller = new AbortController();
  response.on('close', () => controller.abort());
  return controller.signal;
}
