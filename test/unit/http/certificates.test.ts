// The lab's certificates on a real TLS socket: who is let in, and for how long by the lab's clock.
import express from 'express';
import { expect, test } from 'vitest';
import { createAuthority, createRequest, issue, isSignedBy, signRequest } from '../../../emulator/http/certificates.ts';
import { HttpClient } from '../../../emulator/http/client.ts';
import { peerOf, requireRole } from '../../../emulator/http/peer.ts';
import { problems } from '../../../emulator/http/problem.ts';
import { serve } from '../../../emulator/http/serve.ts';
import { testKernel } from '../../support/kernel.ts';

async function world() {
  const kernel = testKernel();
  const authority = await createAuthority('Authority of a test');
  const server = await issue(authority, { name: 'server', role: 'configserver' });
  const app = express();
  app.get('/who', (request, response) => void response.json(peerOf(request, kernel.clock)));
  app.get('/agents-only', requireRole(kernel.clock, 'agent'), (_request, response) => void response.json({}));
  app.use(problems('test', kernel.trace));
  const listening = await serve(app, { identity: { key: server.key, certificate: server.certificate, clientCa: authority.certificate } });
  const client = (identity: { key?: string; certificate?: string } = {}) =>
    new HttpClient({ url: listening.url, identity: { ca: authority.certificate, ...identity }, network: kernel.network, paths: ['machine-configserver'] });
  return { kernel, authority, listening, client };
}

test('a component is known by the certificate it was issued on its own request', async () => {
  const { kernel, authority, listening, client } = await world();
  await using _listening = listening;
  const { key, request } = await createRequest({ name: 'HOST-1', role: 'agent' });
  const certificate = await signRequest(authority, request, {
    subject: { name: 'HOST-1', role: 'agent' },
    validity: { fromMs: 0, toMs: kernel.clock.now() + 1000 },
  });
  expect(isSignedBy(certificate, authority.certificate)).toBe(true);
  await using caller = client({ key, certificate });
  await expect(caller.json('/who')).resolves.toMatchObject({ hostId: 'HOST-1', role: 'agent' });
  await expect(caller.json('/agents-only')).resolves.toEqual({});
  await kernel.clock.advance(2000);
  await expect(caller.json('/who')).rejects.toMatchObject({ code: 'CertificateNotTrusted', message: expect.stringContaining('expired') });
});

test('no certificate, one of a foreign authority and one for another role are refused', async () => {
  const { listening, client, authority } = await world();
  await using _listening = listening;
  await using nobody = client();
  await expect(nobody.json('/who')).rejects.toMatchObject({ code: 'CertificateNotTrusted' });
  const foreign = await issue(await createAuthority('Somebody else'), { name: 'HOST-1', role: 'agent' });
  await using impostor = client(foreign);
  await expect(impostor.json('/who')).rejects.toMatchObject({ code: 'CertificateNotTrusted' });
  await using other = client(await issue(authority, { name: 'HOST-2', role: 'mastertarget' }));
  await expect(other.json('/agents-only')).rejects.toMatchObject({ code: 'AccessDenied' });
});

test('a request that is none is MalformedRequest', async () => {
  const authority = await createAuthority('Authority of a test');
  await expect(signRequest(authority, 'not a request', { subject: { name: 'a', role: 'agent' }, validity: { fromMs: 0, toMs: 1 } })).rejects.toMatchObject({
    code: 'MalformedRequest',
  });
});

test('a cut path breaks the call that is under way', async () => {
  const { kernel, listening, client } = await world();
  await using _listening = listening;
  await using caller = client();
  const calling = caller.json('/who').catch((error: unknown) => error);
  kernel.network.set('machine-configserver', { state: 'cut' });
  await expect(calling).resolves.toMatchObject({ code: expect.stringMatching(/LinkDown|CertificateNotTrusted/) });
  await expect(caller.json('/who')).rejects.toMatchObject({ code: 'LinkDown' });
});

test('a port that is taken is PortInUse', async () => {
  const { listening } = await world();
  await using _listening = listening;
  await expect(serve(express(), { port: listening.port })).rejects.toMatchObject({ code: 'PortInUse' });
});
