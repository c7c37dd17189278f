// The vault's service endpoint over a real socket: registration with a credentials file, tokens, and bad input.
import { expect, test } from 'vitest';
import { vaultRoutes } from '../../../../emulator/azure/vault/routes.ts';
import { HttpClient } from '../../../../emulator/http/client.ts';
import { serve } from '../../../../emulator/http/serve.ts';
import type { SiteSettings } from '../../../../emulator/replication/orders.ts';
import { Estate, hourMs } from './estate.ts';

async function open(): Promise<{ estate: Estate; client: HttpClient; stack: AsyncDisposableStack }> {
  const stack = new AsyncDisposableStack();
  const estate = stack.use(await Estate.open());
  const server = stack.use(await serve(vaultRoutes(estate.vault, estate.kernel.trace), {}));
  const client = stack.use(new HttpClient({ url: server.url, network: estate.kernel.network, paths: ['configserver-vault'] }));
  return { estate, client, stack };
}

const register = (client: HttpClient, credentials: string): Promise<{ token: string }> =>
  client.json('/registration', { body: { credentials, hostId: 'CS9', name: 'CS9' } });
const status = { hostId: 'CS9', name: 'CS9', version: '9.41', ipAddress: '10.0.0.2', lastHeartbeatMs: 0, sslCertExpiryMs: 1e15, accounts: [] };

test('a configuration server registers with its file and then speaks with its token', async () => {
  const { estate, client, stack } = await open();
  await using _ = stack;
  const { token } = await register(client, estate.vault.credentialsFile());
  const headers = { authorization: `Bearer ${token}` };
  const settings = await client.json<SiteSettings>('/configservers/CS9/settings?after=0', { headers });
  expect(settings).toEqual({ revision: 1, machines: [], tasks: [] });
  expect((await client.call('/configservers/CS9/report', { headers, body: { configServer: status } })).status).toBe(204);
  expect(estate.vault.records.configServers.get('CS9')).toMatchObject({
    fabricName: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    containerName: expect.stringMatching(/^cloud_/) as string,
  });
});

test('a file that is old, changed or foreign does not register', async () => {
  const { estate, client, stack } = await open();
  await using _ = stack;
  const file = estate.vault.credentialsFile();
  await expect(register(client, file.replace('westeurope', 'eastus'))).rejects.toMatchObject({ code: 'CredentialsInvalid' });
  await expect(register(client, 'not json')).rejects.toMatchObject({ code: 'CredentialsInvalid' });
  await expect(register(client, '{}')).rejects.toMatchObject({ code: 'CredentialsInvalid' });
  await estate.clock.advance(5 * 24 * hourMs);
  await register(client, file);
  await estate.clock.advance(1);
  await expect(register(client, file)).rejects.toMatchObject({ code: 'CredentialsExpired' });
});

test('callers without the right token, and malformed bodies, are refused', async () => {
  const { estate, client, stack } = await open();
  await using _ = stack;
  const { token } = await register(client, estate.vault.credentialsFile());
  const headers = { authorization: `Bearer ${token}` };
  await expect(client.json('/configservers/CS9/settings')).rejects.toMatchObject({ code: 'AccessDenied' });
  await expect(client.json('/configservers/CS9/settings', { headers: { authorization: 'Bearer wrong' } })).rejects.toMatchObject({ code: 'AccessDenied' });
  await expect(client.json('/configservers/CS1/settings', { headers })).rejects.toMatchObject({ code: 'AccessDenied' });
  await expect(client.json('/registration', { body: { hostId: 'x' } })).rejects.toMatchObject({ code: 'MalformedRequest' });
  await expect(client.json('/configservers/CS9/report', { headers, body: { configServer: { ...status, hostId: 'CS1' } } })).rejects.toMatchObject({
    code: 'MalformedRequest',
  });
  await expect(client.json('/configservers/CS9/report', { headers, body: { configServer: status, agents: 7 } })).rejects.toMatchObject({
    code: 'MalformedRequest',
  });
  await expect(client.json('/pairs/none/uploaded', { headers, body: { through: 1, newestMark: null } })).rejects.toMatchObject({ code: 'PairUnknown' });
  await expect(client.json('/pairs/none/uploaded', { headers, body: { through: -1 } })).rejects.toMatchObject({ code: 'MalformedRequest' });
  await expect(client.json('/pairs/none/checksums?offset=1&length=512&block=512', { headers })).rejects.toMatchObject({ code: 'MalformedRequest' });
});
