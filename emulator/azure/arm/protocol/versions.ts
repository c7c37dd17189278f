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

export function toVersion(apiVersion: string, body: unknown): unknown {
  return apiVersion < '2018' ? toOld(body as Json) : body;
}

function toOld(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(toOld);
  if (value === null || typeof value !== 'object') return value;
  const object = value as { readonly [name: string]: Json };
  const answer: Record<string, Json> = {};
  for (const [name, property] of Object.entries(object)) {
    const old = toOld(property);
    answer[name] = wordNames.has(name) && typeof old === 'string' ? (oldWords[old] ?? old) : old;
    const oldName = Object.hasOwn(oldNames, name) ? oldNames[name] : undefined;
    if (oldName !== undefined) answer[oldName] = old;
  }
  if ('allowedOperations' in object && Array.isArray(object['healthErrors'])) {
    answer['replicationHealthErrors'] = answer['healthErrors'] as Json;
    answer['failoverHealthErrors'] = [];
  }
  return answer;
}
