// How clients sign in: tokens of the lab's own authority in every form that the official clients ask for, and what happens to any other.
import { ClientSecretCredential } from '@azure/identity';
import express from 'express';
import { readFileSync } from 'node:fs';
import { beforeAll, afterAll, describe, expect, test } from 'vitest';
import { authorityRoutes } from '../../../../emulator/azure/arm/authority/routes.ts';
import { Tokens } from '../../../../emulator/azure/arm/authority/tokens.ts';
import { createAuthority, issue } from '../../../../emulator/http/certificates.ts';
import { HttpClient } from '../../../../emulator/http/client.ts';
import { serve } from '../../../../emulator/http/serve.ts';
import { ArmEndpoint } from '../../../clients/armRequest.ts';
import { testKernel } from '../../../support/kernel.ts';
import { LabUnderTest } from '../../../support/lab.ts';

const secret = 'the secret of the lab';
const tenantId = '11111111-2222-3333-4444-555555555555';

async function useAuthority() {
  await using opening = new AsyncDisposableStack();
  const authority = await createAuthority('test');
  const tokens = new Tokens({ secret, tenantId, subscriptionId: 's' });
  const app = express();
  app.use(authorityRoutes(tokens));
  const server = opening.use(await serve(app, { identity: await issue(authority, { name: 'localhost', role: 'server' }) }));
  const client = opening.use(new HttpClient({ url: server.url, identity: { ca: authority.certificate }, network: testKernel().network, paths: [] }));
  const owned = opening.move();
  return { authority, tokens, url: server.url, client, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

test.each([['adfs'], [tenantId]])('@azure/identity gets a token from tenant %s, by 127.0.0.1 and by localhost', async (tenant) => {
  await using used = await useAuthority();
  for (const authorityHost of [used.url, used.url.replace('127.0.0.1', 'localhost')]) {
    const tlsOptions = { ca: used.authority.certificate };
    const credential = new ClientSecretCredential(tenant, 'app', secret, { authorityHost, disableInstanceDiscovery: true, tlsOptions });
    const { token } = await credential.getToken('https://management.azure.com/.default');
    await expect(used.tokens.require(`Bearer ${token}`, used.url)).resolves.toBeUndefined();
  }
});

test('a wrong secret, another kind of grant and a broken form are refused', async () => {
  await using used = await useAuthority();
  const ask = (form: string) =>
    used.client.exchange(`/${tenantId}/oauth2/v2.0/token`, {
      method: 'POST',
      body: Buffer.from(form),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  expect((await ask('grant_type=client_credentials&client_id=app&client_secret=guess')).status).toBe(401);
  expect((await ask('grant_type=password&client_id=app&client_secret=guess')).status).toBe(400);
  expect((await ask('grant_type=client_credentials&client_secret=a&client_secret=b')).status).toBe(401);
});

test('the metadata have a form for each client: one cloud without a name, a list, and one with a name', async () => {
  await using used = await useAuthority();
  const get = (version: string) => used.client.json<{ authentication: { loginEndpoint: string } }>(`/metadata/endpoints?api-version=${version}`);
  expect((await get('2015-01-01')).authentication.loginEndpoint).toBe(`${used.url}/adfs`);
  expect(await get('2019-05-01')).toMatchObject([
    { name: 'SiteRecoveryLab', resourceManager: used.url, authentication: { loginEndpoint: `${used.url}/adfs` } },
  ]);
  expect(await get('2022-09-01')).toMatchObject({ name: 'SiteRecoveryLab', authentication: { loginEndpoint: used.url, tenant: tenantId } });
});

test('a managed identity gets a token with the times of its own age, and nobody without the secret', async () => {
  await using used = await useAuthority();
  const older = '/msi/token/?resource=https%3A%2F%2Fmanagement.azure.com%2F&api-version=2017-09-01';
  const token = await used.client.json<{ access_token: string; expires_on: string }>(older, { headers: { secret } });
  expect(token.expires_on).toMatch(/^\d\d\/\d\d\/\d{4} \d\d:\d\d:\d\d \+00:00$/);
  expect(JSON.parse(Buffer.from(token.access_token.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({ tid: tenantId });
  const newer = await used.client.json<{ expires_on: string }>('/msi/token?resource=x&api-version=2019-08-01', { headers: { 'x-identity-header': secret } });
  expect(Number(newer.expires_on)).toBeGreaterThan(0);
  expect((await used.client.exchange(older)).status).toBe(401);
});

describe('before ARM', () => {
  let lab: LabUnderTest;
  let endpoint: ArmEndpoint;
  beforeAll(async () => {
    lab = await LabUnderTest.open({});
    endpoint = new ArmEndpoint(lab.lab.ready);
  });
  afterAll(async () => {
    endpoint[Symbol.dispose]();
    await lab[Symbol.asyncDispose]();
  });
  const foreign = new Tokens({ secret: 'of another lab', tenantId, subscriptionId: 's' });
  const order = { clientId: 'app', audience: 'https://management.azure.com/', issuer: 'https://127.0.0.1/' };

  test.each([
    ['no token', async () => '', 'AuthenticationFailed'],
    ['a token that has expired', async () => (await own().issue({ ...order, lifetimeSeconds: -1 })).token, 'ExpiredAuthenticationToken'],
    ["another lab's token", async () => (await foreign.issue(order)).token, 'InvalidAuthenticationToken'],
    ['no token at all but words', async () => 'let me in', 'InvalidAuthenticationToken'],
  ])('%s: 401', async (_, token, code) => {
    const text = await token();
    const answer = await endpoint.ask({
      verb: 'GET',
      target: '/subscriptions?api-version=2020-01-01',
      headers: { authorization: text === '' ? '' : `Bearer ${text}` },
    });
    expect(answer).toMatchObject({ status: 401, body: { error: { code } } });
    expect(answer.headers['www-authenticate']).not.toContain('insufficient_claims');
  });

  test('a token of the lab opens it', async () => {
    const { token } = await own().issue(order);
    const answer = await endpoint.ask({ verb: 'GET', target: '/subscriptions?api-version=2020-01-01', headers: { authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(200);
  });

  /** The authority of this lab, for what its clients cannot ask of it. */
  function own(): Tokens {
    const { token, tenant, subscription, ca } = lab.lab.ready;
    expect(readFileSync(ca, 'utf8')).toContain('CERTIFICATE');
    return new Tokens({ secret: token, tenantId: tenant, subscriptionId: subscription });
  }
});
