// A storage process on a temporary folder, with one account, for tests.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StorageAccount } from '../../emulator/azure/storage/storageAccount.ts';
import { StorageProcess } from '../../emulator/azure/storage/storageProcess.ts';
import type { Kernel } from '../../emulator/kernel/kernel.ts';
import { testKernel } from './kernel.ts';

export interface TestStorage extends AsyncDisposable {
  readonly folder: string;
  readonly kernel: Kernel;
  readonly process: StorageProcess;
  readonly account: StorageAccount;
}

export async function useStorage(): Promise<TestStorage> {
  const folder = mkdtempSync(join(tmpdir(), 'srlab-storage-'));
  const kernel = testKernel();
  const storage = await StorageProcess.start({ kernel, folder: join(folder, 'blobs'), accounts: [{ name: 'target', key: StorageProcess.newKey() }] });
  const account = new StorageAccount(storage.account('target'));
  return {
    folder,
    kernel,
    process: storage,
    account,
    [Symbol.asyncDispose]: async () => {
      await account[Symbol.asyncDispose]();
      await storage[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
