// Certificates: the lab's own authority, the configuration server's authority, and what both issue.
// Lifetimes run on the lab's clock, which TLS does not know: the X.509 dates are wide, and an extension of ours carries the true ones.
import 'reflect-metadata';
import { createHash, createPrivateKey, webcrypto, X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { LabError } from '../kernel/errors.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
/** Extension with `{"fromMs":…,"toMs":…}`, under the arc reserved for examples. */
const labValidityOid = '2.999.26.1';
const alwaysFrom = new Date('2000-01-01T00:00:00Z');
const alwaysTo = new Date('2120-01-01T00:00:00Z');

/** PEM texts. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly certificate: string;
}

export interface Subject {
  /** Common name: the host id of a component, or a server's name. */
  readonly name: string;
  /** Organizational unit: the role the certificate was issued for. */
  readonly role: string;
}

export interface CertificateContent {
  readonly subject: Subject;
  /** Absent: it never ends. */
  readonly validity?: Validity | undefined;
}

export interface Validity {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A new self-signed authority. */
export async function createAuthority(name: string): Promise<KeyAndCertificate> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
    notBefore: alwaysFrom,
    notAfter: alwaysTo,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  return { key: await exportKey(keys.privateKey), certificate: certificate.toString('pem') };
}

/** Key and certificate in one step, for a server or client of the authority's own household. Good for 127.0.0.1, localhost and the subject's name. */
export async function issue(authority: KeyAndCertificate, subject: Subject, validity?: Validity): Promise<KeyAndCertificate> {
  const keys = await newKeys();
  const certificate = await sign(authority, keys.publicKey, { subject, validity });
  return { key: await exportKey(keys.privateKey), certificate };
}

/** A key that never leaves its component, and the request for a certificate that does. */
export async function createRequest(subject: Subject): Promise<{ key: string; request: string }> {
  const keys = await newKeys();
  const request = await x509.Pkcs10CertificateRequestGenerator.create({ name: nameOf(subject), keys, signingAlgorithm: algorithm });
  return { key: await exportKey(keys.privateKey), request: request.toString('pem') };
}

/** @throws LabError MalformedRequest when the request is not one, or its signature is wrong */
export async function signRequest(authority: KeyAndCertificate, requestPem: string, content: CertificateContent): Promise<string> {
  let publicKey: webcrypto.CryptoKey;
  try {
    const request = new x509.Pkcs10CertificateRequest(requestPem);
    if (!(await request.verify())) throw new Error('signature');
    publicKey = await request.publicKey.export();
  } catch (error) {
    throw new LabError('MalformedRequest', 'The certificate request cannot be read.', { cause: error });
  }
  return sign(authority, publicKey, content);
}

/** What a peer's certificate (DER) says. @throws LabError CertificateNotTrusted when it carries no subject of ours */
export function readCertificate(der: Buffer): Subject & { validity: Validity | undefined; fingerprint: string } {
  const certificate = new x509.X509Certificate(new Uint8Array(der));
  const name = certificate.subjectName.getField('CN')[0];
  const role = certificate.subjectName.getField('OU')[0];
  if (name === undefined || role === undefined) throw new LabError('CertificateNotTrusted', `Subject ${certificate.subject}.`);
  const extension = certificate.getExtension(labValidityOid);
  const validity = extension === null ? undefined : (JSON.parse(Buffer.from(extension.value).subarray(2).toString('utf8')) as Validity);
  return { name, role, validity, fingerprint: createHash('sha256').update(der).digest('hex') };
}

/** Whether a certificate (PEM) was signed by this authority (PEM). */
export function isSignedBy(certificate: string, authority: string): boolean {
  return new X509Certificate(certificate).verify(new X509Certificate(authority).publicKey);
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' }).toString();
}

async function sign(authority: KeyAndCertificate, publicKey: webcrypto.CryptoKey, { subject, validity }: CertificateContent): Promise<string> {
  const issuer = new x509.X509Certificate(authority.certificate);
  const pkcs8 = createPrivateKey(authority.key).export({ type: 'pkcs8', format: 'der' });
  const signingKey = await webcrypto.subtle.importKey('pkcs8', new Uint8Array(pkcs8), algorithm, false, ['sign']);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: nameOf(subject),
    issuer: issuer.subject,
    publicKey,
    signingKey,
    signingAlgorithm: algorithm,
    notBefore: alwaysFrom,
    notAfter: alwaysTo,
    extensions: [
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
      new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']),
      ...(validity === undefined ? [] : [new x509.Extension(labValidityOid, false, utf8String(JSON.stringify(validity)))]),
    ],
  });
  return certificate.toString('pem');
}

function nameOf(subject: Subject): x509.JsonName {
  return [{ CN: [subject.name] }, { OU: [subject.role] }];
}

/** A DER UTF8String; the texts here are shorter than 128 bytes. */
function utf8String(text: string): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(text, 'utf8');
  return new Uint8Array([0x0c, bytes.length, ...bytes]);
}
