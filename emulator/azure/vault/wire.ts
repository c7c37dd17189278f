// Parses what the site sends to the vault's service endpoint: unknown in, documents out.
import { LabError } from '../../kernel/errors.ts';
import type { SiteReport } from '../../replication/reports.ts';
import type { Mark } from '../../replication/stations.ts';
import type { ChecksumRange } from './checksums.ts';
import type { RegistrationRequest } from './site/registration.ts';

const largestRangeBytes = 1024 * 1024 * 1024;

/** @throws LabError MalformedRequest */
export function parseRegistration(body: unknown): RegistrationRequest {
  const { credentials, hostId, name } = objectOf(body);
  if (typeof credentials !== 'string' || typeof hostId !== 'string' || typeof name !== 'string' || hostId === '' || name === '')
    throw malformed('A registration has credentials, hostId and name.');
  return { credentials, hostId, name };
}

/** Lists are taken as the configuration server sends them: it is a registered component. @throws LabError MalformedRequest */
export function parseReport(body: unknown, hostId: string): SiteReport {
  const report = objectOf(body);
  const configServer = objectOf(report['configServer']);
  if (configServer['hostId'] !== hostId || typeof configServer['name'] !== 'string') throw malformed(`A report of ${hostId} names its configuration server.`);
  for (const list of ['agents', 'processServers', 'masterTargets', 'vCenters', 'machines', 'taskResults'])
    if (report[list] !== undefined && !Array.isArray(report[list])) throw malformed(`${list} is a list.`);
  return report as unknown as SiteReport;
}

/** @throws LabError MalformedRequest */
export function parseUploaded(body: unknown): { through: number; newestMark: Mark | null } {
  const { through, newestMark } = objectOf(body);
  if (typeof through !== 'number' || !Number.isInteger(through) || through < 0) throw malformed('`through` is a sequence number.');
  if (newestMark === null || newestMark === undefined) return { through, newestMark: null };
  const mark = objectOf(newestMark);
  if (typeof mark['id'] !== 'string' || typeof mark['timeMs'] !== 'number') throw malformed('`newestMark` is a mark.');
  return { through, newestMark: newestMark as Mark };
}

/** @throws LabError MalformedRequest */
export function parseRange(query: Readonly<Record<string, unknown>>): ChecksumRange {
  const [offset, length, blockBytes] = ['offset', 'length', 'block'].map((name) => Number(query[name]));
  if (
    offset === undefined ||
    length === undefined ||
    blockBytes === undefined ||
    ![offset, length, blockBytes].every((value) => Number.isSafeInteger(value) && value >= 0 && value % 512 === 0) ||
    length === 0 ||
    length > largestRangeBytes ||
    blockBytes === 0
  )
    throw malformed('offset, length and block are multiples of 512.');
  return { offset, length, blockBytes };
}

/** @throws LabError AccessDenied */
export function parseToken(header: string | undefined): string {
  const token = header?.match(/^Bearer (\S+)$/)?.[1];
  if (token === undefined) throw new LabError('AccessDenied', 'A bearer token is needed.');
  return token;
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed('An object is expected.');
  return value as Record<string, unknown>;
}

function malformed(text: string): LabError {
  return new LabError('MalformedRequest', text);
}
