// Registration with the configuration server: who gets in, who does not, and what three years do to it.
import express from 'express';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { join } from 'node:path';
import { createAuthority, issue, signRequest } from '../../../../emulator/http/certificates.ts';
import { HttpClient } from '../../../../emulator/http/client.ts';
import { serve } from '../../../../emulator/http/serve.ts';
import { loadHostIdentity } from '../../../../emulator/registration/hostIdentity.ts';
import { prove } from '../../../../emulator/registration/passphraseProof.ts';
import { registerHost, type RegistrationOptions } from '../../../../emulator/registration/registerHost.ts';
import { SiteConnection } from '../../../../emulator/registration/siteConnection.ts';
import type { ConfigServer } from '../../../../emulator/onprem/configserver/configServer.ts';
import { openSiteLab, type SiteLab } from '../siteLab.ts';

const threeYearsMs = 3 * 365 * 86_400_000;
let lab: SiteLab;
let server: ConfigServer;

beforeEach(async () => {
  lab = await openSiteLab();
  server = lab.resources.use(await lab.openConfigServer());
});
afterEach(async () => {
  await lab[Symbol.asyncDispose]();
  expect(lab.kernel.unexpected).toEqual([]);
});

function registration(change: Partial<RegistrationOptions> = {}): RegistrationOptions {
  return {
    configServerUrl: server.url,
    passphrase: server.passphrase,
    role: 'agent',
    hostId: 'agent-1',
    name: 'web-1',
    details: { version: '9.24.0' },
    network: lab.kernel.network,
    paths: ['machine-configserver'],
    ...change,
  };
}

function connection(): Promise<SiteConnection> {
  const { configServerUrl, passphrase, role, hostId, name, details, paths } = registration();
  return SiteConnection.open({ kernel: lab.kernel, folder: join(lab.folder, 'agent'), configServerUrl, passphrase, role, hostId, name, details, paths });
}

test('a component with the passphrase is registered and may ask for its settings', async () => {
  const { key, certificate, authority } = await registerHost(registration());
  await using client = new HttpClient({ url: server.url, identity: { ca: authority, key, certificate }, network: lab.kernel.network, paths: [] });
  expect(await client.json('/hosts/agent-1/settings?after=0')).toMatchObject({ order: null });
  expect(server.hosts()).toMatchObject([{ hostId: 'agent-1', role: 'agent', name: 'web-1' }]);
});

test('a wrong passphrase is refused and leaves no trace in the registry', async () => {
  await expect(registerHost(registration({ passphrase: 'guess' }))).rejects.toMatchObject({ code: 'PassphraseWrong' });
  expect(server.hosts()).toEqual([]);
});

test('a server that does not know the passphrase cannot pass for the configuration server', async () => {
  const authority = await createAuthority('Impostor');
  const app = express();
  app.use(express.json());
  app.get('/authority', (_request, response) => void response.json({ certificate: authority.certificate }));
  app.post('/registration', async (request, response) => {
    // It accepts everybody, but can only guess the passphrase.
    const certificate = await signRequest(authority, request.body.request, {
      subject: { name: request.body.hostId, role: 'agent' },
      validity: { fromMs: 0, toMs: 1e15 },
    });
    response.json({ certificate, authority: authority.certificate, proof: prove('guess', certificate, authority.certificate) });
  });
  await using impostor = await serve(app, { identity: await issue(authority, { name: 'CS01', role: 'configserver' }) });
  await expect(registerHost(registration({ configServerUrl: impostor.url }))).rejects.toMatchObject({ code: 'CertificateNotTrusted' });
});

test('a certificate of another authority opens nothing', async () => {
  const stranger = await issue(await createAuthority('Somebody else'), { name: 'agent-1', role: 'agent' });
  await registerHost(registration());
  await using client = new HttpClient({ url: server.url, identity: { ca: server.authorityCertificate, ...stranger }, network: lab.kernel.network, paths: [] });
  await expect(client.json('/hosts/agent-1/settings?after=0')).rejects.toMatchObject({ code: 'CertificateNotTrusted' });
});

