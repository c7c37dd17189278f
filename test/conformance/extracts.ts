// Payloads of 2021 that were transcribed in part: everything that they show is to be found in the lab's traffic, in the same words.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exchange } from '../clients/traffic.ts';
import { shapeOf } from './shapes.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
type JsonObject = { readonly [name: string]: Json };

interface Extract {
  /** Name in the file. */
  readonly name: string;
  /** Of the answers in the traffic, those that are about the same. */
  readonly isLike: (body: JsonObject, exchange: Exchange) => boolean;
  /** The extract as an answer would have it. */
  readonly whole: (extract: JsonObject) => JsonObject;
  /** Begin of a line of `unmatched`, with the reason for it. */
  readonly without?: Readonly<Record<string, string>>;
}

const extracts = JSON.parse(readFileSync(join(import.meta.dirname, 'recordings', 'hand-extracts-2021.json'), 'utf8')) as Readonly<Record<string, JsonObject>>;

/** Remarks stand beside the fields: `_disk` and `_nic` are what one row of a list has. */
function withRows(extract: JsonObject): JsonObject {
  const properties = extract['properties'] as JsonObject;
  const details = properties['providerSpecificDetails'] as JsonObject;
  const { _disk: disk = properties['_disk'] ?? null, _nic: nic = null, ...rest } = details;
  const rows = { ...(disk === null ? {} : { protectedDisks: [disk] }), ...(nic === null ? {} : { vmNics: [nic] }) };
  return { ...extract, properties: { ...without(properties, '_disk'), providerSpecificDetails: { ...rest, ...rows } } };
}

function without(object: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([own]) => own !== name));
}

function propertiesOf(body: JsonObject): JsonObject {
  return (body['properties'] ?? {}) as JsonObject;
}

function detailsOf(body: JsonObject): JsonObject {
  return (propertiesOf(body)['providerSpecificDetails'] ?? {}) as JsonObject;
}

const ofJob = (job: JsonObject): JsonObject => ({ properties: job });

export const heldExtracts: readonly Extract[] = [
  {
    name: 'failbackRpi',
    isLike: (body) =>
      detailsOf(body)['instanceType'] === 'InMage' && detailsOf(body)['activeSiteType'] === 'Azure' && propertiesOf(body)['protectionState'] === 'Protected',
    whole: withRows,
    without: { 'properties.recoveryFabricFriendlyName=PwsTestCS': 'The name of the recorded server.' },
  },
  {
    name: 'failedOverRpi',
    isLike: (body) => propertiesOf(body)['protectionState'] === 'UnplannedFailoverCommitted',
    whole: withRows,
    without: {
      'properties.providerSpecificDetails.firmwareType=UEFI': 'Machines with UEFI do not come home in the profile of the life.',
      'properties.providerSpecificDetails<InMageAzureV2>.protectedDisks[].healthErrorCode': 'The recorded disk waits for resynchronisation.',
      'properties.providerSpecificDetails.protectedDisks[].resyncRequired=Required': 'The recorded disk waits for resynchronisation.',
    },
  },
  {
    name: 'reprotectJob',
    isLike: (body) => propertiesOf(body)['scenarioName'] === 'SwitchReplicationGroupProtection',
    whole: ofJob,
    without: {
      'properties.tasks[].groupTaskCustomDetails': 'The lab discovers the replica in the job itself, not in one of its own.',
    },
  },
  { name: 'failbackCommitJob', isLike: (body) => propertiesOf(body)['scenarioName'] === 'CommitFailover', whole: ofJob },
  { name: 'updateMobilityServiceJob', isLike: (body) => propertiesOf(body)['scenarioName'] === 'UpdateMobilityService', whole: ofJob },
  {
    name: 'tfoJobCustomDetails',
    isLike: (body) => propertiesOf(body)['scenarioName'] === 'TestFailover',
    whole: (details) => ({ properties: { customDetails: details } }),
  },
  { name: 'vCenter', isLike: (_body, { verb, url }) => verb === 'GET' && /\/replicationvCenters\/[^/]+\?/.test(url), whole: (vCenter) => vCenter },
];

/** A word is something that a program would compare with: no name, time, version or id. */
const word = /^[A-Za-z][A-Za-z ]*[A-Za-z]$/;

/** @returns a line for each path or word of the extracts that no answer like it has, and for each reason that nothing needs */
export function unmatched(exchanges: readonly Exchange[]): string[] {
  return heldExtracts.flatMap(({ name, isLike, whole, without: reasons = {} }) => {
    const like = exchanges
      .filter((exchange) => isObject(exchange.responseBody) && isLike(exchange.responseBody, exchange))
      .map(({ responseBody }) => responseBody as JsonObject);
    if (like.length === 0) return [`${name}: no answer is like it`];
    const extract = whole(extracts[name] as JsonObject);
    const shapes = new Set(like.flatMap((body) => [...shapeOf(body)]));
    const words = new Set(like.flatMap((body) => [...leaves(body)]));
    const lines = [
      ...[...shapeOf(extract)].filter((path) => !shapes.has(path)).map((path) => `${name}: ${path} is never there`),
      ...leaves(extract)
        .filter((leaf) => !words.has(leaf))
        .map((leaf) => `${name}: ${leaf} is never so`),
    ];
    const isNeeded = (start: string): boolean => lines.some((line) => line.startsWith(`${name}: ${start}`));
    return [
      ...lines.filter((line) => !Object.keys(reasons).some((start) => line.startsWith(`${name}: ${start}`))),
      ...Object.keys(reasons)
        .filter((start) => !isNeeded(start))
        .map((start) => `${name}: nothing needs the reason for ${start}`),
    ];
  });
}

function isObject(body: unknown): body is JsonObject {
  return body !== null && typeof body === 'object' && !Array.isArray(body);
}

/** `path=word` of all words below. */
function leaves(value: Json, path = ''): string[] {
  if (typeof value === 'string') return word.test(value) ? [`${path}=${value}`] : [];
  if (value === null || typeof value !== 'object') return [];
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap((entry) => leaves(entry, `${path}[]`));
  const own = Object.entries(value).filter(([name]) => !name.startsWith('_'));
  return own.flatMap(([name, property]) => leaves(property, path === '' ? name : `${path}.${name}`));
}
