// The control API of a running lab: every operation with its request and reply, the feed of news, and how a lab is opened and found.
// Types only. `POST /control/<operation>` with a JSON body and a bearer token → the reply, or `{error: ErrorBody}`; `GET /control/events` → server-sent events.
import type { FaultRule, NetworkPath } from './faults.ts';
import type {
  ClockSpeed,
  ClockState,
  FaultState,
  FidelityRule,
  ItemRecord,
  JobRecord,
  LabStatus,
  LinkState,
  MachineRecord,
  PlanGroup,
  PlanRecord,
  PolicyRecord,
  RecoveryPointRecord,
  RoleStatus,
  RunbookRecord,
  SavedLab,
  ScriptPlaceRecord,
  SiteNews,
  SnapshotRecord,
  VaultEvent,
} from './resources.ts';

type Nothing = Readonly<Record<string, never>>;

/** A machine by its name or id. Names are enough while they are unique; otherwise the error lists the ids. An item answers to every machine it ever had, at the site and in Azure. */
interface OfMachine {
  readonly machine: string;
}

interface OfPlan {
  readonly plan: string;
}

interface OfJob {
  readonly jobId: string;
}

/** asr-behaviour §5.4; anything else is a recovery point's id. */
export type PointChoice =
  | 'Latest'
  | 'LatestProcessed'
  | 'LatestApplicationConsistent'
  | 'LatestCrashConsistent'
  | 'LatestMultiVm'
  | 'LatestMultiVmApplicationConsistent'
  | { readonly pointId: string };

/** A disk by machine and number, name or id (a copy's disk goes by the id of its source as well); `present` is what the machine sees, `replica` the far end's newest state, otherwise a recovery point. */
export interface DiskReference {
  readonly location: 'onPremises' | 'azure';
  readonly machine: string;
  readonly disk: string;
  readonly at: 'present' | 'replica' | { readonly pointId: string };
}

export interface EnableRequest extends OfMachine {
  readonly policy?: string;
  readonly processServer?: string;
  /** Run-as account for push installation; absent: the one that fits the operating system, if the Mobility service is not there already. */
  readonly account?: string;
  readonly group?: string;
  readonly network?: string;
  readonly subnet?: string;
  readonly azureName?: string;
  readonly azureSize?: string;
  /** Disk numbers, names or ids. */
  readonly disksToExclude?: readonly string[];
}

export interface FailoverRequest {
  readonly point?: PointChoice;
  /** Shut the source down first; fail-over goes on when that fails. */
  readonly shutdown?: boolean;
  /** The source may go on running beside its copy. */
  readonly acknowledgeRunningSource?: boolean;
}

export interface DrillRequest {
  readonly point?: PointChoice;
  readonly network?: string;
}

/** Absent fields are chosen by the lab when there is only one choice. */
export interface ReprotectRequest {
  readonly masterTarget?: string;
  readonly processServer?: string;
  readonly datastore?: string;
  readonly retentionDrive?: string;
  readonly policy?: string;
}

export interface PolicyRequest {
  readonly name: string;
  readonly rpoThresholdMs?: number;
  readonly retentionMs?: number;
  readonly appConsistentIntervalMs?: number;
  readonly multiVmSync?: boolean;
}

/** Bytes travel as base64; a request reads or writes at most 4 MiB. */
interface DiskSpan {
  readonly disk: DiskReference;
  readonly offset: number;
}

interface Operation<Request, Reply> {
  readonly request: Request;
  readonly reply: Reply;
}