test('a caller without certificate, and one that asks for another host, are refused', async () => {
  const { key, certificate, authority } = await registerHost(registration());
  await using nobody = new HttpClient({ url: server.url, identity: { ca: authority }, network: lab.kernel.network, paths: [] });
  await expect(nobody.json('/hosts/agent-1/settings?after=0')).rejects.toMatchObject({ code: 'CertificateNotTrusted' });
  await using curious = new HttpClient({ url: server.url, identity: { ca: authority, key, certificate }, network: lab.kernel.network, paths: [] });
  await expect(curious.json('/hosts/agent-2/settings?after=0')).rejects.toMatchObject({ code: 'AccessDenied' });
});

test('a request that is no certificate request, and a role that does not exist, are told apart', async () => {
  await using client = new HttpClient({ url: server.url, identity: { ca: server.authorityCertificate }, network: lab.kernel.network, paths: [] });
  const body = { role: 'agent', hostId: 'a', name: 'a', request: 'nonsense', proof: 'nonsense', details: {} };
  await expect(client.json('/registration', { body: { ...body, role: 'king' } })).rejects.toMatchObject({ code: 'MalformedRequest' });
  await expect(client.json('/registration', { body })).rejects.toMatchObject({ code: 'PassphraseWrong' });
  await expect(client.json('/registration', { body: { ...body, hostId: '' } })).rejects.toMatchObject({ code: 'MalformedRequest' });
});

test('a component that restarts uses the registration it kept', async () => {
  const first = await connection();
  await first[Symbol.asyncDispose]();
  await using second = await connection();
  expect(second.identity.certificate).toBe(first.identity.certificate);
  await second.report({});
});

test('a cut link refuses the registration and keeps nothing', async () => {
  lab.kernel.network.set('machine-configserver', { state: 'cut' });
  await expect(connection()).rejects.toMatchObject({ code: 'LinkDown' });
  expect(await loadHostIdentity(join(lab.folder, 'agent'))).toBeUndefined();
});

test('two months before its end the certificate is a warning, after three years nobody gets in until it is renewed', async () => {
  await using agent = await connection();
  await lab.kernel.clock.jump(threeYearsMs - 60 * 86_400_000);
  expect(server.certificate.health).toBe('Warning');
  await agent.report({});
  await lab.kernel.clock.jump(61 * 86_400_000);
  expect(server.certificate.health).toBe('Expired');
  await expect(agent.report({})).rejects.toMatchObject({ code: 'ConfigServerCertificateExpired' });
  await expect(registerHost(registration({ hostId: 'agent-2' }))).rejects.toMatchObject({ code: 'ConfigServerCertificateExpired' });
  await server.renewCertificates();
  await agent.report({});
  expect(server.certificate.health).toBe('Normal');
});

test('a certificate renewed in time reaches the components with their next report', async () => {
  await using agent = await connection();
  const before = agent.identity.certificate;
  await lab.kernel.clock.jump(threeYearsMs / 2);
  await server.renewCertificates();
  await agent.report({});
  expect(agent.identity.certificate).not.toBe(before);
  await lab.kernel.clock.jump(threeYearsMs * 0.75);
  await agent.report({});
  expect((await loadHostIdentity(join(lab.folder, 'agent')))?.certificate).toBe(agent.identity.certificate);
});

test('passphrase, authority and hosts are those of before the restart', async () => {
  await using agent = await connection();
  const { passphrase, authorityCertificate, hostId, url } = server;
  await server[Symbol.asyncDispose]();
  server = lab.resources.use(await lab.openConfigServer());
  expect({ passphrase, authorityCertificate, hostId, url }).toEqual({
    passphrase: server.passphrase,
    authorityCertificate: server.authorityCertificate,
    hostId: server.hostId,
    url: server.url,
  });
  await agent.report({});
});
