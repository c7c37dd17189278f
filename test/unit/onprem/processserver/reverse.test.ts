// A reverse pair: a process server in Azure sends to a master target on premises, through the VPN.
import express from 'express';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { requireRole } from '../../../../emulator/http/peer.ts';
import { problems } from '../../../../emulator/http/problem.ts';
import { serve, type Listening } from '../../../../emulator/http/serve.ts';
import { registerHost } from '../../../../emulator/registration/registerHost.ts';
import { decodeBatch } from '../../../../emulator/replication/batch.ts';
import { unseal } from '../../../../emulator/replication/seal.ts';
import { inTime } from '../siteLab.ts';
import { openRelayLab, pairKey, pairOrder, type RelayLab } from './relayLab.ts';

let lab: RelayLab;
let target: Listening;
let received: Map<number, Buffer>;

beforeEach(async () => {
  lab = await openRelayLab();
  const { kernel, folder } = lab.site;
  kernel.network.set('site-to-site', { state: 'up' });
  await lab.reopen({ inAzure: true, folder: `${folder}/azure`, name: 'PS-Azure' });
  await lab.agent[Symbol.asyncDispose]();
  lab.agent = await lab.newAgent();
  received = new Map();
  target = await openTarget();
  const order = {
    ...pairOrder('disk-a', ''),
    direction: 'reverse',
    target: { kind: 'mastertarget', masterTargetId: 'mt-1', masterTargetUrl: target.url },
  } as const;
  await lab.replicate(order);
});
afterEach(async () => {
  await target[Symbol.asyncDispose]();
  await lab[Symbol.asyncDispose]();
  expect(lab.site.kernel.unexpected).toEqual([]);
});

/** The documented wire of a master target, with a certificate of the site. */
async function openTarget(): Promise<Listening> {
  const { configServer, site } = lab;
  const { clock, network, trace } = site.kernel;
  const { key, certificate, authority } = await registerHost({
    configServerUrl: configServer.url,
    passphrase: configServer.passphrase,
    role: 'mastertarget',
    hostId: 'mt-1',
    name: 'MT01',
    details: {},
    network,
    paths: [],
  });
  const app = express();
  app.use(requireRole(clock, 'processserver'));
  app.put('/pairs/:pairId/batches/:sequence', express.raw({ type: () => true, limit: '8mb' }), (request, response) => {
    received.set(Number(request.params['sequence']), request.body);
    response.status(204).end();
  });
  app.get('/pairs/:pairId/checksums', (request, response) => void response.end(JSON.stringify(request.query)));
  app.use(problems('mastertarget', trace));
  return serve(app, { identity: { key, certificate, clientCa: authority } });
}

test('batches arrive sealed, under the process server’s certificate', async () => {
  await lab.send('disk-a', 1, 'from Azure');
  await inTime(lab.site.kernel, () => lab.processServer.report().pendingUploadBytes === 0);
  const frame = await unseal(received.get(1) ?? Buffer.alloc(0), { key: pairKey, pairId: 'disk-a', sequence: 1 });
  expect(decodeBatch(frame).payload.toString()).toBe('from Azure');
});

test('without the VPN they wait in Azure', async () => {
  const { network, clock } = lab.site.kernel;
  network.set('site-to-site', { state: 'absent' });
  await lab.send('disk-a', 1, 'from Azure');
  await clock.advance(60_000);
  expect(received.size).toBe(0);
  network.set('site-to-site', { state: 'up' });
  await clock.advance(5000);
  await inTime(lab.site.kernel, () => received.has(1));
});

test('checksums come from the master target', async () => {
  const answer = await lab.agent.call('/pairs/disk-a/checksums?offset=4096&length=8192&block=4096');
  expect(JSON.parse(answer.bytes.toString())).toEqual({ offset: '4096', length: '8192', block: '4096' });
});

test('a server in Azure neither discovers nor shows services that it has not', async () => {
  expect(lab.processServer.report().services.map(({ name }) => name)).toEqual([
    'ProcessServer',
    'ProcessServerMonitor',
    'cxprocessserver',
    'InMage PushInstall',
    'LogUpload',
  ]);
});