interface LabOperations {
  'lab.status': Operation<Nothing, LabStatus>;
  /** Answers, then the process ends. */
  'lab.stop': Operation<Nothing, Nothing>;
  'lab.list': Operation<Nothing, readonly SavedLab[]>;
  /** Taking it back needs no API: it is done while the lab is stopped (`srlab lab load`). */
  'lab.save': Operation<{ readonly name: string }, SavedLab>;
  /** Ends a role as the machine's owner would (`kill`: SIGKILL where it is a process of its own) and starts it again. */
  'role.restart': Operation<{ readonly role: string; readonly kill: boolean }, RoleStatus>;
  'clock.show': Operation<Nothing, ClockState>;
  'clock.speed': Operation<{ readonly speed: ClockSpeed }, ClockState>;
  /** Runs everything that falls due on the way; ends when it is done. */
  'clock.step': Operation<{ readonly stepMs: number }, ClockState>;
  /** Like a computer that slept: what fell due meanwhile runs once. */
  'clock.jump': Operation<{ readonly jumpMs: number }, ClockState>;
  'fault.list': Operation<Nothing, readonly FaultState[]>;
  'fault.add': Operation<{ readonly rule: Omit<FaultRule, 'id'> & { readonly id?: string } }, FaultRule>;
  'fault.remove': Operation<{ readonly id: string }, Nothing>;
  'link.list': Operation<Nothing, readonly LinkState[]>;
  'link.set': Operation<
    { readonly path: NetworkPath; readonly state?: LinkState['state']; readonly bandwidthBps?: number; readonly latencyMs?: number },
    LinkState
  >;
  'fidelity.list': Operation<Nothing, readonly FidelityRule[]>;
  /** The registration key: text of the file that a further configuration server registers with; valid 5 days (asr-behaviour §1.4). */
  'vault.credentials': Operation<Nothing, { readonly credentials: string }>;
  'event.list': Operation<{ readonly limit?: number }, readonly VaultEvent[]>;
}

interface MachineOperations {
  'machine.list': Operation<Nothing, readonly MachineRecord[]>;
  'machine.power': Operation<OfMachine & { readonly to: 'on' | 'off' | 'shutdown' }, MachineRecord>;
  /** Stops or starts the machine's own writers while the guest keeps running; holds for its copies on the other side too, until told otherwise. */
  'machine.workload': Operation<OfMachine & { readonly to: 'running' | 'stopped' }, MachineRecord>;
  /** A recovery point of what the disks hold now; ends when it can be used. */
  'machine.mark': Operation<OfMachine & { readonly consistency: RecoveryPointRecord['consistency'] }, RecoveryPointRecord>;
  'snapshot.list': Operation<OfMachine, readonly SnapshotRecord[]>;
  'snapshot.create': Operation<OfMachine & { readonly name: string }, SnapshotRecord>;
  'snapshot.remove': Operation<OfMachine & { readonly snapshotId: string }, Nothing>;
  'disk.list': Operation<Partial<OfMachine>, readonly DiskListing[]>;
  'disk.read': Operation<DiskSpan & { readonly length: number }, { readonly base64: string }>;
  'disk.write': Operation<DiskSpan & { readonly base64: string }, Nothing>;
  /** SHA-256 of the whole content, in hex. */
  'disk.sha256': Operation<{ readonly disk: DiskReference }, { readonly sha256: string; readonly sizeBytes: number }>;
  /** Equal for disks of equal size and content, whatever is allocated; takes the time of the data, where SHA-256 takes that of the size. */
  'disk.digest': Operation<{ readonly disk: DiskReference }, { readonly digest: string; readonly sizeBytes: number }>;
  /** `disk` absent: the file becomes a new disk of the machine. Paths are those of the lab's process. */
  'disk.import': Operation<OfMachine & { readonly disk?: string; readonly path: string; readonly progressId?: string }, DiskListing>;
  'disk.export': Operation<
    { readonly disk: DiskReference; readonly path: string; readonly format: 'raw' | 'vhd' | 'vmdk' | 'qcow2' | 'vhdx'; readonly progressId?: string },
    { readonly path: string; readonly sizeBytes: number }
  >;
  /** The machine is off; the disk of a protected machine needs a resynchronisation afterwards (asr-behaviour §4.9). Disks never shrink. */
  'disk.grow': Operation<{ readonly disk: DiskReference; readonly sizeBytes: number }, DiskListing>;
  /** Over NBD on 127.0.0.1 until `disk.unserve` or the lab's end; port 0 or absent lets the system choose. */
  'disk.serve': Operation<{ readonly disk: DiskReference; readonly port?: number; readonly readOnly?: boolean }, { readonly url: string }>;
  'disk.unserve': Operation<{ readonly url: string }, Nothing>;
  /** What the ledger on this disk says of itself. */
  'disk.verify': Operation<{ readonly disk: DiskReference }, { readonly verdict: 'clean' | 'recovered' | 'damaged'; readonly detail: string }>;
}

