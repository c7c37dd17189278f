// The accounts of a lab: lasting addresses, keys that stay, logs and replicas in processes of their own.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BlobLog } from '../../../../emulator/azure/storage/blobLog.ts';
import { StorageAccount } from '../../../../emulator/azure/storage/storageAccount.ts';
import { StorageAccounts } from '../../../../emulator/azure/storage/storageAccounts.ts';
import { Store } from '../../../../emulator/kernel/store.ts';
import { batchOf, markOf } from '../../../contract/replica.spec.ts';
import { useFolder } from '../../../support/folder.ts';
import { testKernel } from '../../../support/kernel.ts';

const mib = 1024 * 1024;

async function start(folder: string, store: Store): Promise<StorageAccounts> {
  return StorageAccounts.start({ kernel: testKernel(), store, folder, logAccount: 'asrlog', targetAccounts: ['target', 'premium'] });
}

test('what a process server uploads by the log target is what the vault reads', async () => {
  using folder = useFolder();
  using store = new Store(':memory:');
  await using accounts = await start(folder.path, store);
  const target = await accounts.logTarget('asrlog');
  const url = new URL(target.logContainerUrl);
  const container = url.pathname.split('/').at(-1) as string;
  await using account = new StorageAccount({ ...target, url: target.logContainerUrl.slice(0, -container.length - 1) });
  const upload = new BlobLog({ account, container });
  await upload.append('pair', 1, Buffer.from('sealed'));
  expect((await (await accounts.openLog('pair')).read('pair', 1)).toString()).toBe('sealed');
});

test('an address is good after the lab was started again on other ports', async () => {
  using folder = useFolder();
  using store = new Store(join(folder.path, 'azure.sqlite'));
  let address: string;
  let disk: string;
  {
    await using accounts = await start(folder.path, store);
    address = await accounts.createReplica({ pairId: 'pair', diskId: '9417138', sizeBytes: mib, storageAccount: 'premium' });
    await using replica = await accounts.openReplica(address);
    await replica.position();
    await replica.apply(batchOf(1, [{ offset: 0, bytes: Buffer.alloc(512, 1) }]));
    const { id } = await replica.snapshot(1, markOf(1));
    disk = await accounts.copySnapshotToDisk(address, id, 'web-1-os');
  }
  expect(decodeURIComponent(address)).toMatch(/\/premium\/wahv[0-9a-f]{18}\/copied-\{9417138\}\.vhd$/);
  await using again = await start(folder.path, store);
  expect(await (await again.openReplica(address)).position()).toBe(1);
  await using opened = await again.openDisk(disk, join(folder.path, 'journal'));
  expect((await opened.read(0, 512)).equals(Buffer.alloc(512, 1))).toBe(true);
});

test('one process can hold them all, and a kill of it loses nothing of either', async () => {
  using folder = useFolder();
  using store = new Store(':memory:');
  await using accounts = await StorageAccounts.start({
    kernel: testKernel(),
    store,
    folder: folder.path,
    logAccount: 'asrlog',
    targetAccounts: ['target'],
    processes: 1,
  });
  expect(accounts.processes.log).toBe(accounts.processes.target);
  const log = await accounts.openLog('pair');
  await log.append('pair', 1, Buffer.from('sealed'));
  const address = await accounts.createReplica({ pairId: 'pair', diskId: '1', sizeBytes: mib, storageAccount: 'target' });
  await accounts.processes.log.kill();
  expect(await log.list('pair', 0)).toEqual([1]);
  expect(await (await accounts.openReplica(address)).position()).toBe(0);
});

test('creating the replica of a pair again finds it; another pair of the same disk has its own', async () => {
  using folder = useFolder();
  using store = new Store(':memory:');
  await using accounts = await start(folder.path, store);
  const order = { pairId: 'pair', diskId: '1', sizeBytes: mib, storageAccount: 'target' };
  const address = await accounts.createReplica(order);
  const replica = await accounts.openReplica(address);
  await replica.position();
  await replica.advance(7);
  expect(await accounts.createReplica(order)).toBe(address);
  expect(await replica.position()).toBe(7);
  const other = await accounts.createReplica({ ...order, pairId: 'pair-2' });
  expect(other).not.toBe(address);
  expect(await (await accounts.openReplica(other)).position()).toBe(0);
});

test('unknown accounts and addresses are NotFound', async () => {
  using folder = useFolder();
  using store = new Store(':memory:');
  await using accounts = await start(folder.path, store);
  await expect(accounts.logTarget('gone')).rejects.toMatchObject({ code: 'NotFound' });
  await expect(accounts.openReplica('no address')).rejects.toMatchObject({ code: 'NotFound' });
  await expect(accounts.openReplica('http://127.0.0.1:1/target/wahv/gone.vhd')).rejects.toMatchObject({ code: 'NotFound' });
  await expect(accounts.openDisk('http://127.0.0.1:1/target/vhds/gone.vhd', join(folder.path, 'journal'))).rejects.toMatchObject({ code: 'NotFound' });
});
