// A site for tests of the on-premises components: temporary folders, real sockets, a vault that speaks the documented wire.
import express from 'express';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, issue, type KeyAndCertificate } from '../../../emulator/http/certificates.ts';
import { Doorbell } from '../../../emulator/http/doorbell.ts';
import { problems } from '../../../emulator/http/problem.ts';
import { serve, type Listening } from '../../../emulator/http/serve.ts';
import { LabError } from '../../../emulator/kernel/errors.ts';
import { ConfigServer, type ConfigServerDeps } from '../../../emulator/onprem/configserver/configServer.ts';
import type { SiteSettings } from '../../../emulator/replication/orders.ts';
import type { SiteReport } from '../../../emulator/replication/reports.ts';
import type { Mark } from '../../../emulator/replication/stations.ts';
import { testKernel, type TestKernel } from '../../support/kernel.ts';

export interface Vault {
  readonly url: string;
  readonly reports: SiteReport[];
  /** Notices of uploads, newest last. */
  readonly uploads: { pairId: string; through: number; newestMark: Mark | null }[];
  /** Configuration servers that wait for news. */
  readonly openPolls: number;
  /** Bytes that the vault answers checksum requests with. */
  checksums: Buffer;
  /** Makes this the will of the vault; ends when the site has acted on it. */
  want(settings: Omit<SiteSettings, 'revision'>): Promise<void>;
}

export interface SiteLab extends AsyncDisposable {
  readonly kernel: TestKernel;
  readonly folder: string;
  readonly labAuthority: KeyAndCertificate;
  readonly vault: Vault;
  readonly resources: AsyncDisposableStack;
  openConfigServer(change?: Partial<ConfigServerDeps>): Promise<ConfigServer>;
}

export async function openSiteLab(): Promise<SiteLab> {
  const resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'srlab-site-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const kernel = testKernel();
  resources.defer(() => kernel.clock.close());
  const labAuthority = await createAuthority('Test lab');
  const vault = await openVault(kernel, labAuthority, resources);
  return {
    kernel,
    folder,
    labAuthority,
    vault,
    resources,
    openConfigServer: (change = {}) =>
      ConfigServer.open({ kernel, folder: join(folder, 'configserver'), name: 'CS01', version: '9.24.0', labCa: labAuthority.certificate, ...change }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function openVault(kernel: TestKernel, authority: KeyAndCertificate, resources: AsyncDisposableStack): Promise<Vault> {
  const doorbell = new Doorbell();
  let openPolls = 0;
  let settings: Omit<SiteSettings, 'revision'> = { machines: [], tasks: [] };
  const app = express();
  app.use(express.json({ limit: '32mb' }));
  app.post('/registration', (request, response) => {
    if (JSON.parse(request.body.credentials).expiresMs < kernel.clock.now()) throw new LabError('AccessDenied', 'The credentials file is older than 5 days.');
    response.json({ token: 'token', vaultName: 'vault', region: 'westeurope' });
  });
  app.get('/configservers/:id/settings', async (request, response) => {
    const gone = new AbortController();
    openPolls += 1;
    response.on('close', () => {
      openPolls -= 1;
      gone.abort();
    });
    const revision = await doorbell.poll('site', Number(request.query['after']), gone.signal);
    if (!gone.signal.aborted) response.json({ revision, ...settings });
  });
  const reports: SiteReport[] = [];
  app.post('/configservers/:id/report', (request, response) => {
    reports.push(request.body);
    response.status(204).end();
  });
  const uploads: Vault['uploads'] = [];
  app.post('/pairs/:pairId/uploaded', (request, response) => {
    uploads.push({ pairId: request.params.pairId, ...request.body });
    response.status(204).end();
  });
  const vault = {
    checksums: Buffer.alloc(0),
    get openPolls() {
      return openPolls;
    },
  };
  app.get('/pairs/:pairId/checksums', (_request, response) => void response.end(vault.checksums));
  app.use(problems('vault', kernel.trace));
  const listening: Listening = resources.use(await serve(app, { identity: await issue(authority, { name: 'vault', role: 'vault' }) }));
  return Object.assign(vault, {
    url: listening.url,
    reports,
    uploads,
    want: async (wanted: Omit<SiteSettings, 'revision'>) => {
      settings = wanted;
      await doorbell.ring('site');
    },
  });
}

/** A registration key file as the vault makes it, good for five days. */
export function credentialsFile(nowMs: number): string {
  return JSON.stringify({ vaultName: 'vault', expiresMs: nowMs + 5 * 86_400_000 });
}

/** Lets lab time pass until `seen`, a minute at most. */
export async function inTime(kernel: TestKernel, seen: () => boolean): Promise<void> {
  if (!(await kernel.clock.runUntil(seen, 60_000))) throw new Error('It did not happen within a minute.');
}

/** Lets things that are under way in real sockets happen until `seen`; stepped time does not move. */
export async function eventually(kernel: TestKernel, seen: () => boolean): Promise<void> {
  for (let turn = 0; turn < 5000; turn += 1) {
    await kernel.clock.settle();
    if (seen()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error('It did not happen.');
}
