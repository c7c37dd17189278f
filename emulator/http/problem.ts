// LabError to an HTTP answer and back: the same JSON body on every plain wire of the lab.
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { isErrorBody, LabError } from '../kernel/errors.ts';
import type { Trace } from '../kernel/trace.ts';

/** Last middleware of an app. What was not expected is traced with its stack and answered as InternalError. */
export function problems(role: string, trace: Trace): ErrorRequestHandler {
  // express tells an error handler by its four parameters.
  // oxlint-disable-next-line max-params
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const problem = isBodyError(error) ? new LabError('MalformedRequest', error.message, { cause: error }) : LabError.from(error);
    if (problem.code === 'InternalError') trace.record(role, 'unexpected', { path: request.path, stack: error instanceof Error ? error.stack : String(error) });
    response.status(problem.status).json({ error: problem.toBody() });
  };
}

/** Answers what no route took. */
export const notFound: RequestHandler = (request) => {
  throw new LabError('NotFound', `${request.method} ${request.path}`);
};

/** The LabError in a decoded answer body, if there is one. */
export function problemOf(body: unknown): LabError | undefined {
  if (typeof body !== 'object' || body === null || !('error' in body) || !isErrorBody(body.error)) return undefined;
  return LabError.fromBody(body.error);
}

function isBodyError(error: unknown): error is Error {
  return (
    error instanceof Error &&
    'type' in error &&
    typeof error.type === 'string' &&
    (error.type.startsWith('entity.') || error.type.startsWith('request.') || error.type.startsWith('encoding.'))
  );
}
