// What a site in one object knows of its machines, agents and servers, and how it reports them.
import type { PairOrder } from '../../../../emulator/replication/orders.ts';
import type {
  AgentReport,
  DiscoveredMachine,
  MasterTargetReport,
  PairReport,
  ProcessServerReport,
  SiteReport,
} from '../../../../emulator/replication/reports.ts';
import { LabError } from '../../../../emulator/kernel/errors.ts';
import type { Extent, Stage } from '../../../../emulator/replication/stations.ts';

export interface Agent {
  readonly hostId: string;
  readonly machineId: string;
  readonly platform: AgentReport['platform'];
  alive: boolean;
  lastHeartbeatMs: number;
  clockAheadMs: number;
  appFailures: number;
  crashFailures: number;
  lastMarkMs: number | null;
  lastMarkId: string | null;
  version: string;
  startedMs: number;
  /** Bytes that each disk changes per second. */
  churnBps: number;
}

export interface Sending {
  order: PairOrder;
  sequence: number;
  stage: Stage;
  resyncId: string | null;
  pending: Extent[];
  sentBytes: number;
  /** The disk has this size now, the pair another. */
  resizedTo?: number;
}

export interface MachineOptions {
  readonly disks?: readonly Buffer[];
  readonly platform?: 'VmWare' | 'Physical';
  readonly osType?: 'Windows' | 'Linux';
  readonly agent?: boolean;
  readonly change?: Partial<DiscoveredMachine>;
}

export function discoveredMachine(machineId: string, options: MachineOptions & { readonly name: string }, disks: readonly Buffer[]): DiscoveredMachine {
  const { name } = options;
  return {
    machineId,
    name,
    platform: options.platform ?? 'VmWare',
    vCenterId: options.platform === 'Physical' ? null : 'vc1',
    poweredOn: true,
    osType: options.osType ?? 'Windows',
    osVersion: 'Microsoft Windows Server 2016 (64-bit)',
    architecture: '64-bit',
    firmware: 'BIOS',
    secureBoot: false,
    cpuCount: 2,
    memoryBytes: 4e9,
    toolsRunning: true,
    rebootPending: false,
    hostConnected: true,
    ipAddresses: ['10.0.0.5'],
    nics: [],
    datastores: ['datastore1'],
    disks: disks.map((bytes, place) => ({
      diskId: `{${name}-${place}}`,
      name: `disk ${place}`,
      sizeBytes: bytes.length,
      osDisk: place === 0,
      dynamic: false,
      sectorBytes: 512,
    })),
    notSelectable: [],
    ...options.change,
  };
}

export function newAgent(hostId: string, options: { machineId: string; platform: AgentReport['platform']; nowMs: number }): Agent {
  return {
    hostId,
    machineId: options.machineId,
    platform: options.platform,
    alive: true,
    lastHeartbeatMs: options.nowMs,
    clockAheadMs: 0,
    appFailures: 0,
    crashFailures: 0,
    lastMarkMs: null,
    lastMarkId: null,
    version: '9.41',
    startedMs: options.nowMs,
    churnBps: 0,
  };
}

export function agentReport(agent: Agent, sendings: readonly Sending[]): AgentReport {
  return {
    hostId: agent.hostId,
    machineId: agent.machineId,
    name: agent.machineId,
    platform: agent.platform,
    osType: 'Windows',
    ipAddress: '127.0.0.1',
    version: agent.version,
    startedMs: agent.startedMs,
    lastHeartbeatMs: agent.lastHeartbeatMs,
    clockMs: agent.lastHeartbeatMs + agent.clockAheadMs,
    lastMarkMs: agent.lastMarkMs,
    lastMarkId: agent.lastMarkId,
    crashFailures: agent.crashFailures,
    appFailures: agent.appFailures,
    lastAppMarkMs: null,
    pairs: sendings.map((sending): PairReport => ({
      pairId: sending.order.pairId,
      stage: sending.stage,
      mode: 'data',
      totalBytes: sending.resizedTo ?? sending.order.sizeBytes,
      processedBytes: sending.order.sizeBytes,
      transferredBytes: sending.sentBytes,
      pendingBytes: 0,
      capturedBytes: Math.round((agent.churnBps * (agent.lastHeartbeatMs - agent.startedMs)) / 1000),
      resyncId: sending.resyncId,
      error: sending.resizedTo === undefined ? null : new LabError('DiskResized').toBody(),
    })),
  };
}

export function configServerReport(hostId: string, { nowMs, sslCertExpiryMs }: { nowMs: number; sslCertExpiryMs: number }): SiteReport['configServer'] {
  return {
    hostId,
    name: 'CS01',
    version: '9.41',
    ipAddress: '10.0.0.2',
    lastHeartbeatMs: nowMs,
    sslCertExpiryMs,
    accounts: [{ accountId: '1', accountName: 'admin' }],
  };
}

export function masterTarget(nowMs: number): { -readonly [Key in keyof MasterTargetReport]: MasterTargetReport[Key] } {
  return {
    hostId: 'MT01',
    name: 'MT01',
    url: 'https://mt01',
    osType: 'Windows',
    version: '9.41',
    lastHeartbeatMs: nowMs,
    retentionVolumes: [{ volumeName: 'R:', capacityBytes: 1e12, freeBytes: 1e12, thresholdPercentage: 25, fileSystem: 'NTFS' }],
    dataStores: [
      { symbolicName: 'datastore1', capacityBytes: 1e12, freeBytes: 1e12, type: 'VMFS' },
      { symbolicName: 'nfs1', capacityBytes: 1e12, freeBytes: 1e12, type: 'NFS' },
    ],
    attachedDisks: 0,
    pairs: [],
    validationErrors: [],
  };
}

export function processServer(name: string, options: { inAzure: boolean; nowMs: number }): ProcessServerReport {
  return {
    hostId: name,
    name,
    url: `https://${name}`,
    inAzure: options.inAzure,
    version: '9.41',
    lastHeartbeatMs: options.nowMs,
    cpuPercent: 10,
    memoryTotalBytes: 100,
    memoryFreeBytes: 80,
    cacheTotalBytes: 100,
    cacheFreeBytes: 90,
    throttled: false,
    pendingUploadBytes: 0,
    oldestPendingMs: 0,
    throughputBps: 0,
    services: [],
  };
}
