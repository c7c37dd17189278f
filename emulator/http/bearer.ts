// Access by a secret that only this lab's own processes know.
import type { RequestHandler } from 'express';
import { timingSafeEqual } from 'node:crypto';
import { LabError } from '../kernel/errors.ts';

export function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

/** Refuses callers without the token. */
export function requireBearer(token: string): RequestHandler {
  const wanted = Buffer.from(`Bearer ${token}`);
  return (request, _response, next) => {
    const given = Buffer.from(request.get('authorization') ?? '');
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) throw new LabError('AccessDenied', 'The bearer token is not that of this lab.');
    next();
  };
}
