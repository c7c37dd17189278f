// Proof of the passphrase in both directions: neither side sends it, so neither a wrong passphrase nor a foreign server learns or passes anything.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** HMAC-SHA-256 (hex) of some texts by the passphrase. The texts are kept apart by their lengths. */
export function prove(passphrase: string, ...texts: readonly string[]): string {
  const hmac = createHmac('sha256', passphrase);
  for (const text of texts) hmac.update(`${Buffer.byteLength(text)}:`).update(text);
  return hmac.digest('hex');
}

/** Whether `proof` is what `prove` gives for the same passphrase and texts. */
export function isProof(proof: string, passphrase: string, ...texts: readonly string[]): boolean {
  const expected = Buffer.from(prove(passphrase, ...texts), 'utf8');
  const given = Buffer.from(proof, 'utf8');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
