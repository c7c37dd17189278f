// How an agent, a process server or a master target becomes known to its configuration server (asr-behaviour §1.4).
import type { NetworkPath } from '../contract/faults.ts';
import { askAuthority } from '../http/askAuthority.ts';
import { createRequest, isSignedBy } from '../http/certificates.ts';
import { HttpClient } from '../http/client.ts';
import { LabError } from '../kernel/errors.ts';
import type { Network } from '../kernel/network.ts';
import type { HostRole, RegistrationAnswer, RegistrationRequest } from './hostRole.ts';
import { isProof, prove } from './passphraseProof.ts';

export interface RegistrationOptions {
  readonly configServerUrl: string;
  readonly passphrase: string;
  readonly role: HostRole;
  readonly hostId: string;
  readonly name: string;
  /** What the configuration server keeps of the component; `version` by custom. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly network: Network;
  /** The paths between the component and the configuration server. */
  readonly paths: readonly NetworkPath[];
}

/** PEM texts: the component's own key, its certificate, and the authority that signs all certificates of the site. */
export interface Registration {
  readonly key: string;
  readonly certificate: string;
  readonly authority: string;
}

/**
 * Registers and proves the passphrase in both directions. May be repeated: the host keeps its id and gets a new certificate.
 * @throws LabError PassphraseWrong, CertificateNotTrusted (the server does not know the passphrase), ConfigServerCertificateExpired, PeerUnreachable, LinkDown
 */
export async function registerHost(options: RegistrationOptions): Promise<Registration> {
  const { configServerUrl, passphrase, role, hostId, name, details, network, paths } = options;
  const authority = await askAuthority(configServerUrl, network, paths);
  const { key, request } = await createRequest({ name: hostId, role });
  await using client = new HttpClient({ url: configServerUrl, identity: { ca: authority }, network, paths, connections: 1 });
  const body: RegistrationRequest = { role, hostId, name, request, proof: prove(passphrase, role, hostId, request), details };
  const answer = await client.json<RegistrationAnswer>('/registration', { body });
  const genuine =
    answer.authority === authority && isProof(answer.proof, passphrase, answer.certificate, answer.authority) && isSignedBy(answer.certificate, authority);
  if (!genuine) throw new LabError('CertificateNotTrusted', `${configServerUrl} could not prove that it knows the passphrase.`);
  return { key, certificate: answer.certificate, authority };
}
