// First contact with a configuration server: fetches the authority that its TLS certificate must be signed by.
import { request } from 'node:https';
import type { NetworkPath } from '../contract/faults.ts';
import { LabError } from '../kernel/errors.ts';
import type { Network } from '../kernel/network.ts';

const answerLimitBytes = 64 * 1024;

/**
 * Asks without trusting the answer: whoever answers here must afterwards prove that it knows the site's passphrase.
 * @returns the authority's certificate (PEM)
 * @throws LabError PeerUnreachable, LinkDown, CertificateNotTrusted when the answer is none of a configuration server
 */
export async function askAuthority(configServerUrl: string, network: Network, paths: readonly NetworkPath[]): Promise<string> {
  await network.carry(paths, 0);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const unreachable = (error: Error): void => reject(new LabError('PeerUnreachable', `${configServerUrl}: ${error.message}`, { cause: error }));
  const call = request(`${configServerUrl.replace(/\/$/, '')}/authority`, { rejectUnauthorized: false, agent: false }, (response) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    response.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes > answerLimitBytes) response.destroy(new Error('The answer is too long.'));
      else chunks.push(chunk);
    });
    response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    response.on('error', unreachable);
  });
  call.on('error', unreachable);
  call.end();
  return certificateOf(await promise, configServerUrl);
}

function certificateOf(text: string, configServerUrl: string): string {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'certificate' in body && typeof body.certificate === 'string') return body.certificate;
  } catch (error) {
    throw new LabError('CertificateNotTrusted', `${configServerUrl} is no configuration server.`, { cause: error });
  }
  throw new LabError('CertificateNotTrusted', `${configServerUrl} is no configuration server.`);
}
