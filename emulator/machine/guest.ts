// The inside of a guest as push installation, validation and app-consistent marks meet it (asr-behaviour §2.4, §2.5, §11.2).

export interface GuestAccount {
  readonly name: string;
  readonly password: string;
  /** Windows: a local or domain administrator. Linux: root. */
  readonly administrator: boolean;
  /** 95519 and 95520 when not enabled. */
  readonly state: 'enabled' | 'disabled' | 'lockedOut';
}

/** Plain data; every field has a healthy default in `guestConditions`. */
export interface GuestConditions {
  readonly accounts: readonly GuestAccount[];
  /** 95117, 95523: whether the process server reaches the machine at all. */
  readonly reachable: boolean;
  /** Windows; 95103. */
  readonly wmi: boolean;
  /** Windows, File and Printer Sharing; 95105, 95106. */
  readonly smb: boolean;
  /** Linux; 95108. */
  readonly ssh: boolean;
  readonly sftp: boolean;
  readonly passwordAuthentication: boolean;
  /** Space on the volume the agent is copied to; 95524 below 100 MB. */
  readonly freeBytes: number;
  /** Linux; 95320 when false. */
  readonly grubByUuid: boolean;
  /** Windows: the VSS provider and writers work. Linux: the pre and post scripts do. */
  readonly vssWorks: boolean;
  /** A restart is due: not selectable, and 95265 after an installation. */
  readonly rebootPending: boolean;
  /** VMware Tools. */
  readonly toolsRunning: boolean;
  /** Guest clock minus lab clock; 78193 beyond ten minutes. */
  readonly clockSkewMs: number;
  /** 95518. */
  readonly domainTrust: boolean;
  /** 95521. */
  readonly logonServers: boolean;
  /** 95522. */
  readonly netlogonRunning: boolean;
  /** Whether the account may write to the machine's shares; 95517. */
  readonly mayCopyFiles: boolean;
  /** `other`: 95309 or 95313, boot and system volumes lie on different disks. */
  readonly systemVolume: 'bootDisk' | 'other';
  readonly bitLocker: boolean;
}

/** A guest that everything works on, with one administrator (`Administrator` or `root`, password `Passw0rd!`). */
export function guestConditions(osType: 'Windows' | 'Linux', change: Partial<GuestConditions> = {}): GuestConditions {
  const windows = osType === 'Windows';
  return {
    accounts: [{ name: windows ? 'Administrator' : 'root', password: 'Passw0rd!', administrator: true, state: 'enabled' }],
    reachable: true,
    wmi: windows,
    smb: windows,
    ssh: !windows,
    sftp: !windows,
    passwordAuthentication: true,
    freeBytes: 20 * 2 ** 30,
    grubByUuid: true,
    vssWorks: true,
    rebootPending: false,
    toolsRunning: true,
    clockSkewMs: 0,
    domainTrust: true,
    logonServers: true,
    netlogonRunning: true,
    mayCopyFiles: true,
    systemVolume: 'bootDisk',
    bitLocker: false,
    ...change,
  };
}
