// LabErrors in the body that vSphere's REST clients expect: a type of vSphere's closed set, and messages.
import type { ErrorRequestHandler } from 'express';
import type { ErrorCode } from '../../contract/errors.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Trace } from '../../kernel/trace.ts';

const errorTypes: Partial<Record<ErrorCode, string>> = {
  DiskSizeInvalid: 'INVALID_ARGUMENT',
  DiskSpaceExhausted: 'UNABLE_TO_ALLOCATE_RESOURCE',
  InvalidArgument: 'INVALID_ARGUMENT',
  MalformedRequest: 'INVALID_ARGUMENT',
  NotFound: 'NOT_FOUND',
  VSphereAlreadyExists: 'ALREADY_EXISTS',
  VSphereAlreadyInDesiredState: 'ALREADY_IN_DESIRED_STATE',
  VSphereNotAllowedInCurrentState: 'NOT_ALLOWED_IN_CURRENT_STATE',
  VSphereResourceInaccessible: 'RESOURCE_INACCESSIBLE',
  VSphereResourceInUse: 'RESOURCE_IN_USE',
  VSphereServiceUnavailable: 'SERVICE_UNAVAILABLE',
  VSphereUnableToAllocateResource: 'UNABLE_TO_ALLOCATE_RESOURCE',
  VSphereUnauthenticated: 'UNAUTHENTICATED',
  VSphereUnauthorized: 'UNAUTHORIZED',
  VSphereUnsupported: 'UNSUPPORTED',
};

/** Last middleware of the vCenter's app. `/rest` wraps the same in the older shape. */
export function vSphereProblems(trace: Trace): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  // oxlint-disable-next-line max-params
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const refusal = refusedByExpress(error);
    const problem = refusal === undefined ? LabError.from(error) : new LabError('MalformedRequest', refusal.message, { cause: error });
    if (problem.code === 'InternalError')
      trace.record('vcenter', 'unexpected', { path: request.path, stack: error instanceof Error ? error.stack : String(error) });
    const type = errorTypes[problem.code] ?? 'ERROR';
    const messages = [{ id: `com.siterecoverylab.vcenter.${problem.code}`, default_message: problem.message, args: [] }];
    if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Basic realm="vCenter", charset="UTF-8"');
    response.status(refusal?.status ?? problem.status);
    if (request.originalUrl.startsWith('/rest/'))
      response.json({ type: `com.vmware.vapi.std.errors.${type.toLowerCase()}`, value: { error_type: type, messages } });
    else response.json({ error_type: type, messages });
  };
}

/** A body that is no JSON, a path that is not URL-encoded, a range past the end of a file: express says so by an error with a status of the caller's fault. */
function refusedByExpress(error: unknown): { status: number; message: string } | undefined {
  if (error instanceof LabError || !(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  return error.status >= 400 && error.status < 500 ? { status: error.status, message: error.message } : undefined;
}
