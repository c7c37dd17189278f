// Reads requests of the data port: bodies into one buffer without a detour, numbers out of paths and queries.
import type { Request } from 'express';
import { LabError } from '../../kernel/errors.ts';
import type { ChecksumQuery } from './uploadTarget.ts';

/** More than any sender makes of one batch. */
const frameLimitBytes = 64 * 1024 * 1024;

/**
 * The body as one buffer; its length is announced, so that it is copied once.
 * @throws LabError BatchTruncated when the sender went away, BatchMalformed without a length or with one beyond all batches
 */
export async function readFrame(request: Request): Promise<Buffer> {
  const announced = Number(request.headers['content-length']);
  if (!Number.isInteger(announced) || announced > frameLimitBytes)
    throw new LabError('BatchMalformed', `A body of ${request.headers['content-length'] ?? 'unknown'} bytes.`);
  const frame = Buffer.allocUnsafeSlow(announced);
  let at = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) at += chunk.copy(frame, at);
  } catch (error) {
    throw new LabError('BatchTruncated', `${at} of ${announced} bytes arrived.`, { cause: error });
  }
  if (at !== announced) throw new LabError('BatchTruncated', `${at} of ${announced} bytes arrived.`);
  return frame;
}

/** @throws LabError MalformedRequest */
export function parseSequence(text: unknown): number {
  const sequence = Number(text);
  if (!Number.isSafeInteger(sequence) || sequence < 1) throw new LabError('MalformedRequest', `${String(text)} is no sequence.`);
  return sequence;
}

/** @throws LabError MalformedRequest */
export function parseChecksumQuery(query: Readonly<Record<string, unknown>>): ChecksumQuery {
  const [offset = -1, length = -1, block = -1] = ['offset', 'length', 'block'].map((name) => Number(query[name]));
  if (![offset, length, block].every(Number.isSafeInteger) || offset < 0 || length < 1 || block < 1)
    throw new LabError('MalformedRequest', 'offset, length and block are needed.');
  return { offset, length, block };
}