export interface DiskListing {
  readonly machine: string;
  readonly location: DiskReference['location'];
  readonly number: number;
  readonly diskId: string;
  readonly name: string;
  readonly sizeBytes: number;
  /** What it costs on the host. */
  readonly allocatedBytes: number;
  readonly path: string;
  readonly servedAt: string | null;
}

interface ItemOperations {
  'item.enable': Operation<EnableRequest, JobRecord>;
  'item.disable': Operation<OfMachine, JobRecord>;
  'item.show': Operation<OfMachine, ItemRecord>;
  'item.points': Operation<OfMachine, readonly RecoveryPointRecord[]>;
  'item.resync': Operation<OfMachine, JobRecord>;
  'item.switchProcessServer': Operation<OfMachine & { readonly processServer: string }, JobRecord>;
  'item.testFailover': Operation<OfMachine & DrillRequest, JobRecord>;
  'item.testFailoverCleanup': Operation<OfMachine & { readonly notes?: string }, JobRecord>;
  'item.failover': Operation<OfMachine & FailoverRequest, JobRecord>;
  /** Always refused: planned failover does not exist for VMware and physical machines (asr-behaviour §7.2). */
  'item.plannedFailover': Operation<OfMachine, JobRecord>;
  'item.changePoint': Operation<OfMachine & { readonly point: PointChoice }, JobRecord>;
  'item.commit': Operation<OfMachine, JobRecord>;
  'item.completeMigration': Operation<OfMachine, JobRecord>;
  'item.reprotect': Operation<OfMachine & ReprotectRequest, JobRecord>;
  'item.failback': Operation<OfMachine & FailoverRequest, JobRecord>;
  'policy.list': Operation<Nothing, readonly PolicyRecord[]>;
  /** Also creates `<name>-failback` and associates both (asr-behaviour §3.2). */
  'policy.create': Operation<PolicyRequest, JobRecord>;
  'policy.update': Operation<PolicyRequest, JobRecord>;
  'policy.associate': Operation<{ readonly name: string; readonly configurationServer?: string }, JobRecord>;
  'policy.dissociate': Operation<{ readonly name: string; readonly configurationServer?: string }, JobRecord>;
  'policy.remove': Operation<{ readonly name: string }, JobRecord>;
  'job.list': Operation<{ readonly limit?: number }, readonly JobRecord[]>;
  'job.show': Operation<OfJob, JobRecord>;
  'job.cancel': Operation<OfJob, JobRecord>;
  'job.resume': Operation<OfJob & { readonly comment?: string }, JobRecord>;
  'job.restart': Operation<OfJob, JobRecord>;
}

type PlanDirection = 'PrimaryToRecovery' | 'RecoveryToPrimary';

interface PlanOperations {
  'plan.list': Operation<Nothing, readonly PlanRecord[]>;
  'plan.show': Operation<OfPlan, PlanRecord>;
  /** Creates the plan or replaces the one of this name. */
  'plan.put': Operation<OfPlan & { readonly groups: readonly PlanGroup[] }, JobRecord>;
  'plan.remove': Operation<OfPlan, JobRecord>;
  'plan.testFailover': Operation<OfPlan & DrillRequest, JobRecord>;
  'plan.testFailoverCleanup': Operation<OfPlan & { readonly notes?: string }, JobRecord>;
  'plan.failover': Operation<OfPlan & FailoverRequest, JobRecord>;
  'plan.commit': Operation<OfPlan, JobRecord>;
  'plan.reprotect': Operation<OfPlan & ReprotectRequest, JobRecord>;
  'plan.failback': Operation<OfPlan & FailoverRequest, JobRecord>;
  /** Every place where a script may stand in such a run; nothing is run. Copies that do not exist have the names that they would get. */
  'plan.scriptPlaces': Operation<OfPlan & { readonly type: 'test' | 'unplanned'; readonly direction: PlanDirection }, readonly ScriptPlaceRecord[]>;
  'runbook.list': Operation<Nothing, readonly RunbookRecord[]>;
  /** Adds it, or replaces the one of this name. The path is one of the lab's computer. */
  'runbook.add': Operation<RunbookRecord, RunbookRecord>;
  'runbook.remove': Operation<{ readonly name: string }, Nothing>;
}

