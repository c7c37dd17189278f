// What clients send over vSphere's REST wire, read into the rules' own words; anything else is refused.
import { LabError } from '../../kernel/errors.ts';
import { guestOfRestName } from './guestOs.ts';
import type { ClusterRecord } from './inventory.ts';
import type { PowerAction, VSphere } from './service.ts';
import type { DiskSpec, NewVm } from './virtualMachines.ts';

/** `names=a&names=b`, and the older `filter.names=a`, `filter.names.1=a`. */
export type Filter = ReadonlyMap<string, readonly string[]>;

/** @throws LabError InvalidArgument for a filter that does not exist here */
export function parseFilter(query: Readonly<Record<string, unknown>>, known: readonly string[]): Filter {
  const filter = new Map<string, string[]>();
  for (const [key, value] of Object.entries(query)) {
    const name = key.replace(/^filter\./, '').replace(/\.\d+$/, '');
    if (!known.includes(name)) throw new LabError('InvalidArgument', `There is no filter "${key}"; known are ${known.join(', ')}.`);
    filter.set(name, [...(filter.get(name) ?? []), ...[value].flat().map(String)]);
  }
  return filter;
}

/** Whether a property passes the filter of that name; no such filter lets everything pass. */
export function passes(filter: Filter, name: string, ...values: readonly string[]): boolean {
  const wanted = filter.get(name);
  return wanted === undefined || values.some((value) => wanted.includes(value));
}

/** `/rest` wraps what is sent in `spec`. @throws LabError MalformedRequest */
export function specOf(body: unknown): Record<string, unknown> {
  const outer = record(body, 'The body');
  return 'spec' in outer ? record(outer['spec'], 'spec') : outer;
}

/** @throws LabError InvalidArgument */
export function parsePowerAction(action: unknown): PowerAction {
  const known = ['start', 'stop', 'reset', 'suspend'] as const;
  const found = known.find((candidate) => candidate === action);
  if (found === undefined) throw new LabError('InvalidArgument', `"${String(action)}" is no power action; known are ${known.join(', ')}.`);
  return found;
}

/** @throws LabError MalformedRequest, InvalidArgument, VSphereUnsupported, NotFound */
export function parseNewVm(body: unknown, vSphere: VSphere): NewVm {
  const spec = specOf(body);
  const placement = record(spec['placement'] ?? {}, 'placement');
  const boot = record(spec['boot'] ?? {}, 'boot');
  const guest = guestOfRestName(text(spec, 'guest_OS'));
  const windows = guest.osType === 'Windows';
  return {
    ...guest,
    name: text(spec, 'name'),
    firmware: boot['type'] === 'EFI' ? 'UEFI' : 'BIOS',
    cpuCount: number(record(spec['cpu'] ?? {}, 'cpu'), 'count', windows ? 2 : 1),
    memoryBytes: number(record(spec['memory'] ?? {}, 'memory'), 'size_MiB', 2048) * 2 ** 20,
    datastoreId: text(placement, 'datastore'),
    ...hostOf(placement, vSphere),
    ...(placement['folder'] === undefined ? {} : { folderId: text(placement, 'folder') }),
    nics: list(spec['nics']).map((nic) => {
      const backing = record(nic['backing'], 'backing');
      return { networkId: text(backing, 'network'), ...(nic['mac_address'] === undefined ? {} : { macAddress: text(nic, 'mac_address') }) };
    }),
    disks: list(spec['disks']).map(parseDisk),
  };
}

/** @throws LabError MalformedRequest, VSphereUnsupported */
export function parseDisk(spec: Record<string, unknown>): DiskSpec {
  if (spec['type'] !== undefined && spec['type'] !== 'SCSI')
    throw new LabError('VSphereUnsupported', `Disks here are SCSI, not ${JSON.stringify(spec['type'])}.`);
  if (spec['backing'] !== undefined) {
    const backing = record(spec['backing'], 'backing');
    if (backing['type'] !== 'VMDK_FILE') throw new LabError('VSphereUnsupported', 'A backing is a VMDK_FILE.');
    return { vmdkFile: text(backing, 'vmdk_file') };
  }
  const newVmdk = record(spec['new_vmdk'], 'new_vmdk');
  const sizeBytes = number(newVmdk, 'capacity', Number.NaN);
  if (!(sizeBytes > 0)) throw new LabError('InvalidArgument', 'new_vmdk.capacity is missing.');
  return { sizeBytes };
}

/** @throws LabError MalformedRequest */
export function parseRegistration(body: unknown, vSphere: VSphere): { vmxFile: string; options: { name?: string; hostId?: string; folderId?: string } } {
  const spec = specOf(body);
  const placement = record(spec['placement'] ?? {}, 'placement');
  const vmxFile = spec['datastore_path'] === undefined ? pathWithin(spec, vSphere) : text(spec, 'datastore_path');
  return {
    vmxFile,
    options: {
      ...(spec['name'] === undefined ? {} : { name: text(spec, 'name') }),
      ...hostOf(placement, vSphere),
      ...(placement['folder'] === undefined ? {} : { folderId: text(placement, 'folder') }),
    },
  };
}

export function text(fields: Record<string, unknown>, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') throw new LabError('MalformedRequest', `${name} is missing.`);
  return value;
}

/** Real vCenter takes datastore and path apart: `{datastore, path}`. */
function pathWithin(spec: Record<string, unknown>, vSphere: VSphere): string {
  const id = text(spec, 'datastore');
  const datastore = vSphere.datastores().find((candidate) => candidate.id === id);
  if (datastore === undefined) throw new LabError('NotFound', `datastore ${id}`);
  return `[${datastore.name}] ${text(spec, 'path')}`;
}

/** A host, or a cluster that leaves the choice to vCenter. */
function hostOf(placement: Record<string, unknown>, vSphere: VSphere): { hostId?: string } {
  if (placement['host'] !== undefined) {
    const hostId = text(placement, 'host');
    if (!vSphere.hosts().some(({ id }) => id === hostId)) throw new LabError('NotFound', `host ${hostId}`);
    return { hostId };
  }
  const known = (cluster: ClusterRecord): boolean =>
    [cluster.id, cluster.resourcePoolId].some((id) => id === (placement['cluster'] ?? placement['resource_pool'] ?? cluster.id));
  if (!vSphere.clusters().some(known)) throw new LabError('NotFound', 'cluster or resource pool of the placement');
  return {};
}

function record(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new LabError('MalformedRequest', `${name} is missing or no object.`);
  return value as Record<string, unknown>;
}

function list(value: unknown): Record<string, unknown>[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new LabError('MalformedRequest', 'A list is expected.');
  return value.map((entry) => record(entry, 'A list entry'));
}

function number(fields: Record<string, unknown>, name: string, otherwise: number): number {
  const value = fields[name] ?? otherwise;
  if (typeof value !== 'number') throw new LabError('MalformedRequest', `${name} is no number.`);
  return value;
}
