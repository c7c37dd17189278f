// The error body of ARM, and what the engine's own errors look like in it (arm-contract §1, §7.7).
import { LabError } from '../../../kernel/errors.ts';

export interface ErrorDetail {
  readonly code: string;
  readonly message: string;
  readonly possibleCauses: string;
  readonly recommendedAction: string;
}

/** An error that is ARM's own: routing, tokens, request bodies. Rules of the engine throw LabError. */
export class ArmError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: readonly ErrorDetail[];
  readonly headers: Readonly<Record<string, string>>;

  // Status, code and message are what every error of ARM has.
  // oxlint-disable-next-line max-params
  constructor(status: number, code: string, message: string, more: { details?: readonly ErrorDetail[]; headers?: Readonly<Record<string, string>> } = {}) {
    super(message);
    this.name = 'ArmError';
    this.status = status;
    this.code = code;
    this.details = more.details ?? [];
    this.headers = more.headers ?? {};
  }
}

/** A child of a vault that is not there. Source: V2A session records. */
export function resourceMissing(name: string): ArmError {
  const message = `Specified resource with name '${name}' does not exist.`;
  return new ArmError(404, 'NotFound', message, {
    details: [
      {
        code: 'ArmResourceDoesNotExist',
        message,
        possibleCauses: 'The resource was removed, or it belongs to another vault.',
        recommendedAction: 'Check the name of the resource, then repeat the operation.',
      },
    ],
  });
}

export function badRequest(detail: string, message: string, recommendedAction = 'Correct the request, then repeat it.'): ArmError {
  return new ArmError(400, 'BadRequest', message, { details: [{ code: detail, message, possibleCauses: message, recommendedAction }] });
}

/** Words of the HTTP status, as the service has them at the top of its error bodies. */
const statusCodes: Readonly<Record<number, string>> = { 400: 'BadRequest', 401: 'Unauthorized', 403: 'Forbidden', 404: 'NotFound', 409: 'Conflict' };

/** Codes of the engine that ARM calls otherwise. */
const armCodes: Readonly<Record<string, string>> = { NotFound: 'ArmResourceDoesNotExist', JobNotFound: 'ArmResourceDoesNotExist' };

export function armErrorOf(error: unknown): ArmError {
  if (error instanceof ArmError) return error;
  const problem = LabError.from(error);
  if (problem.code === 'InternalError') return new ArmError(500, 'InternalServerError', 'The lab met an internal error; its trace has the details.');
  const rows = [problem, ...problem.details];
  return new ArmError(problem.status, statusCodes[problem.status] ?? problem.code, problem.message, {
    details: rows.map((row) => ({
      code: armCodes[row.code] ?? row.code,
      message: row.message,
      possibleCauses: row.message,
      recommendedAction: row.recommendedAction,
    })),
  });
}

/** Names in messages are the caller's own and may be of any length. */
const longestMessage = 1000;

/** @returns the JSON body: `{error: {code, message, details}}` */
export function errorBody(error: ArmError, ids: { clientRequestId: string; activityId: string }): unknown {
  const cut = (text: string): string => (text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text);
  const details = error.details.map((detail) => ({ ...detail, message: cut(detail.message), possibleCauses: cut(detail.possibleCauses), ...ids }));
  return { error: { code: error.code, message: cut(error.message), details } };
}
