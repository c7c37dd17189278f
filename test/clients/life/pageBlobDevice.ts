// A disk of an Azure VM as anybody sees it who has the key of its account: the page blob, through Azure's storage client alone.
import type { PageBlobClient } from '@azure/storage-blob';
import type { BlockDevice, Range } from '../../../emulator/disk/blockDevice.ts';

/** A fixed VHD is the disk with a footer behind its end. */
const footerBytes = 512;

/** To be read only. Closing it is nothing to do. */
export async function pageBlobDevice(blob: PageBlobClient): Promise<BlockDevice> {
  const { contentLength = 0 } = await blob.getProperties();
  const sizeBytes = contentLength - footerBytes;
  const refuse = (): Promise<never> => Promise.reject(new Error('This disk is only looked at.'));
  return {
    sizeBytes,
    read: (offset, length) => blob.downloadToBuffer(offset, length),
    write: refuse,
    zero: refuse,
    allocated: async ({ offset, length }) => {
      const ranges: Range[] = [];
      for await (const page of blob.listPageRanges(offset, length)) {
        const pageBytes = Math.min(page.end + 1, sizeBytes) - page.start;
        if (!page.isClear && pageBytes > 0) ranges.push({ offset: page.start, length: pageBytes });
      }
      return ranges;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
