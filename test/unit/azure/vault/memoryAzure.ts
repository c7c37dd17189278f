// Storage, compute and network of a vault under test, in memory: the narrow interfaces the vault declares, with real bytes and real snapshots.
import type { AzureMachine, AzureMachineOrder, PublishedDocument, VaultCompute, VaultNetwork, VaultStorage } from '../../../../emulator/azure/vault/deps.ts';
import type { Range } from '../../../../emulator/disk/blockDevice.ts';
import { LabError } from '../../../../emulator/kernel/errors.ts';
import { blockChecksums } from '../../../../emulator/replication/checksum.ts';
import type { Batch, BatchLog, Mark, Replica, ReplicaSnapshot } from '../../../../emulator/replication/stations.ts';

export class MemoryLog implements BatchLog {
  readonly batches = new Map<number, Buffer>();

  async append(_pairId: string, sequence: number, sealed: Buffer): Promise<void> {
    this.batches.set(sequence, sealed);
  }

  async list(_pairId: string, after: number): Promise<number[]> {
    return [...this.batches.keys()].filter((sequence) => sequence > after).sort((a, b) => a - b);
  }

  async read(_pairId: string, sequence: number): Promise<Buffer> {
    return this.batches.get(sequence) as Buffer;
  }

  async remove(_pairId: string, sequences: readonly number[]): Promise<void> {
    for (const sequence of sequences) this.batches.delete(sequence);
  }
}

/** The blob behind a replica; handles on it come and go. */
export class MemoryBlob {
  bytes: Buffer;
  sequence = 0;
  snapshots: (ReplicaSnapshot & { readonly bytes: Buffer })[] = [];

  constructor(sizeBytes: number) {
    this.bytes = Buffer.alloc(sizeBytes);
  }
}

class MemoryReplica implements Replica {
  readonly #blob: MemoryBlob;

  constructor(blob: MemoryBlob) {
    this.#blob = blob;
  }

  get sizeBytes(): number {
    return this.#blob.bytes.length;
  }

  async position(): Promise<number> {
    return this.#blob.sequence;
  }

