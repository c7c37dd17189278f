// The vault's answer to a source that compares: checksums of the replica as it is when everything uploaded has been applied.
import { LabError } from '../../kernel/errors.ts';
import type { VaultContext } from './context.ts';

export interface ChecksumRange {
  readonly offset: number;
  readonly length: number;
  readonly blockBytes: number;
}

/** @throws LabError PairUnknown; PeerUnreachable while the replica lags or storage is away: the caller asks again */
export async function checksums(context: VaultContext, pairId: string, range: ChecksumRange): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  // The request handler is no activity; draining is.
  context.kernel.clock.start(`checksums ${pairId}`, async () => {
    try {
      if (!(await context.pairTargets.drained(pairId)))
        throw new LabError('PeerUnreachable', `The replica of pair ${pairId} has not taken everything that was uploaded.`);
      resolve(await context.pairTargets.checksums(pairId, { offset: range.offset, length: range.length }, range.blockBytes));
    } catch (error) {
      reject(error);
    }
  });
  return promise;
}
