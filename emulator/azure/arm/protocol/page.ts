// Lists in pages: `{value, nextLink}` with an absolute link that leads the client back to the host it asked (arm-contract §1).
import { badRequest } from './armError.ts';
import { ok, type Answer, type ArmCall } from './operation.ts';

const pageRows = 200;

/**
 * @param rows all of them, in a stable order; only those of the page are shown
 * @param show a row as the client gets it
 */
export function page<Row>(call: ArmCall, rows: readonly Row[], show: (row: Row) => unknown): Answer {
  const first = tokenOf(call);
  const take = takeOf(call);
  const value = rows.slice(first, first + take).map(show);
  const next = first + take;
  return ok({ value, nextLink: next < rows.length ? linkTo(call, next) : null });
}

function tokenOf(call: ArmCall): number {
  const token = call.query.get('$skiptoken') ?? call.query.get('skiptoken');
  if (token === undefined || token === '') return 0;
  const first = Number(Buffer.from(token, 'base64url').toString('utf8'));
  if (!Number.isSafeInteger(first) || first < 0)
    throw badRequest('InvalidParameter', `The continuation token "${token.slice(0, 100)}" was not given out here.`);
  return first;
}

function takeOf(call: ArmCall): number {
  const text = call.query.get('$take') ?? call.query.get('$top') ?? call.query.get('taketoken');
  if (text === undefined || text === '') return pageRows;
  const take = Number(text);
  if (!Number.isSafeInteger(take) || take < 1) throw badRequest('InvalidParameter', `$take must be a whole number above 0, not "${text.slice(0, 100)}".`);
  return Math.min(take, pageRows);
}

function linkTo(call: ArmCall, first: number): string {
  const kept = [...call.query].filter(([name]) => name !== '$skiptoken' && name !== 'skiptoken');
  const parts = [...kept, ['$skipToken', Buffer.from(String(first)).toString('base64url')] as const];
  return `${call.origin}${call.path}?${parts.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join('&')}`;
}
