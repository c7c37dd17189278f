// The log of block blobs: the contract of every log, and what a kill of the storage process means to it.
import { expect, test } from 'vitest';
import { BlobLog } from '../../../../emulator/azure/storage/blobLog.ts';
import { StorageAccount } from '../../../../emulator/azure/storage/storageAccount.ts';
import { batchLogSpec } from '../../../contract/batchLog.spec.ts';
import { useStorage, type TestStorage } from '../../../support/storage.ts';

function logIn(storage: TestStorage): BlobLog {
  return new BlobLog({ account: storage.account, container: 'logs' });
}

batchLogSpec('BlobLog', async () => {
  const storage = await useStorage();
  return { open: async () => logIn(storage), [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose]() };
});

test('what was appended is there after a kill of the storage process, and the log goes on', async () => {
  await using storage = await useStorage();
  const log = logIn(storage);
  await log.append('pair', 1, Buffer.from('one'));
  await storage.process.kill();
  await log.append('pair', 2, Buffer.from('two'));
  expect(await log.list('pair', 0)).toEqual([1, 2]);
  expect((await log.read('pair', 1)).toString()).toBe('one');
});

test('bytes that were changed on the way are refused by their MD5', async () => {
  await using storage = await useStorage();
  const container = storage.account.container('logs');
  await container.create();
  const upload = container.getBlockBlobClient('pair/1').upload(Buffer.from('changed'), 7, { blobHTTPHeaders: { blobContentMD5: new Uint8Array(16) } });
  await expect(upload).rejects.toMatchObject({ statusCode: 400 });
});

test('a cut link fails the upload as LinkDown, and a restored one takes it', async () => {
  await using storage = await useStorage();
  const { network } = storage.kernel;
  await using account = new StorageAccount(storage.account.address, { network: { network, paths: ['processserver-storage'] } });
  const log = new BlobLog({ account, container: 'logs' });
  network.set('processserver-storage', { state: 'cut' });
  await expect(log.append('pair', 1, Buffer.from('one'))).rejects.toMatchObject({ code: 'LinkDown' });
  network.set('processserver-storage', { state: 'up' });
  await log.append('pair', 1, Buffer.from('one'));
  expect(await log.list('pair', 0)).toEqual([1]);
});

test('a storage that is not there is PeerUnreachable', async () => {
  await using storage = await useStorage();
  await storage.process[Symbol.asyncDispose]();
  await expect(logIn(storage).list('pair', 0)).rejects.toMatchObject({ code: 'PeerUnreachable' });
});
