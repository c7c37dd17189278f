// Errors of the roles at the site: vCenter, configuration server, process server, master target.
import { entry, type ErrorEntry } from './entry.ts';

/** Keep each group sorted. */
export const siteErrors = {
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
  MachineNotDiscovered: entry(
    404,
    'The configuration server has not discovered this machine.',
    'See that the machine is powered on, refresh the configuration server (srlab site refresh), and try again.',
  ),
  MachinePowerFailed: entry(409, 'The machine did not reach the wanted power state.', 'Look at the machine in vCenter; shut it down or start it by hand.'),
  PassphraseWrong: entry(
    401,
    'The passphrase is not that of the configuration server.',
    'Read the passphrase on the configuration server and give it to the component.',
  ),
  RunAsAccountNotFound: entry(404, 'The configuration server has no such account.', 'Add the account on the configuration server and choose it.'),
  SiteWithoutVault: entry(
    409,
    'The configuration server belongs to no vault that there is.',
    'Register it with another one: srlab site register --vault <name>.',
  ),
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
} as const satisfies Record<string, ErrorEntry>;
