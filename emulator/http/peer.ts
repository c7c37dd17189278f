// Mutual TLS on the server's side: which component calls, by the certificate that the configuration server issued to it.
import type { Request, RequestHandler } from 'express';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../kernel/clock.ts';
import { LabError } from '../kernel/errors.ts';
import { readCertificate } from './certificates.ts';

export interface Peer {
  readonly hostId: string;
  readonly role: string;
}

const peers = new WeakMap<TLSSocket, Peer & { toMs: number }>();

/** The caller of a request. @throws LabError CertificateNotTrusted without a certificate of the trusted authority, or with one past its time */
export function peerOf(request: Request, clock: Clock): Peer {
  const socket = request.socket as TLSSocket;
  let peer = peers.get(socket);
  if (peer === undefined) {
    if (!socket.authorized)
      throw new LabError(
        'CertificateNotTrusted',
        socket.authorizationError === undefined ? 'The caller sent no certificate.' : String(socket.authorizationError),
      );
    const { name, role, validity } = readCertificate(socket.getPeerCertificate().raw);
    peer = { hostId: name, role, toMs: validity?.toMs ?? Infinity };
    peers.set(socket, peer);
  }
  if (clock.now() > peer.toMs)
    throw new LabError('CertificateNotTrusted', `The certificate of ${peer.hostId} expired at ${new Date(peer.toMs).toISOString()}.`);
  return peer;
}

/** Refuses callers whose certificate was not issued for one of these roles. */
export function requireRole(clock: Clock, ...roles: readonly string[]): RequestHandler {
  return (request, _response, next) => {
    const peer = peerOf(request, clock);
    if (!roles.includes(peer.role)) throw new LabError('AccessDenied', `A certificate for ${peer.role} may not call ${request.path}.`);
    next();
  };
}
