// The .vmx file of a virtual machine: written beside its disks, read again when a machine is registered.
import { LabError } from '../../kernel/errors.ts';
import { guestOfVmxName, vmxGuestOs } from './guestOs.ts';
import { parseDatastorePath } from './datastores.ts';
import type { NetworkRecord, VmRecord } from './inventory.ts';

export interface VmxContent extends Pick<
  VmRecord,
  'name' | 'osType' | 'osVersion' | 'architecture' | 'firmware' | 'secureBoot' | 'scsiType' | 'cpuCount' | 'memoryBytes'
> {
  readonly instanceUuid: string;
  readonly nics: readonly { readonly networkName: string; readonly macAddress: string }[];
  /** Datastore paths, in the order of the controllers' units. */
  readonly vmdkFiles: readonly string[];
}

export function formatVmx(vm: VmRecord, networks: readonly NetworkRecord[]): string {
  const values: [string, string | number][] = [
    ['config.version', 8],
    ['virtualHW.version', 19],
    ['displayName', vm.name],
    ['guestOS', vmxGuestOs(vm)],
    ['guestinfo.osVersion', vm.osVersion],
    ['firmware', vm.firmware === 'UEFI' ? 'efi' : 'bios'],
    ['uefi.secureBoot.enabled', vm.secureBoot ? 'TRUE' : 'FALSE'],
    ['numvcpus', vm.cpuCount],
    ['memSize', vm.memoryBytes / 2 ** 20],
    ['uuid.bios', spaced(vm.biosUuid)],
    ['vc.uuid', spaced(vm.instanceUuid)],
    ['disk.EnableUUID', 'TRUE'],
    ['scsi0.present', 'TRUE'],
    ['scsi0.virtualDev', vm.scsiType === 'PVSCSI' ? 'pvscsi' : 'lsilogic'],
  ];
  const home = parseDatastorePath(vm.home);
  for (const { key, vmdkFile } of vm.disks) {
    const device = `scsi${Math.floor((key - 2000) / 16)}:${(key - 2000) % 16}`;
    const { datastore, path } = parseDatastorePath(vmdkFile);
    const beside = datastore === home.datastore && path.startsWith(`${home.path}/`);
    values.push([`${device}.present`, 'TRUE'], [`${device}.fileName`, beside ? path.slice(home.path.length + 1) : `/vmfs/volumes/${datastore}/${path}`]);
  }
  for (const [index, nic] of vm.nics.entries()) {
    const network = networks.find(({ id }) => id === nic.networkId)?.name ?? '';
    values.push(
      [`ethernet${index}.present`, 'TRUE'],
      [`ethernet${index}.virtualDev`, 'vmxnet3'],
      [`ethernet${index}.networkName`, network],
      [`ethernet${index}.addressType`, 'vpx'],
      [`ethernet${index}.generatedAddress`, nic.macAddress],
    );
  }
  return `.encoding = "UTF-8"\n${values.map(([name, value]) => `${name} = "${value}"`).join('\n')}\n`;
}

/** @param folder the datastore folder that the file lies in @throws LabError InvalidArgument */
export function parseVmx(text: string, folder: string): VmxContent {
  const values = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*([\w.:]+)\s*=\s*"(.*)"\s*$/.exec(line);
    if (match !== null) values.set((match[1] as string).toLowerCase(), match[2] as string);
  }
  const value = (name: string): string => {
    const found = values.get(name.toLowerCase());
    if (found === undefined) throw new LabError('InvalidArgument', `The .vmx file does not say ${name}.`);
    return found;
  };
  const guest = guestOfVmxName(value('guestOS'));
  const disks = [...values]
    .filter(([name]) => /^scsi\d:\d+\.filename$/.test(name))
    .map(([, file]) => (file.startsWith('/vmfs/volumes/') ? file.replace(/^\/vmfs\/volumes\/([^/]+)\//, '[$1] ') : `${folder}/${file}`));
  const nics = [...values]
    .filter(([name]) => /^ethernet\d+\.networkname$/.test(name))
    .map(([name, networkName]) => ({ networkName, macAddress: values.get(`${name.split('.')[0]}.generatedaddress`) ?? '' }));
  return {
    ...guest,
    name: value('displayName'),
    osVersion: values.get('guestinfo.osversion') ?? guest.osVersion,
    firmware: values.get('firmware') === 'efi' ? 'UEFI' : 'BIOS',
    secureBoot: values.get('uefi.secureboot.enabled') === 'TRUE',
    scsiType: values.get('scsi0.virtualdev') === 'pvscsi' ? 'PVSCSI' : 'LSILOGIC',
    cpuCount: Number(values.get('numvcpus') ?? 1),
    memoryBytes: Number(value('memSize')) * 2 ** 20,
    instanceUuid: unspaced(value('vc.uuid')),
    vmdkFiles: disks,
    nics,
  };
}

function spaced(uuid: string): string {
  const pairs = uuid.replaceAll('-', '').match(/../g) ?? [];
  return `${pairs.slice(0, 8).join(' ')}-${pairs.slice(8).join(' ')}`;
}

function unspaced(text: string): string {
  return text.replace(/[^0-9a-f]/gi, '').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