/** A new machine; its disks are empty until something is written or imported. */
export interface NewMachine {
  readonly name: string;
  readonly platform: 'VmWare' | 'Physical';
  readonly osType: 'Windows' | 'Linux';
  readonly osVersion?: string;
  readonly firmware?: 'BIOS' | 'UEFI';
  readonly ipAddress?: string;
  readonly cpuCount?: number;
  readonly memoryBytes?: number;
  /** The first is the OS disk. */
  readonly diskBytes: readonly number[];
  readonly datastore?: string;
}

/** Upload throttle of a process server (asr-behaviour §4.8): 512 Kbps to 102 Mbps; hours are those of the lab's clock in UTC, day 0 is Sunday. */
export interface BandwidthSchedule {
  readonly workDays: readonly number[];
  readonly startWorkHour: number;
  readonly endWorkHour: number;
  readonly workHourBps: number;
  readonly nonWorkHourBps: number;
}

/** The site as its administrators arrange it, and the conditions that make the product refuse. */
interface SiteOperations {
  'machine.add': Operation<NewMachine, MachineRecord>;
  /** Off and not protected; with its disks. */
  'machine.remove': Operation<OfMachine, Nothing>;
  /** Changes what a push installation, a discovery or a VSS snapshot finds inside (`wmi`, `ssh`, `freeBytes`, `vssWorks`, `rebootPending`, `clockSkewMs` …). */
  'machine.guest': Operation<OfMachine & { readonly change: Readonly<Record<string, boolean | number | string>> }, Readonly<Record<string, unknown>>>;
  /** By hand, as an administrator of the guest. */
  'machine.installMobility': Operation<OfMachine, MachineRecord>;
  'machine.updateMobility': Operation<OfMachine, JobRecord>;
  /** How the machine will look in Azure; until failover. */
  'item.update': Operation<
    OfMachine & {
      readonly azureName?: string;
      readonly azureSize?: string;
      readonly network?: string | null;
      readonly subnet?: string | null;
      readonly ipAddress?: string | null;
    },
    JobRecord
  >;
  'site.refresh': Operation<Nothing, JobRecord>;
  /** With another vault, as an administrator who takes its registration key there; refused while the present one has machines of this site. */
  'site.register': Operation<
    { readonly vault: string; readonly resourceGroup?: string },
    { readonly vault: string; readonly resourceGroup: string; readonly region: string }
  >;
  'site.addPhysicalServer': Operation<{ readonly name: string; readonly ipAddress: string; readonly osType: 'Windows' | 'Linux' }, JobRecord>;
  /** How replicated data leaves the site; over a site-to-site VPN it is not supported (asr-behaviour §1.3). */
  'site.replicationPath': Operation<{ readonly path: 'internet' | 'expressRouteMicrosoftPeering' | 'siteToSiteVpn' }, Nothing>;
  /** RenewCerts: three more years. */
  'site.renewCertificates': Operation<Nothing, { readonly expiryMs: number }>;
  /** What the configuration server's vCenter account may do: with `readOnly` only re-protection fails (asr-behaviour §2.2). */
  'vcenter.account': Operation<{ readonly role: 'siteRecovery' | 'readOnly' }, Nothing>;
  'vcenter.host': Operation<{ readonly name: string; readonly connection: 'CONNECTED' | 'DISCONNECTED' | 'NOT_RESPONDING' }, Nothing>;
  'vcenter.datastore': Operation<{ readonly name: string; readonly accessible: boolean }, Nothing>;
  /** `schedule` null: no throttle. */
  'processServer.bandwidth': Operation<{ readonly processServer?: string; readonly schedule: BandwidthSchedule | null }, Nothing>;
}

