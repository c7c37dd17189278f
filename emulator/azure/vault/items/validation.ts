// The prerequisites check of "Enable replication": every violation at once, each with the rule's source (asr-behaviour §11). Pure.
import { LabError } from '../../../kernel/errors.ts';
import type { HealthLevel } from '../../../replication/health.ts';
import type { DiscoveredMachine, ProcessServerReport } from '../../../replication/reports.ts';
import type { Profile, ProfileName } from '../profiles.ts';
import type { ReplicationPath } from '../site/state.ts';
import type { TargetSettings } from './state.ts';

export interface EnableFacts {
  readonly profileName: ProfileName;
  readonly profile: Profile;
  readonly machine: DiscoveredMachine;
  readonly excludedDiskIds: readonly string[];
  readonly target: TargetSettings;
  /** Of the target network; undefined: there is no such network. Null: none was chosen. */
  readonly subnets: readonly string[] | undefined | null;
  readonly processServer: ProcessServerReport | undefined;
  readonly processServerHealth: HealthLevel;
  readonly replicationPath: ReplicationPath;
  /** Members of the named group without this machine, with their policies. */
  readonly group: readonly { readonly name: string; readonly policyName: string; readonly configServerId: string }[];
  readonly policyName: string;
  readonly configServerId: string;
  readonly multiVmSync: boolean;
  readonly named: boolean;
  /** The target name is used by another item. */
  readonly nameTaken: boolean;
}

const gibibyte = 2 ** 30;
const reservedNames = /^(microsoft|windows|azure|login|xbox|bing|office|skype)/i;

/** Guests that a profile does not take; the supported list is long and grows, what was dropped or not there yet is short. */
const unsupportedGuests: Readonly<Record<ProfileName, readonly RegExp[]>> = {
  '2017': [/Windows.*(2000|2003|XP|Vista|2019|2022|2025)/i, /Windows.*2008(?! R2)/i, /Ubuntu.*(1[0-3]|15|1[7-9]|2\d)\.\d\d/i],
  '2019': [/Windows.*(2000|2003|XP|Vista|2022|2025)/i, /Windows.*2008(?! R2)/i, /Ubuntu.*(1[0-3]|2[2-9])\.\d\d/i],
  '2023': [/Windows.*(2000|2003|XP|Vista)/i, /Ubuntu.*1[0-3]\.\d\d/i],
};

/** @returns one error per violated rule */
export function enableViolations(facts: EnableFacts): LabError[] {
  return [...machineViolations(facts), ...diskViolations(facts), ...targetViolations(facts), ...infrastructureViolations(facts), ...groupViolations(facts)];
}

function machineViolations({ machine, profile, profileName }: EnableFacts): LabError[] {
  return [
    ...machine.notSelectable.map((reason) => broken(reason, '§2.1')),
    ...when(
      machine.osType === 'Other' || unsupportedGuests[profileName].some((pattern) => pattern.test(machine.osVersion)),
      `The guest system "${machine.osVersion}" is not supported.`,
      '§11.1',
    ),
    ...when(machine.bitLocker === true, 'BitLocker is on; it must be off and stay off.', '§11.1'),
    ...when(machine.architecture !== '64-bit', 'The guest system is not 64-bit.', '§11.1'),
    ...when(
      machine.firmware === 'UEFI' && (!profile.uefi.protect || machine.secureBoot),
      'Machines with UEFI firmware are protected only without Secure Boot.',
      profile.uefi.source,
    ),
    ...when(
      machine.firmware === 'UEFI' && profileName !== '2023' && machine.osType !== 'Windows',
      'Only Windows machines may have UEFI firmware.',
      profile.uefi.source,
    ),
  ];
}

