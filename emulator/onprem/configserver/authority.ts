// The site's certificate authority: made at set-up, it signs the certificates of the server itself and of all that register.
import { randomInt } from 'node:crypto';
import { createAuthority, issue, signRequest, type KeyAndCertificate } from '../../http/certificates.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { RegistrationRequest } from '../../registration/hostRole.ts';
import { certificateLifetimeMs, type SetupRecord } from './state.ts';

/** No letters or digits that are mistaken for each other: people type passphrases. */
const passphraseLetters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789';
const passphraseLength = 16;

/** A new site: its id, its passphrase, its authority. */
export async function setUp(kernel: Pick<Kernel, 'clock' | 'ids'>, name: string): Promise<SetupRecord> {
  const passphrase = Array.from({ length: passphraseLength }, () => passphraseLetters[randomInt(passphraseLetters.length)]).join('');
  return {
    hostId: kernel.ids.hostId(),
    passphrase,
    authority: await createAuthority(`${name} Site Recovery`),
    certificateExpiryMs: kernel.clock.now() + certificateLifetimeMs,
  };
}

/** The TLS identity of the configuration server's own endpoint. */
export async function serverCertificate(setup: SetupRecord, nowMs: number): Promise<KeyAndCertificate> {
  return issue(setup.authority, { name: setup.hostId, role: 'configserver' }, { fromMs: nowMs, toMs: setup.certificateExpiryMs });
}

/**
 * Signs a component's request; its certificate ends with the server's own.
 * @throws LabError ConfigServerCertificateExpired, MalformedRequest
 */
export async function certify(setup: SetupRecord, host: Pick<RegistrationRequest, 'hostId' | 'role' | 'request'>, nowMs: number): Promise<string> {
  if (nowMs > setup.certificateExpiryMs) throw new LabError('ConfigServerCertificateExpired');
  return signRequest(setup.authority, host.request, {
    subject: { name: host.hostId, role: host.role },
    validity: { fromMs: nowMs, toMs: setup.certificateExpiryMs },
  });
}
