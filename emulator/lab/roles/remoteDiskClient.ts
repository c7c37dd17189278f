// A disk or a replica in another process of the lab, as if it were here.
import type { BlockDevice, Range } from '../../disk/blockDevice.ts';
import type { HttpClient } from '../../http/client.ts';
import { LabError } from '../../kernel/errors.ts';
import type { ReadableReplica } from './remoteDiskRoutes.ts';

/** A process of the lab and the secret that opens it. */
export interface LabPeer {
  readonly client: HttpClient;
  readonly headers: Record<string, string>;
}

/** Disposing closes the disk on the other side too. */
export function remoteDisk({ client, headers }: LabPeer, disk: { readonly id: string; readonly sizeBytes: number }): BlockDevice {
  const path = `/disks/${encodeURIComponent(disk.id)}`;
  return {
    sizeBytes: disk.sizeBytes,
    read: async (offset, length) => (await client.call(`${path}${query({ offset, length })}`, { headers })).bytes,
    write: async (offset, bytes) => void (await client.call(`${path}${query({ offset, length: bytes.length })}`, { method: 'PUT', headers, body: bytes })),
    zero: async (offset, length) => void (await client.call(`${path}/zero${query({ offset, length })}`, { method: 'POST', headers })),
    allocated: (within) => client.json<Range[]>(`${path}/allocated${query(within)}`, { headers }),
    [Symbol.asyncDispose]: async () => void (await client.call(path, { method: 'DELETE', headers })),
  };
}

/** @returns undefined when the other side has no such replica. @throws LabError PeerUnreachable */
export async function remoteReplica({ client, headers }: LabPeer, pairId: string): Promise<ReadableReplica | undefined> {
  const path = `/replicas/${encodeURIComponent(pairId)}`;
  try {
    const { sizeBytes } = await client.json<{ sizeBytes: number }>(`${path}/size`, { headers });
    return {
      sizeBytes,
      read: async (range, snapshotId) =>
        (await client.call(`${path}${query(range)}${snapshotId === undefined ? '' : `&snapshot=${encodeURIComponent(snapshotId)}`}`, { headers })).bytes,
    };
  } catch (error) {
    if (LabError.is(error, 'NotFound')) return undefined;
    throw error;
  }
}

function query({ offset, length }: Range): string {
  return `?offset=${offset}&length=${length}`;
}
