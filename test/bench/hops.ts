// The cost of each hop of the data path: how much of it one core moves in a second, with the storage process's share counted in.
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { BlobLog } from '../../emulator/azure/storage/blobLog.ts';
import { PageBlobReplica } from '../../emulator/azure/storage/pageBlobReplica.ts';
import { RawDisk } from '../../emulator/disk/rawDisk.ts';
import { createAuthority, issue } from '../../emulator/http/certificates.ts';
import { HttpClient } from '../../emulator/http/client.ts';
import { serve } from '../../emulator/http/serve.ts';
import { decodeBatch, encodeBatch } from '../../emulator/replication/batch.ts';
import { seal, unseal } from '../../emulator/replication/seal.ts';
import { useStorage, type TestStorage } from '../support/storage.ts';
import { incompressible } from './content.ts';
import { mebibyte, type Measure } from './measure.ts';
import { weigh } from './processes.ts';

const batchBytes = 8 * mebibyte;
const batches = 24;
const diskBytes = batches * batchBytes;
const pairId = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';

type Hops = [name: string, work: (place: number) => Promise<unknown>][];

export const hops: Measure = {
  name: 'hops',
  title: 'cost of each hop, incompressible data, MiB/s per core',
  referenceTitle: '-',
  aim: 'for information',
  run: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'srlab-bench-'));
    try {
      await using storage = await useStorage();
      await using resources = new AsyncDisposableStack();
      const figures: Record<string, number> = {};
      for (const [name, work] of await hopsOn(storage, folder, resources)) {
        const before = weigh(process.pid).cpuMs;
        for (let place = 0; place < batches; place += 1) await work(place);
        figures[name] = diskBytes / mebibyte / ((weigh(process.pid).cpuMs - before) / 1000);
      }
      const together = 1 / Object.values(figures).reduce((sum, rate) => sum + 1 / rate, 0);
      return {
        value: `${together.toFixed(0)} MiB/s per core all together`,
        reference: '-',
        ratio: null,
        reached: true,
        figures: { ...figures, together },
        notes: Object.entries(figures).map(([name, rate]) => `${name.padEnd(34)} ${rate.toFixed(0)}`),
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** In the order of the data path; each takes what the one before left. */
async function hopsOn(storage: TestStorage, folder: string, resources: AsyncDisposableStack): Promise<Hops> {
  const key = createHash('sha256').update('bench').digest();
  const disk = resources.use(await RawDisk.create({ path: join(folder, 'disk.img'), sizeBytes: diskBytes }));
  const log = new BlobLog({ account: storage.account, container: 'logs' });
  const place = { account: storage.account, container: 'replicas', blob: 'disk.vhd' };
  const replica = resources.use(await PageBlobReplica.create(place, { sizeBytes: diskBytes, uniqueId: pairId, timestampMs: 0 }));
  const { client } = await echo(storage, resources);
  const read: Buffer[] = [];
  const frames: Buffer[] = [];
  const sealed: Buffer[] = [];
  return [
    ['guest writes to the disk', (at) => disk.write(at * batchBytes, Buffer.concat([incompressible(2 * at), incompressible(2 * at + 1)]))],
    ['agent reads the disk', async (at) => read.push(await disk.read(at * batchBytes, batchBytes))],
    ['agent forms a frame (CRC-32)', async (at) => frames.push(frameOf(at, read[at] as Buffer))],
    ['HTTPS, mutual TLS', (at) => client.call('/', { body: frames[at] as Buffer })],
    ['process server checks the frame', async (at) => decodeBatch(frames[at] as Buffer)],
    ['process server seals (zstd, AES)', async (at) => sealed.push(await seal(frames[at] as Buffer, { key, pairId, sequence: at + 1 }))],
    ['upload to the log', (at) => log.append(pairId, at + 1, sealed[at] as Buffer)],
    ['vault reads the log', (at) => log.read(pairId, at + 1)],
    ['vault unseals and checks', async (at) => decodeBatch(await unseal(sealed[at] as Buffer, { key, pairId, sequence: at + 1 }))],
    [
      'vault writes the replica',
      async (at) => {
        await replica.apply(decodeBatch(frames[at] as Buffer));
        if (at === batches - 1) await replica.advance(batches);
      },
    ],
  ];
}

function frameOf(place: number, bytes: Buffer): Buffer {
  return encodeBatch({ pairId, sequence: place + 1, stage: 'ResyncStepI', capturedMs: 0, extents: [{ offset: place * batchBytes, length: bytes.length }] }, [
    bytes,
  ]);
}

/** A server that takes bodies as the data port does, and a client of it. */
async function echo(storage: TestStorage, resources: AsyncDisposableStack): Promise<{ client: HttpClient }> {
  const authority = await createAuthority('bench');
  const [server, agent] = [await issue(authority, { name: 'localhost', role: 'server' }), await issue(authority, { name: 'agent', role: 'agent' })];
  const app = express().post('/', express.raw({ limit: 2 * batchBytes, type: () => true }), (_request, response) => void response.status(204).end());
  const { url } = resources.use(await serve(app, { identity: { key: server.key, certificate: server.certificate, clientCa: authority.certificate } }));
  const identity = { ca: authority.certificate, key: agent.key, certificate: agent.certificate };
  return { client: resources.use(new HttpClient({ url, identity, network: storage.kernel.network, paths: [] })) };
}
