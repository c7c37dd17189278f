// Reads what components and files say to the configuration server; unknown goes in, checked shapes come out.
import { LabError } from '../../kernel/errors.ts';
import type { HostReport } from '../../replication/reports.ts';
import { hostRoles, type HostRole, type RegistrationRequest } from '../../registration/hostRole.ts';

/** @throws LabError MalformedRequest */
export function parseRegistration(body: unknown): RegistrationRequest {
  const fields = recordOf(body);
  return {
    role: roleOf(fields['role']),
    hostId: textOf(fields, 'hostId'),
    name: textOf(fields, 'name'),
    request: textOf(fields, 'request'),
    proof: textOf(fields, 'proof'),
    details: fields['details'] === undefined ? {} : recordOf(fields['details']),
  };
}

/** @throws LabError MalformedRequest */
export function parseCertificateRequest(body: unknown): { request: string } {
  return { request: textOf(recordOf(body), 'request') };
}

/** The parts that a role may send; each is checked for being there and being about the sender, its figures are the sender's. @throws LabError MalformedRequest */
export function parseHostReport(body: unknown, sender: { hostId: string; role: HostRole }): HostReport {
  const fields = recordOf(body);
  const part = { agent: 'agent', processserver: 'processServer', mastertarget: 'masterTarget' }[sender.role];
  for (const name of ['agent', 'processServer', 'masterTarget']) {
    if (fields[name] === undefined) continue;
    if (name !== part || recordOf(fields[name])['hostId'] !== sender.hostId)
      throw new LabError('MalformedRequest', `${sender.hostId} reported ${name} of another host.`);
  }
  for (const name of ['vCenters', 'machines', 'taskResults'])
    if (fields[name] !== undefined && !Array.isArray(fields[name])) throw new LabError('MalformedRequest', `${name} is no list.`);
  return fields;
}

/**
 * A registration key file goes to the vault as it is, for only the vault can tell whether it is genuine; what is no such file need not go.
 * @returns where the vault is, if the file says so
 * @throws LabError VaultCredentialsMalformed
 */
export function parseCredentialsFile(text: string): { vaultUrl: string | undefined } {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw new LabError('VaultCredentialsMalformed', '', { cause: error });
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new LabError('VaultCredentialsMalformed');
  const credentials: unknown = 'credentials' in body ? body.credentials : undefined;
  const named = typeof credentials === 'object' && credentials !== null && 'vaultUrl' in credentials ? credentials.vaultUrl : undefined;
  return { vaultUrl: typeof named === 'string' && URL.canParse(named) ? named : undefined };
}

function recordOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new LabError('MalformedRequest', 'An object is expected.');
  return value as Record<string, unknown>;
}

function textOf(fields: Record<string, unknown>, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') throw new LabError('MalformedRequest', `${name} is missing.`);
  return value;
}

function roleOf(value: unknown): HostRole {
  const role = hostRoles.find((candidate) => candidate === value);
  if (role === undefined) throw new LabError('MalformedRequest', `No component has the role ${String(value)}.`);
  return role;
}
