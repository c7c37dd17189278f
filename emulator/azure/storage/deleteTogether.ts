// Many blobs deleted by few requests, with the service's own Blob Batch.
import type { BlobClient, ContainerClient } from '@azure/storage-blob';
import { LabError } from '../../kernel/errors.ts';

/** The most that one batch takes. */
const largestBatch = 256;

/** What is gone already is no error. @throws LabError StorageFailed when the service refuses one; the others may be gone then */
export async function deleteTogether(container: ContainerClient, blobs: readonly BlobClient[]): Promise<void> {
  for (let at = 0; at < blobs.length; at += largestBatch) {
    const { subResponses } = await container.getBlobBatchClient().deleteBlobs(blobs.slice(at, at + largestBatch));
    const refused = subResponses.find(({ status }) => status >= 300 && status !== 404);
    if (refused !== undefined) throw new LabError('StorageFailed', `${container.url} answered ${refused.status} ${refused.errorCode ?? ''} to a deletion.`);
  }
}
