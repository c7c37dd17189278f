// Errors of the vault: what it refuses, and how its jobs fail.
import { entry, type ErrorEntry } from './entry.ts';

/** Keep each group sorted. */
export const vaultErrors = {
  // vault
  '15035': entry(
    409,
    'The replication policy could not be added: one of this name exists, and its settings are others.',
    'Update the policy when its settings are to be changed, or choose another name.',
  ),
  '170010': entry(
    409,
    'The drivers of the machine could not be prepared for Azure.',
    'Choose an older recovery point, or set the storage and network drivers to start at boot and wait for a new point.',
  ),
  '25037': entry(
    409,
    "The virtual machine isn't ready for committing failback.",
    'Look at the errors of the failover, repeat it, and commit when it has succeeded.',
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
  '95226': entry(
    409,
    'The failed-over Azure virtual machine cannot reach the configuration server.',
    'Restore the VPN or ExpressRoute between Azure and the site, see that the InMage Scout services run on the machine, then repeat.',
  ),
  AgentNotRegistered: entry(
    409,
    'The Mobility service of the machine is not registered with the configuration server.',
    'Wait up to 15 minutes after the machine has started, check its way to the configuration server, then repeat.',
  ),
  AlreadyProtected: entry(409, 'The machine is protected already.', 'Use the protected item there is, or disable its protection first.'),
  ConfigServerInUse: entry(
    409,
    'The configuration server is still at work for this vault.',
    'Disable the protection of its machines and let its jobs end, then repeat.',
  ),
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
  HealthErrorNotResolvable: entry(
    400,
    'The health error cannot be resolved by taking note of it.',
    'Remove its cause as its recommended action says; it goes away by itself then.',
  ),
  InvalidFailoverDirection: entry(
    400,
    'The failover cannot go in this direction: the machines replicate the other way.',
    'Give the direction in which the machines replicate now.',
  ),
  ItemBusy: entry(409, 'Another job works on this item.', 'Wait for the job named here, or cancel it.'),
  ItemNameTaken: entry(409, 'Another protected item has this name.', 'Choose another name for the item.'),
  JobActionNotAllowed: entry(409, 'The job does not allow this action in its present state.', 'Use one of the allowed actions.'),
  JobNotFound: entry(404, 'There is no such job.', 'List the jobs.'),
  JobTimedOut: entry(504, 'A step of the job did not come about in time.', 'Remove what it waited for, then restart the job.'),
  MasterTargetUnsuitable: entry(409, 'The master target cannot take this machine.', 'Choose a master target that meets each point in the details.'),
  MigrationCompleted: entry(409, 'Migration was completed: there is no way back for this item.', 'Protect the machine anew where it runs now.'),
  NetworkNotFound: entry(404, 'The virtual network or subnet does not exist.', "Choose a network and subnet of the vault's region."),
  NicUnknown: entry(400, 'The machine has no such network card.', 'Name cards by the MAC addresses that the item shows.'),
  OperationNotAllowed: entry(
    409,
    'The item does not allow this operation in its present state.',
    'Use one of the allowed operations, or first do what the message names.',
  ),
  PlanBusy: entry(409, 'Another job works on this recovery plan.', 'Wait for the job named here, or cancel it.'),
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
  NewestChangesMissing: entry(
    409,
    'The newest changes of the machine did not reach Azure in time.',
    'What was written after that point is on the source alone: compare before the commit, and see why it was not sent (links, health of the process server).',
  ),
  PlannedFailoverNotSupported: entry(
    400,
    'Planned failover does not exist for VMware and physical machines.',
    'Use failover with shutdown of the source: it loses nothing when the machine is shut down and the latest point is chosen.',
  ),
  PolicyInUse: entry(409, 'The policy is still in use.', 'Disable the machines that use it, then dissociate it, then remove it.'),
  PolicyInvalid: entry(400, 'The policy has values outside its limits.', 'Correct each value in the details.'),
  PolicyNameTaken: entry(409, 'A policy of this name exists.', 'Choose another name, or remove the policy.'),
  PolicyProviderInvalid: entry(
    400,
    'The replication provider of the policy is not valid here.',
    'Map an InMageAzureV2 policy to Microsoft Azure, and an InMage policy to the container itself.',
  ),
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
  ReprotectChoiceMissing: entry(
    409,
    'The re-protection of the plan finds no single server, drive or datastore to use.',
    'Make sure that exactly one will do, or re-protect each machine with the one you name; machines in no replication group need no plan.',
  ),
  ReprotectPrerequisitesFailed: entry(409, 'The machine cannot be re-protected now.', 'Correct each point in the details, then repeat.'),
  RequirementNotMet: entry(409, 'A requirement of the support matrix is not met.', 'Change the machine or its settings as the message says.'),
  ResyncNotRequired: entry(409, 'No disk of the machine needs resynchronisation.', 'Nothing to do; to compare the disks anyway, ask for it by force.'),
  RunbookNotFound: entry(
    404,
    'No script is registered for this runbook.',
    'Register one under the last part of the runbook id: srlab runbook add <name> <file>; then restart the job.',
  ),
  ScriptFailed: entry(409, 'A script of the recovery plan failed.', 'Read its output, correct it, then run it again.'),
  ScriptNotFound: entry(404, 'The file of a script is not there.', 'Name a file that exists on the computer of the lab.'),
  ScriptTimedOut: entry(504, 'A script of the recovery plan did not end in its time; it was ended.', 'Correct it, or give it more time.'),
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
  SwitchProviderNotSupported: entry(
    400,
    'The lab has no appliance of the modernised architecture that could take the machine over.',
    'Keep the machine on the classic architecture.',
  ),
  VCenterDisconnected: entry(409, 'The vCenter is not connected.', 'Restore the connection and the account of the vCenter.'),
  VCenterExists: entry(409, 'This vCenter was added already.', 'Use the entry there is, or change its address.'),
  VaultExists: entry(409, 'A vault of this name exists in the resource group.', 'Use the vault there is, or choose another name.'),
  VaultNameInvalid: entry(400, 'The name cannot be that of a vault.', 'Use 2 to 50 letters, digits and hyphens, beginning with a letter.'),
  VaultNotEmpty: entry(
    409,
    'Vault cannot be deleted as there are existing resources within the vault.',
    'Disable the protection of its machines and remove its servers, then delete it again.',
  ),
  VaultRegionFixed: entry(409, 'A vault cannot be moved to another region.', 'Leave its location as it is, or make another vault there.'),
} as const satisfies Record<string, ErrorEntry>;
