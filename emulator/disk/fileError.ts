// What the operating system says about a disk's file, as errors that a user can act on.
import type { ErrorCode } from '../contract/errors.ts';
import { LabError } from '../kernel/errors.ts';

const codes: Readonly<Record<string, ErrorCode>> = {
  EACCES: 'DiskFileDenied',
  EEXIST: 'DiskFileExists',
  EFBIG: 'DiskTooLarge',
  EISDIR: 'DiskFileMissing',
  ENOENT: 'DiskFileMissing',
  ENOSPC: 'DiskSpaceExhausted',
  EDQUOT: 'DiskSpaceExhausted',
  ENOTDIR: 'DiskFileMissing',
  EPERM: 'DiskFileDenied',
  EROFS: 'DiskFileDenied',
};

/** @returns a LabError for conditions of the file system; anything else unchanged, since it is a defect */
export function fileError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return error;
  const code = codes[error.code];
  return code === undefined ? error : new LabError(code, path, { cause: error });
}

/** Runs `work` on the file at `path`. @throws LabError DiskFileMissing, DiskFileExists, DiskFileDenied, DiskSpaceExhausted */
export async function onFile<T>(path: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileError(error, path);
  }
}