  async apply(batch: Batch): Promise<void> {
    let at = 0;
    for (const extent of batch.extents) {
      if (extent.zero === true) this.#blob.bytes.fill(0, extent.offset, extent.offset + extent.length);
      else at += batch.payload.copy(this.#blob.bytes, extent.offset, at, at + extent.length);
    }
  }

  async snapshot(sequence: number, mark: Mark): Promise<ReplicaSnapshot> {
    const known = this.#blob.snapshots.find((snapshot) => snapshot.mark.id === mark.id);
    if (known !== undefined) return known;
    const snapshot = { id: `snapshot-${mark.id}`, sequence, mark, bytes: Buffer.from(this.#blob.bytes) };
    this.#blob.snapshots.push(snapshot);
    this.#blob.sequence = sequence;
    return snapshot;
  }

  async advance(sequence: number): Promise<void> {
    this.#blob.sequence = sequence;
  }

  async snapshots(): Promise<ReplicaSnapshot[]> {
    return [...this.#blob.snapshots];
  }

  async read(range: Range, snapshotId?: string): Promise<Buffer> {
    const bytes = snapshotId === undefined ? this.#blob.bytes : (this.#blob.snapshots.find((snapshot) => snapshot.id === snapshotId)?.bytes as Buffer);
    return bytes.subarray(range.offset, range.offset + range.length);
  }

  async checksums(range: Range, blockBytes: number): Promise<Buffer> {
    return blockChecksums(await this.read(range), blockBytes);
  }

  async removeSnapshot(snapshotId: string): Promise<void> {
    this.#blob.snapshots = this.#blob.snapshots.filter((snapshot) => snapshot.id !== snapshotId);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

export class MemoryStorage implements VaultStorage {
  readonly logs = new Map<string, MemoryLog>();
  readonly replicas = new Map<string, MemoryBlob>();
  readonly disks = new Map<string, Buffer>();
  readonly documents = new Map<string, PublishedDocument>();
  /** Set: every call answers as storage does that is away. */
  away = false;

  async logTarget(logStorageAccount: string): Promise<{ logContainerUrl: string; accountName: string; accountKey: string }> {
    return { logContainerUrl: `memory://${logStorageAccount}/log`, accountName: logStorageAccount, accountKey: 'key' };
  }

  async publish(document: PublishedDocument): Promise<{ url: string; sasToken: string }> {
    this.#requireThere();
    const url = `memory://logs/${document.container}/${document.name}`;
    this.documents.set(url, document);
    return { url, sasToken: 'sig=memory' };
  }

  async openLog(pairId: string): Promise<MemoryLog> {
    this.#requireThere();
    const log = this.logs.get(pairId) ?? new MemoryLog();
    this.logs.set(pairId, log);
    return log;
  }

  async createReplica(order: { pairId: string; sizeBytes: number }): Promise<string> {
    this.#requireThere();
    const reference = `memory://replica/${order.pairId}`;
    if (!this.replicas.has(reference)) this.replicas.set(reference, new MemoryBlob(order.sizeBytes));
    return reference;
  }

  async openReplica(reference: string): Promise<Replica> {
    this.#requireThere();
    return new MemoryReplica(this.#replica(reference));
  }

  async deleteReplica(reference: string): Promise<void> {
    this.#requireThere();
    this.replicas.delete(reference);
  }

  async copySnapshotToDisk(reference: string, snapshotId: string, name: string): Promise<string> {
    this.#requireThere();
    const snapshot = this.#replica(reference).snapshots.find((candidate) => candidate.id === snapshotId);
    if (snapshot === undefined) throw new LabError('NotFound', snapshotId);
    this.disks.set(`memory://disk/${name}`, Buffer.from(snapshot.bytes));
    return `memory://disk/${name}`;
  }

  #replica(reference: string): MemoryBlob {
    const blob = this.replicas.get(reference);
    if (blob === undefined) throw new LabError('NotFound', reference);
    return blob;
  }

  #requireThere(): void {
    if (this.away) throw new LabError('PeerUnreachable', 'storage');
  }
}

export class MemoryCompute implements VaultCompute {
  readonly machines = new Map<string, { order: AzureMachineOrder; machine: AzureMachine; running: boolean }>();
  readonly #storage: MemoryStorage;
  /** Hears of machines that start and stop, as their Mobility services do. */
  onPower: (machineId: string, running: boolean) => void = () => undefined;
  #count = 0;

  constructor(storage: MemoryStorage) {
    this.#storage = storage;
  }

  async createMachine(order: AzureMachineOrder): Promise<AzureMachine> {
    for (const disk of order.disks) if (!this.#storage.disks.has(disk.url)) throw new LabError('NotFound', disk.url);
    const address = order.network?.ipAddress ?? null;
    const taken = [...this.machines.values()].some(({ machine }) => address !== null && machine.ipAddress === address);
    if (taken && order.network?.fallBack !== true) throw new LabError('InvalidArgument', `The address ${address} is taken.`);
    this.#count += 1;
    const machine = {
      machineId: `azure-${this.#count}`,
      resourceId: `/virtualMachines/${order.name}`,
      name: order.name,
      ipAddress: taken ? '10.9.9.9' : address,
    };
    this.machines.set(machine.machineId, { order, machine, running: false });
    return machine;
  }

  async start(machineId: string): Promise<void> {
    this.#set(machineId, true);
  }

  async stop(machineId: string): Promise<void> {
    this.#set(machineId, false);
  }

  async delete(machineId: string): Promise<void> {
    const entry = this.machines.get(machineId);
    if (entry === undefined) return;
    this.#set(machineId, false);
    for (const disk of entry.order.disks) this.#storage.disks.delete(disk.url);
    this.machines.delete(machineId);
  }

  state(machineId: string): 'running' | 'stopped' | 'absent' {
    const entry = this.machines.get(machineId);
    return entry === undefined ? 'absent' : entry.running ? 'running' : 'stopped';
  }

  named(name: string): { order: AzureMachineOrder; machine: AzureMachine; running: boolean } | undefined {
    return [...this.machines.values()].find(({ machine }) => machine.name === name);
  }

  /** The bytes of a disk of the machine with this name. */
  diskOf(name: string, diskId: string): Buffer {
    const url = this.named(name)?.order.disks.find((disk) => disk.diskId === diskId)?.url;
    return this.#storage.disks.get(url as string) as Buffer;
  }

  #set(machineId: string, running: boolean): void {
    const entry = this.machines.get(machineId);
    if (entry === undefined) throw new LabError('NotFound', machineId);
    entry.running = running;
    this.onPower(machineId, running);
  }
}

export class MemoryNetwork implements VaultNetwork {
  readonly networks = new Map<string, readonly string[]>([
    ['production', ['backend', 'frontend']],
    ['isolated', ['frontend', 'backend']],
  ]);
  connection: ReturnType<VaultNetwork['privateConnection']> = 'none';

  subnets(networkName: string): readonly string[] | undefined {
    return this.networks.get(networkName);
  }

  privateConnection(): ReturnType<VaultNetwork['privateConnection']> {
    return this.connection;
  }
}
