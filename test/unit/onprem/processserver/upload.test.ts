// Uploads: in order, across cuts, restarts, moves to another process server, and a throttle.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LabError } from '../../../../emulator/kernel/errors.ts';
import { inTime } from '../siteLab.ts';
import { machineOrder, markOf, openRelayLab, pairOrder, type RelayLab } from './relayLab.ts';

let lab: RelayLab;

beforeEach(async () => {
  lab = await openRelayLab();
  await lab.replicate(pairOrder('disk-a', lab.site.vault.url), pairOrder('disk-b', lab.site.vault.url));
});
afterEach(async () => {
  await lab[Symbol.asyncDispose]();
  expect(lab.site.kernel.unexpected).toEqual([]);
});

/** Ends when the log holds all up to this sequence, and the cache nothing. */
async function final(pairId: string, through: number): Promise<void> {
  await inTime(lab.site.kernel, () => lab.log(pairId).held.has(through) && lab.processServer.gateway.pairs.get(pairId)?.batches.length === 0);
}

function hold(pairId: string): () => void {
  const { promise, resolve } = Promise.withResolvers<void>();
  lab.log(pairId).gate = promise;
  return resolve;
}

test('a cut to the storage keeps what was accepted; after it all of it arrives', async () => {
  const { network, clock } = lab.site.kernel;
  network.set('processserver-storage', { state: 'cut' });
  for (const sequence of [1, 2, 3]) await lab.send('disk-a', sequence, `batch ${sequence}`);
  await clock.advance(60_000);
  expect(lab.log('disk-a').held.size).toBe(0);
  expect(lab.processServer.report()).toMatchObject({ oldestPendingMs: 60_000 });
  network.set('processserver-storage', { state: 'up' });
  await clock.advance(5000);
  await final('disk-a', 3);
  expect(await lab.log('disk-a').payload('disk-a', 2)).toBe('batch 2');
});

test('a cut to the vault delays the notice, not the upload', async () => {
  const { network, clock } = lab.site.kernel;
  network.set('processserver-vault', { state: 'cut' });
  await lab.send('disk-a', 1, 'one', markOf('m1'));
  await lab.send('disk-a', 2, 'two');
  await final('disk-a', 2);
  expect(lab.site.vault.uploads).toEqual([]);
  network.set('processserver-vault', { state: 'up' });
  await clock.advance(5000);
  await inTime(lab.site.kernel, () => lab.site.vault.uploads.length > 0);
  expect(lab.site.vault.uploads).toEqual([{ pairId: 'disk-a', through: 2, newestMark: markOf('m1') }]);
});

test('a batch whose upload failed is sent again, those after it that arrived are not', async () => {
  const log = lab.log('disk-a');
  const append = log.append.bind(log);
  log.append = async (pairId, sequence, sealed) => {
    if (sequence === 1 && log.order.length < 2) throw new LabError('PeerUnreachable');
    await append(pairId, sequence, sealed);
  };
  for (const sequence of [1, 2, 3]) await lab.send('disk-a', sequence, `batch ${sequence}`);
  await inTime(lab.site.kernel, () => log.order.length === 3);
  await final('disk-a', 3);
  expect(log.order.toSorted((one, other) => one - other)).toEqual([1, 2, 3]);
});

test('a pair whose log refuses holds up no other pair', async () => {
  lab.log('disk-a').error = new LabError('PeerUnreachable');
  await lab.send('disk-a', 1, 'one');
  await lab.send('disk-b', 1, 'one');
  await final('disk-b', 1);
  expect(lab.log('disk-a').held.size).toBe(0);
});

test('a few batches of a pair travel at once, not more than the upload threads', async () => {
  const release = hold('disk-a');
  lab.processServer.setUploadThreads(2);
  for (const sequence of [1, 2, 3, 4, 5]) await lab.send('disk-a', sequence, `batch ${sequence}`);
  expect(lab.log('disk-a').order).toEqual([]);
  release();
  await final('disk-a', 5);
  expect([...lab.log('disk-a').order].sort((one, other) => one - other)).toEqual([1, 2, 3, 4, 5]);
});

test('what was accepted before a restart is uploaded after it, and the vault hears of it', async () => {
  const release = hold('disk-a');
  await lab.send('disk-a', 1, 'one', markOf('m1'));
  await lab.send('disk-a', 2, 'two');
  await lab.processServer[Symbol.asyncDispose]();
  lab.logs.delete('disk-a');
  release();
  lab.processServer = await lab.openProcessServer();
  await final('disk-a', 2);
  await inTime(lab.site.kernel, () => lab.site.vault.uploads.length > 0);
  expect(lab.site.vault.uploads.at(-1)).toEqual({ pairId: 'disk-a', through: 2, newestMark: markOf('m1') });
});

