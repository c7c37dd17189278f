// An estate as somebody's own file: which fields it may have and what each may hold, told field by field when it is not so.
import en from 'zod/v4/locales/en.js';
import * as z from 'zod/mini';
import type { GuestConditions } from '../../machine/guest.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Estate, EstateMachine } from '../estate.ts';

/** None forgotten, none invented. */
type FieldsOf<Shape> = { readonly [Field in keyof Shape]-?: z.ZodMiniType };

const toldProblems = 5;

// The small build of the library says nothing by itself.
z.config(en());

const name = z.string().check(z.trim(), z.minLength(1), z.maxLength(200));
const bytes = z.int().check(z.nonnegative());
const sectors = bytes.check(z.multipleOf(512));
const milliseconds = z.int().check(z.nonnegative());
const rate = z.number().check(z.nonnegative());
const tickMs = z.optional(milliseconds.check(z.positive()));
const osType = z.enum(['Windows', 'Linux']);
const disk = z.int().check(z.nonnegative());

const workload = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('ledger'),
    ledgerId: name,
    disk,
    offset: sectors,
    transfersPerSecond: rate,
    tickMs,
    accountCount: z.optional(z.int().check(z.gte(2))),
    logSectors: z.optional(z.int().check(z.positive())),
    peers: z.optional(z.array(name)),
  }),
  z.strictObject({ kind: z.literal('logWriter'), disk, offset: sectors, sizeBytes: sectors.check(z.positive()), linesPerSecond: rate, tickMs }),
  z.strictObject({
    kind: z.literal('fileChurn'),
    disk,
    offset: sectors,
    sizeBytes: sectors.check(z.positive()),
    bytesPerSecond: rate,
    blockBytes: z.optional(sectors.check(z.positive())),
    compressible: z.optional(z.number().check(z.gte(0), z.lte(1))),
    tickMs,
  }),
]);

const flag = z.boolean();
const guest = z.partial(
  z.strictObject({
    accounts: z.array(z.strictObject({ name, password: z.string(), administrator: flag, state: z.enum(['enabled', 'disabled', 'lockedOut']) })),
    reachable: flag,
    wmi: flag,
    smb: flag,
    ssh: flag,
    sftp: flag,
    passwordAuthentication: flag,
    freeBytes: bytes,
    grubByUuid: flag,
    vssWorks: flag,
    rebootPending: flag,
    toolsRunning: flag,
    clockSkewMs: z.int(),
    domainTrust: flag,
    logonServers: flag,
    netlogonRunning: flag,
    mayCopyFiles: flag,
    systemVolume: z.enum(['bootDisk', 'other']),
    bitLocker: flag,
  } satisfies FieldsOf<GuestConditions>),
);

const machine = z.strictObject({
  name,
  osType,
  osVersion: name,
  firmware: z.enum(['BIOS', 'UEFI']),
  cpuCount: z.int().check(z.positive()),
  memoryBytes: bytes.check(z.positive()),
  ipAddress: z.ipv4(),
  disks: z.array(z.strictObject({ sizeBytes: sectors.check(z.positive()), contentBytes: bytes })).check(z.minLength(1)),
  workloads: z.array(workload),
  group: z.nullable(name),
  guest: z.optional(guest),
} satisfies FieldsOf<EstateMachine>);

const estate = z.partial(
  z.strictObject({
    name: z.string(),
    profile: z.enum(['2017', '2019', '2023']),
    vault: z.strictObject({ name, region: name, resourceGroup: name }),
    configServer: z.strictObject({ name }),
    processServers: z.array(z.strictObject({ name, inAzure: flag, cacheLimitBytes: bytes })),
    masterTargets: z.array(z.strictObject({ name, osType, retentionBytes: bytes })),
    vCenter: z.strictObject({
      name,
      datacenter: name,
      hosts: z.array(name).check(z.minLength(1)),
      datastores: z.array(z.strictObject({ name, type: z.enum(['VMFS', 'NFS', 'vSAN']), capacityBytes: bytes })).check(z.minLength(1)),
      network: name,
    }),
    virtualMachines: z.array(machine),
    physicalServers: z.array(machine),
    azure: z.strictObject({
      networks: z.array(z.strictObject({ name, addressSpace: z.cidrv4(), subnets: z.array(z.strictObject({ name, addressPrefix: z.cidrv4() })) })),
    }),
    policies: z.array(z.strictObject({ name, retentionMs: milliseconds, appConsistentIntervalMs: milliseconds, rpoThresholdMs: milliseconds })),
  } satisfies FieldsOf<Estate>),
);

/**
 * @param text of the file; fields that it leaves out are those of the empty estate
 * @throws LabError ScenarioInvalid with each field that is wrong, at most `toldProblems` of them
 */
export function readEstateFile(path: string, text: string): Partial<Estate> {
  const read = estate.safeParse(parsed(path, text));
  // JSON has no `undefined`: what is left out is absent.
  if (read.success) return read.data as Partial<Estate>;
  const problems = read.error.issues.slice(0, toldProblems).map(({ path: place, message }) => `${placeOf(place)}: ${message}`);
  throw new LabError('ScenarioInvalid', `${path}: ${problems.join('; ')}.`);
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LabError('ScenarioInvalid', `${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** `virtualMachines[0].disks[1].sizeBytes` */
function placeOf(path: readonly PropertyKey[]): string {
  const place = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return place === '' ? 'The file' : place.replace(/^\./, '');
}
