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
  /** After the process was disposed: another one on the same folder, with the same key. Dispose this and then the first. */
  startAgain(): Promise<AsyncDisposable & { readonly process: StorageProcess; readonly account: StorageAccount }>;
}

export async function useStorage(): Promise<TestStorage> {
  const folder = mkdtempSync(join(tmpdir(), 'srlab-storage-'));
  const kernel = testKernel();
  const options = { kernel, folder: join(folder, 'blobs'), accounts: [{ name: 'target', key: StorageProcess.newKey() }] };
  const storage = await StorageProcess.start(options);
  const account = new StorageAccount(storage.account('target'));
  return {
    folder,
    kernel,
    process: storage,
    account,
    startAgain: async () => {
      const again = await StorageProcess.start(options);
      const sameAccount = new StorageAccount(again.account('target'));
      return {
        process: again,
        account: sameAccount,
        [Symbol.asyncDispose]: async () => {
          await sameAccount[Symbol.asyncDispose]();
          await again[Symbol.asyncDispose]();
        },
      };
    },
    [Symbol.asyncDispose]: async () => {
      await account[Symbol.asyncDispose]();
      await storage[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