test('the position survives a restart when everything was uploaded and deleted', async () => {
  for (const sequence of [1, 2]) await lab.send('disk-a', sequence, `batch ${sequence}`);
  await final('disk-a', 2);
  await lab.reopen();
  expect(await lab.accepted('disk-a')).toBe(2);
  await expect(lab.send('disk-a', 2, 'another')).rejects.toMatchObject({ code: 'BatchReplayMismatch' });
  expect(await lab.send('disk-a', 3, 'three')).toBe(3);
});

test('a machine that moved away leaves its batches to be uploaded; when it comes back the gap is no error', async () => {
  await lab.send('disk-a', 1, 'one');
  await lab.send('disk-a', 2, 'two');
  await using second = await lab.openProcessServer({ folder: join(lab.site.folder, 'second'), name: 'PS02' });
  const pairs = [pairOrder('disk-a', lab.site.vault.url)];
  await lab.site.vault.want({ machines: [machineOrder(second, pairs)], tasks: [] });
  await final('disk-a', 2);
  await expect(lab.send('disk-a', 3, 'three')).rejects.toMatchObject({ code: 'PairUnknown' });
  await lab.site.vault.want({ machines: [machineOrder(lab.processServer, pairs)], tasks: [] });
  expect(await lab.send('disk-a', 9, 'nine')).toBe(9);
  await final('disk-a', 9);
});

test('an injected skip really leaves one batch out', async () => {
  lab.site.kernel.faults.add({ id: 'skip', point: 'processserver.upload', subject: 'disk-a', effect: { kind: 'skip' }, after: 1, times: 1 });
  for (const sequence of [1, 2, 3]) await lab.send('disk-a', sequence, `batch ${sequence}`);
  await final('disk-a', 3);
  expect([...lab.log('disk-a').held.keys()]).not.toContain(2);
});

test('an injected damage is found by whoever opens the batch', async () => {
  lab.site.kernel.faults.add({ id: 'damage', point: 'processserver.upload', effect: { kind: 'corrupt' }, times: 1 });
  await lab.send('disk-a', 1, 'one');
  await final('disk-a', 1);
  await expect(lab.log('disk-a').payload('disk-a', 1)).rejects.toMatchObject({ code: 'SealBroken' });
});

test('with a throttle an upload takes the time that its bytes need at 512 Kbps', async () => {
  const { clock } = lab.site.kernel;
  lab.processServer.setBandwidth({ workDays: [], startWorkHour: 8, endWorkHour: 18, workHourBps: 512_000, nonWorkHourBps: 512_000 });
  const startMs = clock.now();
  await lab.send('disk-a', 1, randomBytes(500_000).toString('hex'));
  await inTime(lab.site.kernel, () => lab.log('disk-a').held.has(1));
  const sealedBytes = lab.log('disk-a').held.get(1)?.length ?? 0;
  expect(clock.now() - startMs).toBe(Math.ceil((sealedBytes * 8) / 512));
  expect(lab.processServer.report().throughputBps).toBe((sealedBytes * 8000) / 300_000);
});

test('batches that come while a notice is on its way share the next one', async () => {
  const release = hold('disk-a');
  for (const sequence of [1, 2, 3, 4]) await lab.send('disk-a', sequence, `batch ${sequence}`);
  release();
  await final('disk-a', 4);
  await inTime(lab.site.kernel, () => lab.site.vault.uploads.at(-1)?.through === 4);
  expect(lab.site.vault.uploads.length).toBeLessThanOrEqual(2);
});

test('checksums come from the target when all that was accepted is there', async () => {
  lab.site.vault.checksums = Buffer.from('12345678');
  await lab.send('disk-a', 1, 'one');
  const answer = await lab.agent.call('/pairs/disk-a/checksums?offset=0&length=65536&block=65536');
  expect(answer.bytes.toString()).toBe('12345678');
  expect(lab.log('disk-a').held.has(1)).toBe(true);
});

test('checksums are refused at once while the uploads stand still', async () => {
  lab.site.kernel.network.set('processserver-storage', { state: 'cut' });
  await lab.send('disk-a', 1, 'one');
  await expect(lab.agent.call('/pairs/disk-a/checksums?offset=0&length=65536&block=65536')).rejects.toMatchObject({ code: 'UploadStalled' });
});
