// Bytes for the bench: repeatable, made at the speed of AES, and written or uploaded in pieces.
import { createCipheriv } from 'node:crypto';
import { BlobServiceClient, StorageSharedKeyCredential, type ContainerClient } from '@azure/storage-blob';
import type { ReadyLine } from '../../emulator/contract/labLocator.ts';
import { gibibyte, mebibyte } from './measure.ts';

export const pieceBytes = 4 * mebibyte;
const uploadsAtOnce = 8;

/** What a piece of the content holds; null: zeros. */
export type Content = (place: number) => Buffer | null;

/** One gibibyte of noise, made once: pieces repeat only beyond that. */
const noise: Buffer[] = [];

export function incompressible(place: number): Buffer {
  const key = place % (gibibyte / pieceBytes);
  return (noise[key] ??= createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), counterOf(key)).update(Buffer.alloc(pieceBytes)));
}

/** A third zeros; the rest half text, half noise, mixed in blocks of 4 KiB. */
export function typical(place: number): Buffer | null {
  if (place % 3 === 2) return null;
  const piece = Buffer.from(incompressible(place));
  for (let at = 0; at < piece.length; at += 8192) piece.fill(`record ${place} ${at} of an ordinary file\n`, at, at + 4096);
  return piece;
}

/** How a content is written: its first `sizeBytes`, `atOnce` pieces under way (default 8). */
export interface Writing {
  readonly sizeBytes: number;
  readonly write: (offset: number, bytes: Buffer) => Promise<unknown>;
  readonly atOnce?: number;
}

/** Zeros are left out. */
export async function writeContent(content: Content, { sizeBytes, write, atOnce = uploadsAtOnce }: Writing): Promise<void> {
  let next = 0;
  const writer = async (): Promise<void> => {
    for (let place = next++; place * pieceBytes < sizeBytes; place = next++) {
      const bytes = content(place);
      if (bytes !== null) await write(place * pieceBytes, bytes);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, writer));
}

/** The reference of the copies: a page blob of this content by `uploadPages`, 4 MiB, 8 at once, with the library as it comes. */
export async function uploadPageBlob(ready: Pick<ReadyLine, 'blob'>, content: Content, sizeBytes: number): Promise<void> {
  const blob = (await benchContainer(ready)).getPageBlobClient(`reference-${sizeBytes}`);
  await blob.create(sizeBytes);
  await writeContent(content, { sizeBytes, write: (offset, bytes) => blob.uploadPages(bytes, offset, bytes.length) });
  await blob.delete();
}

/** A container of the bench in the account of the replicas. */
export async function benchContainer({ blob }: Pick<ReadyLine, 'blob'>): Promise<ContainerClient> {
  const container = new BlobServiceClient(blob.url, new StorageSharedKeyCredential(blob.accountName, blob.accountKey)).getContainerClient('bench');
  await container.createIfNotExists();
  return container;
}

function counterOf(place: number): Buffer {
  const counter = Buffer.alloc(16);
  counter.writeUInt32BE(place, 0);
  return counter;
}
