// Secrets that a lab makes once and keeps: its certificate authority, tokens, passwords and signing key. None opens anything outside this lab.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createAuthority, issue, type KeyAndCertificate } from '../http/certificates.ts';
import type { ServerIdentity } from '../http/serve.ts';
import type { Random } from '../kernel/random.ts';
import type { Store } from '../kernel/store.ts';
import type { LabFolder } from './labFolder.ts';

export interface Household {
  readonly authority: KeyAndCertificate;
  /** Path of the authority's certificate, for clients. */
  readonly caPath: string;
  readonly token: string;
  readonly vCenterPassword: string;
  /** PEM, of the key that signs the vault's credentials files. */
  readonly signingKey: string;
  readonly subscriptionId: string;
  readonly tenantId: string;
  /** One certificate serves all of the lab's own servers: each is this computer under another port. */
  readonly identity: ServerIdentity;
}

type Kept = Omit<Household, 'caPath' | 'tenantId'>;

/** The same GUID for the same lab seed and purpose. */
function seededGuid(random: Random, purpose: string): string {
  return random
    .fork(purpose)
    .bytes(16)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** @param random names subscription and tenant when the household is new */
export async function openHousehold(folder: LabFolder, store: Store, random: Random): Promise<Household> {
  const kept = store.get<Kept>('household', 'lab') ?? (await found(store, seededGuid(random, 'subscription')));
  const tenantId = store.get<string>('household', 'tenant') ?? seededGuid(random, 'tenant');
  store.put('household', 'tenant', tenantId);
  const caPath = folder.path('ca.pem');
  writeFileSync(caPath, kept.authority.certificate);
  return { ...kept, tenantId, caPath };
}

async function found(store: Store, subscriptionId: string): Promise<Kept> {
  const authority = await createAuthority('Site Recovery Lab');
  const server = await issue(authority, { name: 'localhost', role: 'server' });
  const kept: Kept = {
    authority,
    token: randomBytes(32).toString('base64url'),
    vCenterPassword: randomBytes(12).toString('base64url'),
    signingKey: generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    }).privateKey,
    subscriptionId,
    identity: { key: server.key, certificate: server.certificate },
  };
  store.put('household', 'lab', kept);
  return kept;
}
