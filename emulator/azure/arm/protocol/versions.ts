// One shape is made, that of 2023-06-01; clients of before 2018 get the old names beside the new ones (arm-contract §8).

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** Old name by new name, wherever it stands in an answer. Source: the 2016-08-10 recordings. */
const oldNames: Readonly<Record<string, string>> = {
  sourceVmCpuCount: 'sourceVmCPUCount',
  sourceVmRamSizeInMB: 'sourceVmRAMSizeInMB',
  enableRdpOnTargetOption: 'enableRDPOnTargetOption',
};
const oldWords: Readonly<Record<string, string>> = { UnplannedFailoverCommitted: 'UnplannedFailoverStatesBegin' };
const wordNames: ReadonlySet<string> = new Set(['protectionState']);

const validatorSource = 'ReplicationUnitFailoverValidatorError';

export function toVersion(apiVersion: string, body: unknown): unknown {
  // Versions of 2021 and later have the shape that is made.
  return apiVersion < '2021' ? toOld(body as Json, apiVersion < '2018') : body;
}

/** @param first the names and words of before 2018 as well; later ones differ in network cards only */
function toOld(value: Json, first: boolean): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((one) => toOld(one, first));
  if (value === null || typeof value !== 'object') return value;
  const object = value as { readonly [name: string]: Json };
  const answer = Object.fromEntries(
    Object.entries(object).flatMap(([name, property]) => (first ? oldProperty(name, toOld(property, first)) : [[name, toOld(property, first)]])),
  );
  if (first && 'allowedOperations' in object && Array.isArray(object['healthErrors'])) Object.assign(answer, splitHealthErrors(answer['healthErrors']));
  return 'nicId' in object && Array.isArray(object['ipConfigs']) ? { ...answer, ...flatNic(object['ipConfigs'][0]) } : answer;
}

/** The property, and beside it what it was called before 2018. */
function oldProperty(name: string, value: Json): [string, Json][] {
  const word = wordNames.has(name) && typeof value === 'string' ? (oldWords[value] ?? value) : value;
  const oldName = Object.hasOwn(oldNames, name) ? oldNames[name] : undefined;
  return [[name, word], ...(oldName === undefined ? [] : [[oldName, word] as [string, Json]])];
}

/** Two lists of before 2018: errors of replication, and those that the failover validator found. */
function splitHealthErrors(errors: Json | undefined): Record<string, Json> {
  const list = (errors ?? []) as readonly { readonly [name: string]: Json }[];
  return {
    replicationHealthErrors: list.filter((error) => error['errorSource'] !== validatorSource),
    failoverHealthErrors: list.filter((error) => error['errorSource'] === validatorSource),
  };
}

/** Until 2021 a network card had the fields of its one IP configuration beside its own (arm-contract §5.9). Source: the 2016-08-10 recordings. */
function flatNic(config: Json | undefined): Record<string, Json> {
  const fields = (config ?? {}) as { readonly [name: string]: Json };
  return {
    vMSubnetName: fields['subnetName'] ?? null,
    recoveryVMSubnetName: fields['recoverySubnetName'] ?? null,
    ipAddressType: fields['ipAddressType'] ?? null,
    primaryNicStaticIPAddress: fields['staticIPAddress'] ?? null,
    replicaNicStaticIPAddress: fields['recoveryStaticIPAddress'] ?? null,
    recoveryNicIpAddressType: fields['recoveryIPAddressType'] ?? null,
  };
}
