// Who calls, from the headers of a request: session header, session cookie, or HTTP basic where the wire allows it.
import type { Request } from 'express';
import { LabError } from '../../kernel/errors.ts';
import type { Session, Sessions } from './sessions.ts';

export const sessionHeader = 'vmware-api-session-id';

/** @throws LabError VSphereUnauthenticated */
export function basicCredentials(request: Request): { userName: string; password: string } {
  const match = /^Basic\s+(.+)$/i.exec(request.headers.authorization ?? '');
  const text = Buffer.from(match?.[1] ?? '', 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) throw new LabError('VSphereUnauthenticated', 'The request carries no credentials.');
  return { userName: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** The token by header or cookie; undefined when there is neither. */
export function sessionToken(request: Request): string | undefined {
  const header = request.headers[sessionHeader];
  if (typeof header === 'string') return header;
  const cookies = (request.headers.cookie ?? '').split(';').map((cookie) => cookie.trim());
  // The SOAP wire's cookie carries the same token, quoted as vCenter does.
  const cookie = cookies.find((candidate) => candidate.startsWith(`${sessionHeader}=`) || candidate.startsWith('vmware_soap_session='));
  return cookie?.slice(cookie.indexOf('=') + 1).replaceAll('"', '');
}

/** @throws LabError VSphereUnauthenticated */
export function sessionOf(request: Request, sessions: Sessions): Session {
  const token = sessionToken(request);
  if (token === undefined) throw new LabError('VSphereUnauthenticated', 'The request carries no session.');
  return sessions.get(token);
}
