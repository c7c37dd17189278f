// The data port over a real socket: what it takes, what it refuses, and that nothing it acknowledged is lost.
import { mkdir, readdir, symlink, truncate } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAuthority, issue } from '../../../../emulator/http/certificates.ts';
import { HttpClient } from '../../../../emulator/http/client.ts';
import { registerHost } from '../../../../emulator/registration/registerHost.ts';
import { inTime } from '../siteLab.ts';
import { frameOf, machineOrder, openRelayLab, pairOrder, type RelayLab } from './relayLab.ts';

let lab: RelayLab;
const cacheOf = (pairId: string): string => join(lab.site.folder, 'processserver', 'cache', pairId);

beforeEach(async () => {
  lab = await openRelayLab();
  await lab.replicate(pairOrder('disk-a', lab.site.vault.url));
});
afterEach(async () => {
  await lab[Symbol.asyncDispose]();
  expect(lab.site.kernel.unexpected).toEqual([]);
});

async function post(sequence: number, body: Buffer): Promise<number> {
  return (await lab.agent.json<{ accepted: number }>(`/pairs/disk-a/batches/${sequence}`, { body })).accepted;
}

/** Stops the uploads, so that the cache folder keeps what arrives. */
function holdUploads(): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  lab.log('disk-a').gate = promise;
  return resolve;
}

test('a browser that tries the port gets 400, as from the product', async () => {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  request(lab.processServer.url, { rejectUnauthorized: false }, (response) => resolve(response.resume().statusCode)).end();
  expect(await promise).toBe(400);
});

test('a batch is acknowledged, uploaded and told to the vault', async () => {
  expect(await lab.send('disk-a', 1, 'one')).toBe(1);
  await inTime(lab.site.kernel, () => lab.site.vault.uploads.length > 0);
  expect(lab.site.vault.uploads).toEqual([{ pairId: 'disk-a', through: 1, newestMark: null }]);
  expect(await lab.log('disk-a').payload('disk-a', 1)).toBe('one');
  expect(await readdir(cacheOf('disk-a'))).toEqual(['position.json']);
});

test('a truncated batch is refused and may be sent again', async () => {
  const frame = frameOf('disk-a', 1, 'one');
  await expect(post(1, frame.subarray(0, frame.length - 2))).rejects.toMatchObject({ code: 'BatchTruncated' });
  expect(await post(1, frame)).toBe(1);
});

test('a batch with a wrong checksum is refused and may be sent again', async () => {
  const frame = frameOf('disk-a', 1, 'one');
  const damaged = Buffer.from(frame);
  damaged[frame.length - 1] = 0;
  await expect(post(1, damaged)).rejects.toMatchObject({ code: 'BatchChecksumWrong' });
  expect(await post(1, frame)).toBe(1);
});

test('bytes that are no batch, and a batch under another name, are refused', async () => {
  await expect(post(1, Buffer.from('GET / HTTP/1.1 and so on'))).rejects.toMatchObject({ code: 'BatchMalformed' });
  await expect(post(2, frameOf('disk-a', 1, 'one'))).rejects.toMatchObject({ code: 'BatchMalformed' });
  await expect(post(1, frameOf('disk-b', 1, 'one'))).rejects.toMatchObject({ code: 'BatchMalformed' });
  await expect(lab.agent.json('/pairs/disk-a/batches/zero', { body: frameOf('disk-a', 1, '') })).rejects.toMatchObject({ code: 'MalformedRequest' });
});

test('a replayed batch is acknowledged again and stored once, another under its sequence is refused', async () => {
  await lab.send('disk-a', 1, 'one');
  await inTime(lab.site.kernel, () => lab.site.vault.uploads.length > 0);
  expect(await lab.send('disk-a', 1, 'one')).toBe(1);
  await expect(lab.send('disk-a', 1, 'other')).rejects.toMatchObject({ code: 'BatchReplayMismatch' });
  expect(lab.log('disk-a').order).toEqual([1]);
});

test('a batch after a gap is refused; the sender goes back', async () => {
  await lab.send('disk-a', 1, 'one');
  await expect(lab.send('disk-a', 3, 'three')).rejects.toMatchObject({ code: 'BatchOutOfOrder' });
  expect(await lab.accepted('disk-a')).toBe(1);
  expect(await lab.send('disk-a', 2, 'two')).toBe(2);
});

test('a machine that comes from another process server may begin at any sequence', async () => {
  expect(await lab.send('disk-a', 41, 'forty-one')).toBe(41);
  await expect(lab.send('disk-a', 43, 'forty-three')).rejects.toMatchObject({ code: 'BatchOutOfOrder' });
  await lab.reopen();
  expect(await lab.accepted('disk-a')).toBe(41);
});

