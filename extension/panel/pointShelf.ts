// Recovery points of the items whose views are open: read from Azure when an item says that there are newer ones.
import type { RecoveryPoint, ReplicationProtectedItem } from '../client/vaultClient.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { azureDetails, labMachineOf } from '../operations/lookups.ts';

export interface PointShelfDeps {
  /** @param id ARM id of the item */
  readonly read: (id: string) => Promise<readonly RecoveryPoint[]>;
  /** Others are known now. */
  readonly onRead: () => void;
  readonly log: { warn(message: string): void };
}

interface Shelf {
  readonly points: readonly RecoveryPoint[];
  /** Says whether there are newer ones. */
  readonly mark: string;
  readonly reading: boolean;
}

const nothing: Shelf = { points: [], mark: '', reading: false };

export class PointShelf {
  readonly #deps: PointShelfDeps;
  readonly #shelves = new Map<string, Shelf>();

  constructor(deps: PointShelfDeps) {
    this.#deps = deps;
  }

  /** Those that are known; newer ones are on their way when there are some. */
  points(snapshot: LabSnapshot, item: ReplicationProtectedItem): readonly RecoveryPoint[] {
    if (item.id === undefined) return [];
    const shelf = this.#shelves.get(item.id) ?? nothing;
    const mark = markOf(snapshot, item);
    if (mark !== shelf.mark && !shelf.reading) void this.#read(item.id, mark);
    return shelf.points;
  }

  async #read(id: string, mark: string): Promise<void> {
    const { points } = this.#shelves.get(id) ?? nothing;
    this.#shelves.set(id, { points, mark, reading: true });
    try {
      this.#shelves.set(id, { points: await this.#deps.read(id), mark, reading: false });
    } catch (error) {
      // The next recovery point is the next occasion.
      this.#shelves.set(id, { points, mark, reading: false });
      this.#deps.log.warn(`Reading the recovery points of ${id}: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#deps.onRead();
  }
}

function markOf(snapshot: LabSnapshot, item: ReplicationProtectedItem): string {
  const record = labMachineOf(snapshot, { kind: 'item', id: item.id ?? '' })?.item;
  const { protectionState = '' } = item.properties ?? {};
  return [snapshot.dir, protectionState, record?.recoveryPoints, record?.newestPointMs, azureDetails(item)?.lastRecoveryPointReceived?.getTime()].join('/');
}
