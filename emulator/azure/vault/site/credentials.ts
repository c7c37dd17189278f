// The vault credentials file ("registration key"): JSON that the vault signs and takes back within 5 days (asr-behaviour §1.4).
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { TimeMs } from '../../../kernel/clock.ts';
import { LabError } from '../../../kernel/errors.ts';
import { credentialsLifetimeMs } from '../constants.ts';

export interface VaultCredentials {
  readonly vaultName: string;
  readonly resourceGroupName: string;
  readonly subscriptionId: string;
  readonly region: string;
  readonly vaultUrl: string;
  readonly issuedMs: TimeMs;
  readonly expiresMs: TimeMs;
}

/** @param signingKey PEM of the vault's private key */
export function issueCredentials(content: Omit<VaultCredentials, 'expiresMs'>, signingKey: string): string {
  const credentials: VaultCredentials = { ...content, expiresMs: content.issuedMs + credentialsLifetimeMs };
  const signature = sign('sha256', Buffer.from(JSON.stringify(credentials)), createPrivateKey(signingKey)).toString('base64');
  return JSON.stringify({ credentials, signature }, null, 2);
}

/** @throws LabError CredentialsInvalid, CredentialsExpired */
export function readCredentials(text: string, options: { signingKey: string; vaultName: string; resourceGroupName: string; nowMs: TimeMs }): VaultCredentials {
  const { credentials, signature } = parse(text);
  const genuine = verify('sha256', Buffer.from(JSON.stringify(credentials)), createPublicKey(options.signingKey), Buffer.from(signature, 'base64'));
  if (!genuine || credentials.vaultName !== options.vaultName || credentials.resourceGroupName !== options.resourceGroupName)
    throw new LabError('CredentialsInvalid', `It names the vault ${credentials.vaultName}.`);
  if (options.nowMs > credentials.expiresMs) throw new LabError('CredentialsExpired', `It was valid until ${isoTime(credentials.expiresMs)}.`);
  return credentials;
}

function parse(text: string): { credentials: VaultCredentials; signature: string } {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw new LabError('CredentialsInvalid', 'It is not JSON.', { cause: error });
  }
  if (
    typeof file !== 'object' ||
    file === null ||
    !('credentials' in file) ||
    !('signature' in file) ||
    typeof file.signature !== 'string' ||
    typeof file.credentials !== 'object' ||
    file.credentials === null
  )
    throw new LabError('CredentialsInvalid', 'It lacks credentials or signature.');
  return { credentials: file.credentials as VaultCredentials, signature: file.signature };
}

/** Lab times are no wall times: they are only written as dates here. */
function isoTime(timeMs: TimeMs): string {
  return new Date(timeMs).toISOString();
}