function diskViolations({ machine, profile, profileName, excludedDiskIds }: EnableFacts): LabError[] {
  const replicated = machine.disks.filter((disk) => !excludedDiskIds.includes(disk.diskId));
  const osDisks = replicated.filter((disk) => disk.osDisk);
  const osDiskCount = machine.disks.filter((disk) => disk.osDisk).length;
  const dataDisks = replicated.filter((disk) => !disk.osDisk);
  const osLimit = machine.firmware === 'UEFI' ? profile.osDiskGeneration2Bytes : profile.osDiskBytes;
  return [
    ...when(osDiskCount !== 1, `The machine has ${osDiskCount} operating system disks, not one.`, '§11.1'),
    ...osDisks
      .filter((disk) => disk.sizeBytes > osLimit.value)
      .map((disk) =>
        broken(
          `The operating system disk ${disk.name} has ${gibibytes(disk.sizeBytes)} GiB; at most ${gibibytes(osLimit.value)} GiB are supported.`,
          osLimit.source,
        ),
      ),
    ...osDisks.filter((disk) => disk.dynamic).map((disk) => broken(`The operating system disk ${disk.name} is dynamic.`, '§11.2')),
    ...dataDisks
      .filter((disk) => disk.sizeBytes > profile.dataDiskBytes.value)
      .map((disk) =>
        broken(
          `The data disk ${disk.name} has ${gibibytes(disk.sizeBytes)} GiB; at most ${gibibytes(profile.dataDiskBytes.value)} GiB are supported.`,
          profile.dataDiskBytes.source,
        ),
      ),
    ...when(
      dataDisks.length > profile.dataDisks.value,
      `The machine has ${dataDisks.length} data disks; at most ${profile.dataDisks.value} are supported.`,
      profile.dataDisks.source,
    ),
    ...replicated
      .filter((disk) => tooSmall(disk.sizeBytes, profile, profileName))
      .map((disk) =>
        broken(
          `The disk ${disk.name} has ${gibibytes(disk.sizeBytes)} GiB; the least is ${profileName === '2023' ? '' : 'more than '}1 GiB.`,
          profile.minimumDiskBytes.source,
        ),
      ),
    ...replicated.filter((disk) => disk.sectorBytes !== 512).map((disk) => broken(`The disk ${disk.name} has sectors of ${disk.sectorBytes} bytes.`, '§11.2')),
    ...excludedDiskIds.flatMap((diskId) => exclusionViolations(machine, diskId)),
  ];
}

/** 2019 asks for more than 1,024 MB, 2023 for at least 1 GB. */
function tooSmall(sizeBytes: number, profile: Profile, profileName: ProfileName): boolean {
  return profileName === '2023' ? sizeBytes < profile.minimumDiskBytes.value : sizeBytes <= profile.minimumDiskBytes.value;
}

function exclusionViolations(machine: DiscoveredMachine, diskId: string): LabError[] {
  const disk = machine.disks.find((candidate) => candidate.diskId === diskId);
  if (disk === undefined) return [new LabError('DiskNotExcludable', `The machine has no disk ${diskId}.`)];
  if (!disk.osDisk && !disk.dynamic) return [];
  return [new LabError('DiskNotExcludable', `${disk.name} is ${disk.osDisk ? 'the operating system disk' : 'a dynamic disk'}.`)];
}

function targetViolations({ target, subnets, profile, nameTaken }: EnableFacts): LabError[] {
  const name = target.azureMachineName;
  const wellFormed = name.length <= profile.azureNameLength.value && /^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/.test(name);
  return [
    ...when(!wellFormed, `The Azure name "${name}" is not 1 to 63 letters, digits and hyphens that begin and end with a letter or digit.`, '§11.1'),
    ...when(reservedNames.test(name), `The Azure name "${name}" begins with a reserved word.`, '§11.1'),
    ...when(nameTaken, `Another protected machine has the Azure name "${name}".`, '§11.1'),
    ...(subnets === undefined ? [new LabError('NetworkNotFound', `${target.networkName ?? ''}.`)] : []),
    ...(Array.isArray(subnets) && target.subnetName !== null && !subnets.includes(target.subnetName)
      ? [new LabError('NetworkNotFound', `${target.networkName ?? ''} has no subnet ${target.subnetName}.`)]
      : []),
  ];
}

function infrastructureViolations({ processServer, processServerHealth, replicationPath }: EnableFacts): LabError[] {
  const violations: LabError[] = [];
  if (processServer === undefined) violations.push(new LabError('ProcessServerUnhealthy', 'It is not registered.'));
  else if (processServerHealth === 'Critical') violations.push(new LabError('ProcessServerUnhealthy', `${processServer.name} is critical.`));
  if (replicationPath === 'siteToSiteVpn') violations.push(new LabError('ReplicationOverVpn'));
  return violations;
}

function groupViolations({ group, named, policyName, configServerId, profile, multiVmSync }: EnableFacts): LabError[] {
  if (!named) return [];
  const violation = (text: string): LabError => new LabError('ReplicationGroupInvalid', text);
  return [
    ...(multiVmSync ? [] : [violation('The policy does not allow multi-VM consistency.')]),
    ...(group.length >= profile.groupMembers.value ? [violation(`It has ${group.length} members already.`)] : []),
    ...(group.some((member) => member.policyName !== policyName) ? [violation('Its members use another policy.')] : []),
    ...(group.some((member) => member.configServerId !== configServerId) ? [violation('Its members belong to another configuration server.')] : []),
  ];
}

function when(violated: boolean, text: string, source: string): LabError[] {
  return violated ? [broken(text, source)] : [];
}

function broken(text: string, source: string): LabError {
  return new LabError('RequirementNotMet', `${text} (support matrix, ${source})`);
}

function gibibytes(sizeBytes: number): string {
  return String(Math.round((sizeBytes / gibibyte) * 100) / 100);
}
