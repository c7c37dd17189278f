// The storage process's server: Azurite's blob service with a journal under it, and page batches beside it.
import { once } from 'node:events';
import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { takeExclusiveLock } from '../../../kernel/exclusiveLock.ts';
import { AccountDataStore, BlobRequestListenerFactory, logger } from './azuriteClasses.ts';
import { ExtentStore } from './extentStore.ts';
import { sweepExtents } from './extentSweep.ts';
import { JournaledMetadata } from './journaledMetadata.ts';
import { JournalFile } from './journalFile.ts';
import { takePageBatch } from './pageBatch.ts';
import { RequestsUnderWay } from './requestsUnderWay.ts';

export interface StorageServerOptions {
  readonly folder: string;
  readonly port: number;
  /** Opens `/$lab/…`. */
  readonly token: string;
  /** PEM texts; absent: plain HTTP. */
  readonly identity?: { readonly key: string; readonly certificate: string };
  /** Ends the process: its journal cannot be written. */
  readonly onBroken: (error: unknown) => void;
}

export interface StorageServer extends AsyncDisposable {
  readonly url: string;
}

/** A sweep looks at every page range there is, so it is made after work that may have left garbage, not by the clock. */
const deletesPerSweep = 512;
const writtenBytesPerSweep = 512 * 1024 * 1024;
const formerOwnerMs = 10_000;

/** Listens on 127.0.0.1 when the promise resolves. The accounts are read from the variable AZURITE_ACCOUNTS. */
export async function openStorageServer(options: StorageServerOptions): Promise<StorageServer> {
  const { folder, identity } = options;
  // A process whose owner was killed may still be answering: what it writes after its successor has read the journal would be lost.
  const lock = takeExclusiveLock(join(folder, 'storage.lock'), formerOwnerMs);
  const journal = new JournalFile(folder);
  const metadata = new JournaledMetadata(journal, options.onBroken);
  const content = new ExtentStore(join(folder, 'extents'));
  const accounts = new AccountDataStore(logger);
  await accounts.init();
  await metadata.init();
  const requests = new RequestsUnderWay();
  const sweep = (): Promise<number> =>
    sweepExtents({
      finished: () => content.finished(),
      remove: (id) => content.remove(id),
      referenced: () => metadata.referencedExtents(),
      requestsAnswered: () => requests.answered(),
    });
  await sweep();
  const blobService = new BlobRequestListenerFactory(metadata, content, accounts, false, undefined, false, true, undefined, false).createRequestListener();
  const sweeper = afterEnoughWork(sweep);
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    response.once('close', requests.begin());
    if (request.url?.startsWith('/$lab/') === true) return void answerLab(request, response, { token: options.token, content, metadata });
    sweeper(request);
    blobService(request, response);
  };
  const server: Server = identity === undefined ? createPlainServer(listener) : createServer({ key: identity.key, cert: identity.certificate }, listener);
  // A connection that the server closes just when a client writes to it would look like a dead storage process.
  Object.assign(server, { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
  server.listen(options.port, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${identity === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      server.closeAllConnections();
      content[Symbol.dispose]();
      for (const part of [metadata, accounts]) await part.close();
      journal[Symbol.dispose]();
      lock.close();
    },
  };
}

interface LabRoutes {
  readonly token: string;
  readonly content: ExtentStore;
  readonly metadata: JournaledMetadata;
}

/** `POST /$lab/pages`: `pageBatch.ts`. */
async function answerLab(request: IncomingMessage, response: ServerResponse, lab: LabRoutes): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1');
  const given = Buffer.from(searchParams.get('token') ?? '');
  const wanted = Buffer.from(lab.token);
  let status = 404;
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) status = 403;
  else if (pathname === '/$lab/pages' && request.method === 'POST') status = await takePageBatch(request, searchParams, lab).catch(() => 500);
  request.resume();
  response.writeHead(status).end();
}

function afterEnoughWork(sweep: () => Promise<number>): (request: IncomingMessage) => void {
  let deletes = 0;
  let writtenBytes = 0;
  let sweeping = false;
  return ({ method, headers }) => {
    if (method === 'DELETE') deletes += 1;
    if (method === 'PUT' || method === 'POST') writtenBytes += Number(headers['content-length'] ?? 0);
    if (sweeping || (deletes < deletesPerSweep && writtenBytes < writtenBytesPerSweep)) return;
    deletes = 0;
    writtenBytes = 0;
    sweeping = true;
    // A failure here (a file that cannot be deleted) must not go unseen, and the process is restarted without loss.
    void sweep().finally(() => (sweeping = false));
  };
}