export interface ControlOperations extends LabOperations, MachineOperations, ItemOperations, PlanOperations, SiteOperations {}
export type OperationName = keyof ControlOperations;
export type RequestOf<Name extends OperationName> = ControlOperations[Name]['request'];
export type ReplyOf<Name extends OperationName> = ControlOperations[Name]['reply'];

/** One message of `GET /control/events`: its `kind` is the event's name, the whole its JSON. The first is `hello`. */
export type ControlEvent =
  | { readonly kind: 'hello'; readonly clock: ClockState }
  | { readonly kind: 'clock'; readonly clock: ClockState }
  | { readonly kind: 'job'; readonly job: JobRecord }
  /** An item changed its state or its copy moved on. Of items, machines and the site, changes are told each 15 s of lab time, at most four times a second; what was asked for is told before its answer. */
  | { readonly kind: 'item'; readonly item: ItemRecord }
  /** A machine that came, or that changed in anything but its protection, which is told as an item. */
  | { readonly kind: 'machine'; readonly machine: MachineRecord }
  | { readonly kind: 'machineGone'; readonly machineId: string }
  /** Components, hosts, links, faults, health of the servers. */
  | { readonly kind: 'site'; readonly site: SiteNews }
  | { readonly kind: 'progress'; readonly progressId: string; readonly doneBytes: number; readonly totalBytes: number }
  | { readonly kind: 'trace'; readonly event: { readonly timeMs: number; readonly role: string; readonly event: string; readonly [field: string]: unknown } };

/** Ports by role; absent or 0 lets the system choose. */
export interface LabPorts {
  readonly arm?: number;
  readonly vcenter?: number;
  readonly configServer?: number;
  readonly processServer?: number;
  readonly masterTarget?: number;
  readonly blob?: number;
  readonly control?: number;
}

/** Each component of this kind becomes a child process of the lab. */
export type SeparateRole = 'processserver' | 'mastertarget';

/** How `openLab` (emulator/lab.ts) is asked for a lab. Its folder is made when absent; a folder with a lab goes on where it stopped. */
export interface LabOptions {
  readonly dir: string;
  /** Name of a sample estate, or the path of a file; ignored when the folder holds a lab already. */
  readonly scenario: string;
  readonly seed: string;
  readonly speed: ClockSpeed;
  readonly ports: LabPorts;
  /** Components that run as processes of their own, which can be killed alone; absent: none but storage. */
  readonly processes?: readonly SeparateRole[];
  /** News of a start that takes a while, for a person. */
  readonly onProgress?: (message: string) => void;
}

/** The one line that `srlab up` prints when everything listens; secrets in it open this lab only. */
export interface ReadyLine {
  readonly pid: number;
  readonly dir: string;
  readonly arm: { readonly url: string; readonly token: string };
  readonly vcenter: { readonly url: string; readonly user: string; readonly password: string };
  readonly configServer: { readonly url: string; readonly hostId: string; readonly passphrase: string };
  readonly processServers: readonly { readonly url: string; readonly hostId: string; readonly name: string }[];
  readonly blob: { readonly url: string; readonly accountName: string; readonly accountKey: string };
  readonly control: { readonly url: string; readonly token: string };
  /** Path of the PEM of the lab's own authority. */
  readonly ca: string;
  readonly token: string;
  /** Of the lab's own authority: what its service principals belong to. */
  readonly tenant: string;
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly vault: string;
}

/** `<dir>/.srlab/lab.json`: written by the lab when it is ready, readable by its user only. The start time tells a live owner from a reused pid. */
export interface LabLocator extends ReadyLine {
  /** Wall time at which the process began, as the operating system tells it. */
  readonly startedMs: number;
}
