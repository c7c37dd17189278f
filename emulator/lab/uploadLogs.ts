// The logs of forward pairs as process servers open them: by address and key alone, one set of connections per account.
import { BlobLog } from '../azure/storage/blobLog.ts';
import { StorageAccount } from '../azure/storage/storageAccount.ts';
import type { AzureTarget } from '../onprem/processserver/uploadTarget.ts';
import type { BatchLog } from '../replication/stations.ts';

/** @param resources closes the connections */
export function openUploadLogs(resources: AsyncDisposableStack): (target: AzureTarget) => Promise<BatchLog> {
  const accounts = new Map<string, StorageAccount>();
  resources.defer(async () => {
    for (const account of accounts.values()) await account[Symbol.asyncDispose]();
  });
  return async ({ logContainerUrl, accountName, accountKey }) => {
    const url = logContainerUrl.slice(0, logContainerUrl.lastIndexOf('/'));
    let account = accounts.get(url);
    if (account === undefined) accounts.set(url, (account = new StorageAccount({ url, accountName, accountKey })));
    return new BlobLog({ account, container: logContainerUrl.slice(url.length + 1) });
  };
}
