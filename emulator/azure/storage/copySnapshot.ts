// A disk for an Azure VM out of a replica's snapshot: metadata work only, whatever the size.
import type { BlobPlace } from './pageBlobReplica.ts';

/**
 * Copies a snapshot of `source` to the blob `target` of the same account, replacing it; running it again does no harm.
 * Azurite 3.36.0 lets a copy share the list of pages with what it was copied from, so that a write to one shows in the other.
 * The list that the copy ends up with is that of a snapshot of a temporary blob, and both are deleted: nobody else has it.
 */
export async function copySnapshot(source: BlobPlace, snapshotId: string, target: { readonly container: string; readonly blob: string }): Promise<void> {
  const { account } = source;
  const container = account.container(target.container);
  await container.createIfNotExists();
  const from = account.container(source.container).getPageBlobClient(source.blob).withSnapshot(snapshotId);
  const temporary = container.getPageBlobClient(`${target.blob}.copying`);
  const { metadata } = await from.getProperties();
  // The copy is a disk, not a replica: it has a size and no position or mark.
  const own = { diskbytes: metadata?.['diskbytes'] ?? '' };
  await (await temporary.beginCopyFromURL(from.url, { metadata: own })).pollUntilDone();
  const { snapshot = '' } = await temporary.createSnapshot();
  await (await container.getPageBlobClient(target.blob).beginCopyFromURL(temporary.withSnapshot(snapshot).url, { metadata: own })).pollUntilDone();
  await temporary.delete({ deleteSnapshots: 'include' });
}
