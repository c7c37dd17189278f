// A process of its own that accepts batches into a cache folder for ever and prints each acknowledgement, until somebody kills it.
import { CacheFolder } from '../../../../emulator/onprem/processserver/cacheFolder.ts';
import { RelayPair } from '../../../../emulator/onprem/processserver/relayPair.ts';
import { decodeBatch, encodeBatch, frameChecksum } from '../../../../emulator/replication/batch.ts';
import { testKernel } from '../../../support/kernel.ts';

const [folder = ''] = process.argv.slice(2);
const cache = new CacheFolder({ folder, limitBytes: 2 ** 30, memoryBytes: 0 });
const order = {
  pairId: 'disk-a',
  hostId: 'agent-1',
  key: '',
  target: { kind: 'mastertarget', masterTargetId: '', masterTargetUrl: '' },
  mode: 'relay',
} as const;
const pair = new RelayPair({ clock: testKernel().clock, cache, order });
for (;;) {
  const sequence = pair.accepted + 1;
  const payload = Buffer.alloc(64 * 1024 * (1 + (sequence % 8)), sequence);
  const frame = encodeBatch({ pairId: 'disk-a', sequence, stage: 'DifferentialSync', extents: [{ offset: 0, length: payload.length }], capturedMs: 0 }, [
    payload,
  ]);
  await pair.accept(decodeBatch(frame), { frame, checksum: frameChecksum(frame), keep: true });
  process.stdout.write(`${sequence}\n`);
  // Now and then the oldest are final at the target.
  if (sequence % 5 === 0) await pair.release(sequence - 3);
}
