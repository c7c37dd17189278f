// Upload of sealed batches to the log container, as a process server does it, against plain block blobs of the same bytes.
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { BlobLog } from '../../emulator/azure/storage/blobLog.ts';
import { useStorage } from '../support/storage.ts';
import { incompressible, writeContent } from './content.ts';
import { mebibyte, rateText, timeMs, type Measure } from './measure.ts';

const contentBytes = 512 * mebibyte;
/** `UploadThreadsPerVM` of the process server. */
const atOnce = 4;

export const logUpload: Measure = {
  name: 'log',
  title: 'upload to the log container, 512 MiB',
  referenceTitle: 'block blob upload',
  aim: '>= 0.9',
  run: async () => {
    await using storage = await useStorage();
    const { url, accountName, accountKey } = storage.account.address;
    const container = new BlobServiceClient(url, new StorageSharedKeyCredential(accountName, accountKey)).getContainerClient('bench');
    await container.create();
    const plain = (round: number): Promise<number> =>
      timeMs(() =>
        writeContent(incompressible, {
          sizeBytes: contentBytes,
          write: (offset, bytes) => container.getBlockBlobClient(`${round}-${offset}`).upload(bytes, bytes.length),
          atOnce,
        }),
      );
    const log = new BlobLog({ account: storage.account, container: 'logs' });
    let sequence = 0;
    const before = await plain(1);
    const logMs = await timeMs(async () => {
      await writeContent(incompressible, { sizeBytes: contentBytes, write: (_offset, bytes) => log.append('pair', (sequence += 1), bytes), atOnce });
    });
    const referenceMs = (before + (await plain(2))) / 2;
    const ratio = referenceMs / logMs;
    return {
      value: rateText(contentBytes, logMs),
      reference: rateText(contentBytes, referenceMs),
      ratio,
      reached: ratio >= 0.9,
      figures: { logMs, referenceMs, contentBytes },
    };
  },
};