test('a pair that the configuration server did not name, and one of another agent, are refused', async () => {
  await expect(lab.send('disk-z', 1, 'one')).rejects.toMatchObject({ code: 'PairUnknown' });
  const { key, certificate, authority } = await registerHost({
    configServerUrl: lab.configServer.url,
    passphrase: lab.configServer.passphrase,
    role: 'agent',
    hostId: 'agent-2',
    name: 'web-2',
    details: {},
    network: lab.site.kernel.network,
    paths: [],
  });
  await using other = new HttpClient({
    url: lab.processServer.url,
    identity: { ca: authority, key, certificate },
    network: lab.site.kernel.network,
    paths: [],
  });
  await expect(other.json('/pairs/disk-a')).rejects.toMatchObject({ code: 'AccessDenied' });
});

test('a certificate of another authority opens nothing', async () => {
  const stranger = await issue(await createAuthority('Somebody else'), { name: 'agent-1', role: 'agent' });
  await using client = new HttpClient({
    url: lab.processServer.url,
    identity: { ca: lab.configServer.authorityCertificate, ...stranger },
    network: lab.site.kernel.network,
    paths: [],
  });
  await expect(client.json('/pairs/disk-a')).rejects.toMatchObject({ code: 'CertificateNotTrusted' });
});

test('under 20 % free space the agent has to wait, and goes on when the uploads have made room', async () => {
  await lab.reopen({ cacheLimitBytes: 10_000 });
  const resume = holdUploads();
  const payload = 'x'.repeat(2600);
  for (const sequence of [1, 2, 3]) await lab.send('disk-a', sequence, payload);
  await expect(lab.send('disk-a', 4, payload)).rejects.toMatchObject({ code: 'ProcessServerThrottled' });
  expect(lab.processServer.report()).toMatchObject({ throttled: true, cacheTotalBytes: 10_000 });
  expect(await lab.send('disk-a', 3, payload)).toBe(3);
  resume();
  await inTime(lab.site.kernel, () => !lab.processServer.report().throttled);
  expect(await lab.send('disk-a', 4, payload)).toBe(4);
});

test('a batch larger than what is left is refused as a full cache, with nothing lost', async () => {
  await lab.reopen({ cacheLimitBytes: 10_000 });
  await expect(lab.send('disk-a', 1, 'x'.repeat(20_000))).rejects.toMatchObject({ code: 'ProcessServerCacheFull' });
  expect(await lab.send('disk-a', 1, 'x')).toBe(1);
});

test('a disk without space under the cache folder refuses the batch and keeps the others', async () => {
  const resume = holdUploads();
  await lab.send('disk-a', 1, 'one');
  await symlink('/dev/full', join(cacheOf('disk-a'), '000000000002.batch'));
  await expect(lab.send('disk-a', 2, 'two')).rejects.toMatchObject({ code: 'ProcessServerCacheFull' });
  expect(await lab.accepted('disk-a')).toBe(1);
  expect(await lab.send('disk-a', 2, 'two')).toBe(2);
  resume();
});

test('after a restart the accepted batches are there, the torn one is not', async () => {
  const resume = holdUploads();
  for (const sequence of [1, 2, 3]) await lab.send('disk-a', sequence, `batch ${sequence}`);
  await lab.processServer[Symbol.asyncDispose]();
  await truncate(join(cacheOf('disk-a'), '000000000003.batch'), 20);
  lab.processServer = await lab.openProcessServer();
  expect(await lab.accepted('disk-a')).toBe(2);
  resume();
  expect(await lab.send('disk-a', 3, 'batch 3 again')).toBe(3);
  await inTime(lab.site.kernel, () => lab.log('disk-a').held.size === 3);
  expect(await lab.log('disk-a').payload('disk-a', 3)).toBe('batch 3 again');
});

test('a pair that is no longer replicated leaves nothing in the cache folder', async () => {
  const resume = holdUploads();
  await lab.send('disk-a', 1, 'one');
  await lab.site.vault.want({ machines: [machineOrder(lab.processServer, [])], tasks: [] });
  expect(await readdir(join(cacheOf('disk-a'), '..'))).toEqual([]);
  expect(lab.processServer.report().pendingUploadBytes).toBe(0);
  resume();
});

test('what somebody else left in the cache folder does not stop it', async () => {
  await mkdir(join(cacheOf('disk-a'), '..', 'lost+found'), { recursive: true });
  await lab.reopen();
  expect(await lab.send('disk-a', 1, 'one')).toBe(1);
});
