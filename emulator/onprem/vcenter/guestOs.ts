// Guest operating systems in vSphere's words: the REST enumeration, the guest id of a .vmx file, and what VMware Tools report.
import type { VmRecord } from './inventory.ts';

interface GuestOs {
  readonly pattern: RegExp;
  /** Name in the REST enumeration and in .vmx files, each for a 64-bit guest. */
  readonly rest: string;
  readonly vmx: string;
}

type Guest = Pick<VmRecord, 'osType' | 'osVersion' | 'architecture'>;

/** The first that matches counts. */
const guestOses: readonly GuestOs[] = [
  { pattern: /Windows.*2022/i, rest: 'WINDOWS_2022SRVNEXT_64', vmx: 'windows2019srvNext-64' },
  { pattern: /Windows.*2019/i, rest: 'WINDOWS_2019SRV_64', vmx: 'windows2019srv-64' },
  { pattern: /Windows.*2016/i, rest: 'WINDOWS_9_SERVER_64', vmx: 'windows9Server64' },
  { pattern: /Windows.*2012/i, rest: 'WINDOWS_8_SERVER_64', vmx: 'windows8Server64' },
  { pattern: /Windows.*2008/i, rest: 'WINDOWS_7_SERVER_64', vmx: 'windows7Server64' },
  { pattern: /Windows/i, rest: 'WINDOWS_9_64', vmx: 'windows9-64' },
  { pattern: /Ubuntu/i, rest: 'UBUNTU_64', vmx: 'ubuntu-64' },
  { pattern: /(Red Hat|RHEL).*\b8/i, rest: 'RHEL_8_64', vmx: 'rhel8-64' },
  { pattern: /(Red Hat|RHEL).*\b7/i, rest: 'RHEL_7_64', vmx: 'rhel7-64' },
  { pattern: /Red Hat|RHEL/i, rest: 'RHEL_6_64', vmx: 'rhel6-64' },
  { pattern: /CentOS.*\b7/i, rest: 'CENTOS_7_64', vmx: 'centos7-64' },
  { pattern: /CentOS/i, rest: 'CENTOS_6_64', vmx: 'centos6-64' },
  { pattern: /Debian/i, rest: 'DEBIAN_8_64', vmx: 'debian8-64' },
  { pattern: /SUSE|SLES/i, rest: 'SLES_12_64', vmx: 'sles12-64' },
  { pattern: /Oracle/i, rest: 'ORACLE_LINUX_7_64', vmx: 'oracleLinux7-64' },
];

const other: Record<Guest['osType'], Omit<GuestOs, 'pattern'>> = {
  Windows: { rest: 'WINDOWS_9_SERVER_64', vmx: 'windows9Server64' },
  Linux: { rest: 'OTHER_3X_LINUX_64', vmx: 'other3xlinux-64' },
};

/** `guest_OS` of a VM; the 32-bit names are the same without `_64`. */
export function restGuestOs(guest: Guest): string {
  const { rest } = find(guest);
  return guest.architecture === '64-bit' ? rest : rest.replace(/_64$/, '');
}

export function vmxGuestOs(guest: Guest): string {
  const { vmx } = find(guest);
  return guest.architecture === '64-bit' ? vmx : vmx.replace(/-?64$/, '');
}

/** `Microsoft Windows Server 2016 (64-bit)`: how VMware Tools name it. */
export function guestFullName({ osType, osVersion, architecture }: Guest): string {
  const vendor = osType === 'Windows' && !osVersion.startsWith('Microsoft') ? 'Microsoft ' : '';
  return `${vendor}${osVersion} (${architecture})`;
}

/** From an enumeration name back to a guest, for machines that a client makes. */
export function guestOfRestName(name: string): Guest {
  const architecture = name.endsWith('_64') ? '64-bit' : '32-bit';
  const osType = name.startsWith('WIN') ? 'Windows' : 'Linux';
  return { osType, osVersion: readable[name.replace(/_64$/, '')] ?? (osType === 'Windows' ? 'Windows' : 'Linux'), architecture };
}

/** From a .vmx file's guest id. */
export function guestOfVmxName(name: string): Guest {
  const known = guestOses.find(({ vmx }) => vmx === name) ?? Object.values(other).find(({ vmx }) => vmx === name);
  return known === undefined
    ? { osType: name.startsWith('win') ? 'Windows' : 'Linux', osVersion: name, architecture: name.endsWith('64') ? '64-bit' : '32-bit' }
    : guestOfRestName(known.rest);
}

const readable: Readonly<Record<string, string>> = {
  WINDOWS_2022SRVNEXT: 'Windows Server 2022',
  WINDOWS_2019SRV: 'Windows Server 2019',
  WINDOWS_9_SERVER: 'Windows Server 2016',
  WINDOWS_8_SERVER: 'Windows Server 2012',
  WINDOWS_7_SERVER: 'Windows Server 2008 R2',
  WINDOWS_9: 'Windows 10',
  UBUNTU: 'Ubuntu',
  RHEL_8: 'Red Hat Enterprise Linux 8',
  RHEL_7: 'Red Hat Enterprise Linux 7',
  RHEL_6: 'Red Hat Enterprise Linux 6',
  CENTOS_7: 'CentOS 7',
  CENTOS_6: 'CentOS 6',
  DEBIAN_8: 'Debian 8',
  SLES_12: 'SUSE Linux Enterprise Server 12',
  ORACLE_LINUX_7: 'Oracle Linux 7',
};

function find(guest: Guest): Omit<GuestOs, 'pattern'> {
  return guestOses.find(({ pattern }) => pattern.test(guest.osVersion)) ?? other[guest.osType];
}
