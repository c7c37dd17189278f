// The master target's two stations against the specs that the blob stations pass too.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RetentionLog } from '../../../../emulator/onprem/mastertarget/retentionLog.ts';
import { RetentionVolume } from '../../../../emulator/onprem/mastertarget/retentionVolume.ts';
import { VmdkReplica } from '../../../../emulator/onprem/mastertarget/vmdkReplica.ts';
import { batchLogSpec } from '../../../contract/batchLog.spec.ts';
import { replicaSpec } from '../../../contract/replica.spec.ts';
import { MemoryDisk } from './memoryDisk.ts';

async function retentionFolder(): Promise<{ open: () => Promise<RetentionVolume> } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'retention-'));
  return {
    open: () => RetentionVolume.open({ volumeName: 'R:', folder, capacityBytes: 2 ** 30, fileSystem: 'NTFS' }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

replicaSpec('a VMDK with its retention journal', async (sizeBytes) => {
  const drive = await retentionFolder();
  const disk = new MemoryDisk(sizeBytes);
  return {
    open: async () => VmdkReplica.open({ volume: await drive.open(), pairId: 'pair', disk }),
    [Symbol.asyncDispose]: () => drive[Symbol.asyncDispose](),
  };
});

batchLogSpec('the retention drive', async () => {
  const drive = await retentionFolder();
  return { open: async () => new RetentionLog(await drive.open()), [Symbol.asyncDispose]: () => drive[Symbol.asyncDispose]() };
});
