// Every error a user can meet: its code, the HTTP status it travels with, what it means and what to do about it.
// Codes that the real product documents keep its numbers (asr-behaviour §2.5, §9.5, §10.2); ours are names.

export interface ErrorEntry {
  /** HTTP status on every wire of the lab. */
  readonly status: number;
  /** What happened, one sentence. */
  readonly summary: string;
  /** What the user can do, one sentence. */
  readonly action: string;
}

/** How an error looks on a wire, in a job and with `--json`. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly recommendedAction: string;
  readonly details?: readonly ErrorBody[];
}

const entry = (status: number, summary: string, action: string): ErrorEntry => ({ status, summary, action });

/** Grouped by the role that raises them; keep each group sorted. */
export const errorCatalogue = {
  // kernel and lab folder
  CommandLineInvalid: entry(
    400,
    'The command line is not one that srlab understands.',
    'Run the command with --help: it lists commands, options and examples.',
  ),
  FaultInjected: entry(500, 'An injected fault stopped this operation.', 'Remove the fault rule, or let its count run out.'),
  InternalError: entry(
    500,
    'The lab met a condition it does not handle.',
    'Report the trace of the lab folder; restarting the lab loses nothing that was acknowledged.',
  ),
  InvalidArgument: entry(400, 'A value given to the lab is not usable.', 'Correct the value named in the details.'),
  LabFolderInUse: entry(409, 'Another process already runs a lab in this folder.', 'Use the running lab with --dir, stop it, or choose another folder.'),
  LabNotRunning: entry(404, 'No lab runs in this folder.', 'Start one with: srlab up --dir <folder>.'),
  LabRunning: entry(409, 'The lab is running.', 'Stop it first with: srlab down, or Ctrl-C where it runs.'),
  LoopStalled: entry(
    500,
    'A step of the sample loop does not end.',
    'Look at srlab status and srlab job list of the lab: health errors say which component holds it up.',
  ),
  PortInUse: entry(409, 'The port is taken by another process.', 'Stop that process or choose another port; 0 lets the lab pick a free one.'),
  StateDatabaseDamaged: entry(
    500,
    'The state database of this folder is damaged.',
    'Restore the folder from a saved lab, or move the file away to start empty; disks and replicas are untouched.',
  ),
  StateVersionUnknown: entry(500, 'The state database was written by a newer version.', 'Open the folder with the version that wrote it.'),
  // wires
  AccessDenied: entry(403, 'The caller may not do this.', 'Use the credentials of the lab that printed this endpoint.'),
  CertificateNotTrusted: entry(
    401,
    'The peer certificate cannot be authenticated.',
    'Register the component again with the configuration server and its passphrase.',
  ),
  MachineMustBeOff: entry(409, 'The machine is running.', 'Shut it down first; its disks are then free.'),
  LinkDown: entry(503, 'The network link is cut.', 'Restore the link; replication goes on by itself.'),
  MalformedRequest: entry(400, 'The request could not be read.', 'Send the documented shape.'),
  NotFound: entry(404, 'The object does not exist.', 'List the objects and use one of the names shown.'),
  PeerUnreachable: entry(503, 'The other component does not answer.', 'Start it; what was acknowledged is kept and work goes on by itself.'),
  // disks
  DiskDamaged: entry(422, 'The disk file is damaged or incomplete.', 'Bring in another copy of the disk; a raw image is taken as it is.'),
  DiskFileDenied: entry(403, 'The file of the disk may not be opened.', 'Give the user of the lab access to the file and its folder.'),
  DiskFileExists: entry(409, 'A file with this name exists already.', 'Choose another name, or remove the file first.'),
  DiskFileMissing: entry(404, 'The file of the disk does not exist.', 'Check the path; restore the file if it was moved away.'),
  DiskFormatUnknown: entry(
    422,
    'The format of the disk file is not known.',
    'Convert it to raw, fixed VHD or VMDK first, for example with: qemu-img convert -O raw <file> disk.raw.',
  ),
  DiskRangeInvalid: entry(400, 'The range does not lie on the disk.', 'Use offsets and lengths that are multiples of 512 and end within the disk.'),
  DiskReadOnly: entry(403, 'The disk is open for reading only.', 'Open it for writing, or write to a copy.'),
  DiskSizeInvalid: entry(400, 'A disk of this format cannot have this size.', 'Use a whole number of 512-byte sectors, and of MiB for a VHD.'),
  DiskSpaceExhausted: entry(507, 'The drive that holds the disk file is full.', 'Free space on the drive and repeat; nothing acknowledged is lost.'),
  DiskTooLarge: entry(413, 'The disk is larger than is allowed here.', 'Shrink the disk, or choose a profile with larger limits.'),
  NbdClientMalformed: entry(
    400,
    'The client of a disk served over NBD broke the protocol; its connection was ended.',
    'Use a client that speaks the fixed newstyle handshake, such as qemu or libnbd.',
  ),
  QemuImgFailed: entry(422, 'qemu-img could not convert the disk.', 'Check the file with: qemu-img check <file>; what qemu-img said is in the message.'),
  QemuImgMissing: entry(
    501,
    'This disk format needs qemu-img, which is not installed.',
    'Install qemu-img (Debian: apt-get install qemu-utils), or convert the disk to raw, fixed VHD or flat VMDK elsewhere.',
  ),
  VhdFooterInvalid: entry(422, 'The footer of the VHD is not valid.', 'Make a new copy of the file; if its content is raw, rename it and bring it in as raw.'),
  VmdkDescriptorInvalid: entry(
    422,
    'The descriptor of the VMDK is not valid.',
    'Export the disk again from vSphere, with its descriptor and its extents in one folder.',
  ),
  VmdkNotFlat: entry(422, 'The VMDK is not a single flat extent.', 'Import it (srlab disk import), which converts it with qemu-img.'),
  // machines and their programs
  MachineNotRunning: entry(409, 'The machine does not run.', 'Power it on first.'),
  QuiesceFailed: entry(
    409,
    'The guest could not be brought to an application-consistent state.',
    'Repair the VSS writers (or the pre script) of the guest; crash-consistent points go on.',
  ),
  WorkloadExists: entry(409, 'The machine already runs a workload of this name.', 'End it first, or choose another name.'),
  // master target
  '8061': entry(
    409,
    'The datastore cannot be reached from the host of the master target.',
    'Give the ESXi host of the master target read and write access to the datastore of the machine.',
  ),
  '78052': entry(409, 'A virtual machine of this name exists already.', 'Rename or remove that machine, or fail back to the original location.'),
  DatastoreNotSupported: entry(409, 'Failback cannot write to this kind of datastore.', 'Use a VMFS or vSAN datastore; NFS is not supported for failback.'),
  MasterTargetDisksExceeded: entry(
    409,
    'The master target would hold more than 60 disks.',
    'Fail back the machines that it serves now, or use another master target.',
  ),
  MasterTargetHasSnapshots: entry(409, 'The virtual machine of the master target has snapshots.', 'Remove all snapshots of the master target.'),
  MasterTargetOsMismatch: entry(
    409,
    'The master target runs another operating system family than the machine.',
    'Use a Windows master target for Windows machines and a Linux one for Linux machines.',
  ),
  MasterTargetParavirtual: entry(409, 'The master target has a paravirtual disk controller.', 'Use LSI Logic controllers on the master target.'),
  MasterTargetUnknownPair: entry(
    404,
    'The master target does not hold this disk.',
    'Wait until the configuration server has told it of the disk; if that lasts, start re-protect again.',
  ),
  RetentionDriveFull: entry(
    507,
    'The retention drive of the master target is full.',
    'Enlarge the retention drive or move other files away; replication waits and goes on by itself, nothing is lost.',
  ),
  RetentionDriveMissing: entry(
    409,
    'The master target has no such retention drive.',
    'Add a separate volume to the master target and choose it; it appears within 15 minutes.',
  ),
  RetentionDriveUnsuitable: entry(409, 'The volume cannot be a retention drive.', 'Use a separate volume that is not FAT or FAT32 and has a size.'),
  RetentionJournalDamaged: entry(
    500,
    'The retention journal of a disk is damaged.',
    'Disable replication of the machine and re-protect it again; the Azure VM is untouched.',
  ),
  // Mobility service
  MarkNotPossible: entry(
    409,
    'No recovery point can be made of this machine now.',
    'Wait: a disk is being copied, or sends what changed while only regions were remembered.',
  ),
  NoValidIpAddress: entry(
    409,
    'No Valid IP Address found.',
    'Give a network adapter of the machine an IPv4 address; the Mobility service registers by itself then.',
  ),
  ProcessServerNotAssigned: entry(
    503,
    'The machine has no process server now.',
    'Nothing to do while its process server is being changed; else choose one for the machine.',
  ),
  // Azure compute and network
  '28092': entry(409, 'The quota of network interfaces of the subscription is used up.', 'Raise the quota, or delete machines that are not needed.'),
  '70038': entry(
    404,
    'A resource that the virtual machine needs does not exist.',
    'Restore the resource, or choose another one in the properties of the item.',
  ),
  AddressInUse: entry(
    409,
    'The IP address is in use in the subnet.',
    'Free it, clean up an earlier test failover, or choose another address in the properties of the item.',
  ),
  AddressInvalid: entry(400, 'The address or prefix is not valid.', 'Give IPv4 addresses as 10.1.0.4 and prefixes as 10.1.0.0/24.'),
  AddressNotInSubnet: entry(
    400,
    'The IP address cannot be used in the subnet.',
    'Choose one of the subnet; the first four and the last are reserved by Azure.',
  ),
  AzureMachineExists: entry(409, 'A virtual machine with this name exists.', 'Choose another name in the properties of the item, or delete that machine.'),
  AzureMachineInvalid: entry(400, 'Azure does not take the virtual machine as it was ordered.', 'Correct what the details name.'),
  AzureMachineRunning: entry(409, 'The Azure VM is running.', 'Stop it first, or read its disk through the running machine.'),
  NetworkExists: entry(409, 'A virtual network with this name exists.', 'Choose another name.'),
  NetworkInUse: entry(409, 'Addresses of the virtual network are in use.', 'Delete the machines that have them first.'),
  SubnetFull: entry(409, 'The subnet has no free address.', 'Delete machines that are not needed, or choose a larger subnet.'),
  SubnetInvalid: entry(400, 'The subnets of the virtual network are not valid.', 'Give at least one, each within the network and none overlapping another.'),
  // Azure storage
  DiskClosed: entry(409, 'The disk was closed.', 'Open it again by starting its machine.'),
  StorageFailed: entry(507, 'The storage could not do what was asked.', 'Free space on the volume that holds the storage folder; work goes on by itself.'),
  StorageProcessFailed: entry(
    500,
    'The storage process does not start.',
    'Read the message it left; free space and a readable storage folder are what it needs.',
  ),
  // the way of a write
  BatchChecksumWrong: entry(
    400,
    'The batch does not match its checksum.',
    'The sender repeats it from its change log; nothing is lost. If it persists, check memory and network of the source.',
  ),
  BatchMalformed: entry(400, 'The bytes are not a batch of changes.', 'Only the Mobility service sends to this port.'),
  BatchOutOfOrder: entry(409, 'A batch is missing before this one.', 'The sender goes back to the sequence after the newest one held.'),
  BatchReplayMismatch: entry(409, 'Another batch with this sequence is held already.', 'Start a resynchronisation of the disk.'),
  BatchTruncated: entry(400, 'The batch ended early.', 'The sender repeats it from its change log; nothing is lost.'),
  ChangeLogCorrupt: entry(
    500,
    'The change log (.hrl) of a disk is damaged.',
    'Nothing to do: the disk itself is whole, and it is compared with its replica by checksum from now on.',
  ),
  ChangeLogFull: entry(
    507,
    'The change log (.hrl) of a disk cannot grow.',
    'Free space on the source; until then only the changed regions are remembered and no recovery point is made.',
  ),
  ProcessServerThrottled: entry(
    429,
    'The process server takes no more data: its cache folder is nearly full.',
    'Wait until it has uploaded, free space in the cache folder, or switch the machine to another process server.',
  ),
  SealBroken: entry(422, 'A replicated batch cannot be decrypted.', 'Start a resynchronisation of the disk.'),
  StorageRestarted: entry(503, 'The storage process restarted since its last barrier.', 'Nothing to do: work goes on from the last barrier.'),
  // configuration server
  ACS50008: entry(
    401,
    'SAML token is invalid: the clock of the configuration server is more than 15 minutes off.',
    'Set the clock of the configuration server right and register again.',
  ),
  ConfigServerCertificateExpired: entry(
    401,
    'The SSL certificate of the configuration server has expired.',
    'Renew the certificates on the configuration server (RenewCerts); the components register again by themselves.',
  ),
  ConfigServerRegisteredElsewhere: entry(
    409,
    'The configuration server belongs to another vault.',
    'Remove its registration first; that stops the replication of all its machines.',
  ),
  HostNotRegistered: entry(404, 'The configuration server does not know this host.', 'Register the component again with the passphrase.'),
  MachineNotDiscovered: entry(404, 'The configuration server has not discovered this machine.', 'Refresh the configuration server and try again.'),
  MachinePowerFailed: entry(409, 'The machine did not reach the wanted power state.', 'Look at the machine in vCenter; shut it down or start it by hand.'),
  PassphraseWrong: entry(
    401,
    'The passphrase is not that of the configuration server.',
    'Read the passphrase on the configuration server and give it to the component.',
  ),
  RunAsAccountNotFound: entry(404, 'The configuration server has no such account.', 'Add the account on the configuration server and choose it.'),
  VaultCredentialsMalformed: entry(400, 'The vault credentials file cannot be read.', 'Download the registration key from the vault again.'),
  // vCenter and physical servers; statuses are those of vSphere's REST wire
  PhysicalServerExists: entry(409, 'A physical server with this name or address exists already.', 'Choose another name and address, or remove that server.'),
  PhysicalServerRunning: entry(409, 'The physical server runs.', 'Shut it down first.'),
  VSphereAlreadyExists: entry(400, 'An object of this name exists already.', 'Choose another name, or remove that object.'),
  VSphereAlreadyInDesiredState: entry(400, 'The virtual machine is in this state already.', 'Nothing to do.'),
  VSphereNotAllowedInCurrentState: entry(400, 'The object does not allow this in its present state.', 'Bring it into the state named in the details first.'),
  VSphereResourceInaccessible: entry(500, 'A host or datastore cannot be reached.', 'Connect the host, or make the datastore accessible, then try again.'),
  VSphereResourceInUse: entry(400, 'The file is locked by a running virtual machine.', 'Power that machine off, or detach the disk from it.'),
  VSphereServiceUnavailable: entry(503, 'VMware Tools do not run in the virtual machine.', 'Power the machine on and start VMware Tools in it.'),
  VSphereUnableToAllocateResource: entry(500, 'There is not enough room for this.', 'Free space on the datastore, or narrow the request.'),
  VSphereUnauthenticated: entry(401, 'vCenter does not know this session or these credentials.', 'Log in with an account of this vCenter.'),
  VSphereUnauthorized: entry(
    403,
    'The account lacks a privilege for this.',
    'Give the account the role that Site Recovery needs for failback, or use an administrator.',
  ),
  VSphereUnsupported: entry(400, 'This vCenter does not support the request.', 'Use one of the forms named in the details.'),
  // process server
  '95103': entry(
    409,
    'Push installation failed: WMI on the source machine is blocked or misconfigured.',
    'Allow Windows Management Instrumentation through the firewall of the machine.',
  ),
  '95105': entry(
    409,
    'Push installation failed: File and Printer Sharing is off on the source machine.',
    'Allow File and Printer Sharing through the firewall of the machine.',
  ),
  '95107': entry(
    403,
    'Push installation failed: the credentials are wrong, or the account is no administrator of the machine.',
    'Choose an account that is a local or domain administrator; for a local account set LocalAccountTokenFilterPolicy to 1.',
  ),
  '95108': entry(
    403,
    'Push installation failed: the credentials are wrong, the account is not root, or SSH or SFTP is off.',
    'Choose the root account; allow sshd on port 22, the SFTP subsystem and password authentication.',
  ),
  '95117': entry(
    503,
    'Push installation failed: the source machine cannot be reached from the process server.',
    'Start the machine and check the network between it and the process server.',
  ),
  '95126': entry(
    502,
    'Discovery failed: vCenter returned a snapshot.maxSnapShots that is no number.',
    'Correct or remove snapshot.maxSnapShots in the settings of the machine, then refresh.',
  ),
  '95265': entry(409, 'The Mobility service is installed; a reboot of the machine is recommended.', 'Reboot the machine in its next maintenance window.'),
  '95309': entry(409, 'Push installation failed: boot and system volumes are on different disks.', 'Bring both volumes onto one disk.'),
  '95310': entry(409, 'Push installation failed: the machine has no boot disk.', 'Give the machine a boot disk.'),
  '95311': entry(409, 'Push installation failed: the machine has several boot disks.', 'Leave one boot disk.'),
  '95313': entry(409, 'Push installation failed: the root or system volume spans several disks.', 'Bring the volume onto one disk.'),
  '95320': entry(409, 'Push installation failed: GRUB names devices instead of UUIDs.', 'Replace the device names in the GRUB configuration by UUIDs.'),
  '95517': entry(403, 'Push installation failed: the account may not copy the agent to the machine.', 'Give the account the rights of an administrator.'),
  '95518': entry(
    403,
    'Push installation failed: the machine has lost the trust of its domain.',
    'Repair the trust relationship between the machine and the domain.',
  ),
  '95519': entry(403, 'Push installation failed: the account is disabled.', 'Enable the account.'),
  '95520': entry(403, 'Push installation failed: the account is locked out.', 'Unlock the account.'),
  '95521': entry(503, 'Push installation failed: no logon server answers the machine.', 'Make a domain controller reachable.'),
  '95522': entry(503, 'Push installation failed: the Netlogon service of the machine does not run.', 'Start the Netlogon service.'),
  '95523': entry(
    503,
    'Push installation failed: the network of the source machine cannot be found.',
    'Check name resolution and routes between the process server and the machine.',
  ),
  '95524': entry(507, 'Push installation failed: less than 100 MB are free on the source machine.', 'Free space on the machine.'),
  BandwidthInvalid: entry(400, 'The bandwidth schedule is not usable.', 'Use 512 Kbps to 102 Mbps, hours from 0 to 24 and days from 0 (Sunday) to 6.'),
  CachedBatchDamaged: entry(
    500,
    'A batch in the cache folder of the process server is damaged.',
    'Check the disk of the cache folder, then resynchronise the disk concerned.',
  ),
  PairUnknown: entry(
    404,
    'The process server was not told of this replication pair.',
    'Nothing to do: the configuration server tells it soon. If it persists, look whether the machine uses this process server.',
  ),
  PhysicalServerNotFound: entry(404, 'No server answers under this address.', 'Check name, IPv4 address and power of the physical server.'),
  ProcessServerCacheFull: entry(
    507,
    'The cache folder of the process server is full.',
    'Free space in the cache folder; what was acknowledged is kept and the senders repeat the rest.',
  ),
  UploadStalled: entry(503, 'The process server cannot upload what it accepted.', 'Restore the link to the target; the request is repeated by itself.'),
  VCenterCallFailed: entry(502, 'vCenter refused a call.', 'Read what vCenter says in the details.'),
  VCenterLoginFailed: entry(401, 'vCenter does not accept the account.', 'Correct user name and password of the run-as account.'),
  VCenterPermissionDenied: entry(
    403,
    'The vCenter account lacks a privilege.',
    'Give the account the role described for failback; read-only is enough for discovery and replication only.',
  ),
  VssProviderFailed: entry(
    409,
    'The VSS provider could not be installed; there will be crash-consistent recovery points only.',
    'Correct the VSS service of the machine and install the provider again.',
  ),
  // vault
  '170010': entry(
    409,
    'The drivers of the machine could not be prepared for Azure.',
    'Choose an older recovery point, or set the storage and network drivers to start at boot and wait for a new point.',
  ),
  '28031': entry(
    409,
    'The virtual machine could not be created: the subscription has no quota left for it.',
    'Raise the quota or choose a smaller size, then restart the job.',
  ),
  '78093': entry(
    409,
    'The failed-over Azure virtual machine does not run.',
    'Start the Azure virtual machine, wait until its Mobility service is registered, then repeat.',
  ),
  '78253': entry(
    409,
    'Protection could not be enabled: the replication policy is invalid or not associated with the configuration server.',
    'Create a forward policy, associate it with the configuration server, then enable again.',
  ),
  AgentNotRegistered: entry(
    409,
    'The Mobility service of the machine is not registered with the configuration server.',
    'Wait up to 15 minutes after the machine has started, check its way to the configuration server, then repeat.',
  ),
  AlreadyProtected: entry(409, 'The machine is protected already.', 'Use the protected item there is, or disable its protection first.'),
  ConfigurationServerDisconnected: entry(
    409,
    'The configuration server has not been heard of.',
    'Start the configuration server and restore its link to the vault.',
  ),
  ContainerMappingExists: entry(409, 'The policy is associated with this configuration server already.', 'Use the association there is.'),
  CredentialsExpired: entry(401, 'The vault credentials file is older than 5 days.', 'Download a new registration key from the vault and register again.'),
  CredentialsInvalid: entry(
    401,
    'The vault credentials file was not issued by this vault, or was changed.',
    'Download the registration key from the vault that this server shall belong to.',
  ),
  DatastoreUnsuitable: entry(
    409,
    'The datastore cannot take the disks of a failback.',
    "Choose a VMFS or vSAN datastore that the master target's host can read and write; NFS is not supported.",
  ),
  DiskNotExcludable: entry(409, 'The disk cannot be left out of replication.', 'Only basic data disks can be excluded.'),
  EnablePrerequisitesFailed: entry(
    409,
    'The machine does not meet the requirements of replication.',
    'Correct each point in the details, then restart the job.',
  ),
  FailbackPolicyMissing: entry(
    409,
    'The failback policy is not associated with the configuration server.',
    'Associate <policy>-failback with the configuration server.',
  ),
  FailoverPrerequisitesFailed: entry(409, 'The machine cannot be failed over now.', 'Correct each point in the details, then repeat.'),
  GroupMemberOutsidePlan: entry(
    409,
    'A member of a replication group is re-protected only together with its group.',
    'Put all members into one recovery plan and re-protect the plan.',
  ),
  ItemBusy: entry(409, 'Another job works on this item.', 'Wait for the job named here, or cancel it.'),
  JobActionNotAllowed: entry(409, 'The job does not allow this action in its present state.', 'Use one of the allowed actions.'),
  JobNotFound: entry(404, 'There is no such job.', 'List the jobs.'),
  JobTimedOut: entry(504, 'A step of the job did not come about in time.', 'Remove what it waited for, then restart the job.'),
  MasterTargetUnsuitable: entry(409, 'The master target cannot take this machine.', 'Choose a master target that meets each point in the details.'),
  MigrationCompleted: entry(409, 'Migration was completed: there is no way back for this item.', 'Protect the machine anew where it runs now.'),
  NetworkNotFound: entry(404, 'The virtual network or subnet does not exist.', "Choose a network and subnet of the vault's region."),
  OperationNotAllowed: entry(
    409,
    'The item does not allow this operation in its present state.',
    'Use one of the allowed operations, or first do what the message names.',
  ),
  PlanInvalid: entry(400, 'The recovery plan breaks a rule.', 'Correct each point in the details.'),
  PlanMemberNotEligible: entry(
    409,
    'No member of the plan can take part in this operation.',
    'Bring the members named in the details into a state that allows it.',
  ),
  PlanMembersFailed: entry(
    409,
    'The plan went to its end, and some of its members failed.',
    'Look at the jobs of the members in the details, correct what they name, then run the operation for those members.',
  ),
  PlannedFailoverNotSupported: entry(
    409,
    'Planned failover does not exist for VMware and physical machines.',
    'Use failover with shutdown of the source: it loses nothing when the machine is shut down and the latest point is chosen.',
  ),
  PolicyInUse: entry(409, 'The policy is still in use.', 'Disable the machines that use it, then dissociate it, then remove it.'),
  PolicyInvalid: entry(400, 'The policy has values outside its limits.', 'Correct each value in the details.'),
  PolicyNameTaken: entry(409, 'A policy of this name exists.', 'Choose another name, or remove the policy.'),
  ProcessServerUnhealthy: entry(409, 'The process server cannot be chosen.', 'Choose one that is connected and not critical.'),
  RecoveryPointMissing: entry(409, 'There is no recovery point of the kind asked for.', 'Choose another kind, or wait for the next point.'),
  ReplicationGroupInvalid: entry(
    409,
    'The machine cannot join the replication group.',
    'Name a group with at most 16 members on the same policy; a machine joins only when it is enabled.',
  ),
  ReplicationOverVpn: entry(
    409,
    'Replication to Azure does not run over a site-to-site VPN.',
    'Use the internet or ExpressRoute with Microsoft peering; the VPN is for failback only.',
  ),
  ReprotectPrerequisitesFailed: entry(409, 'The machine cannot be re-protected now.', 'Correct each point in the details, then repeat.'),
  RequirementNotMet: entry(409, 'A requirement of the support matrix is not met.', 'Change the machine or its settings as the message says.'),
  ResyncNotRequired: entry(409, 'No disk of the machine needs resynchronisation.', 'Nothing to do; to compare the disks anyway, ask for it by force.'),
  ScriptFailed: entry(409, 'A script of the recovery plan failed.', 'Read its output in the task, correct it, then restart the job.'),
  SiteToSiteMissing: entry(
    409,
    'There is no private connection between Azure and the site.',
    'Connect the networks by a site-to-site VPN or ExpressRoute private peering.',
  ),
  SourceShutdownFailed: entry(
    409,
    'The source machine could not be shut down; the failover went on.',
    'Make sure that the source is off: both copies may be running.',
  ),
  SourceStillRunning: entry(
    409,
    'The source machine still runs; a failover would make a second running copy.',
    'Ask for the shutdown of the source, or say explicitly that it may run on.',
  ),
  VCenterDisconnected: entry(409, 'The vCenter is not connected.', 'Restore the connection and the account of the vCenter.'),
  VCenterExists: entry(409, 'This vCenter was added already.', 'Use the entry there is, or change its address.'),
} as const satisfies Record<string, ErrorEntry>;

/** As text: the product's numbers are codes too. */
export type ErrorCode = `${keyof typeof errorCatalogue}`;
