// Azure Resource Manager on a socket: tokens, versions, request ids and error bodies around the operations of the resource providers.
import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler, type Response, type Router } from 'express';
import { LabError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Tokens } from './authority/tokens.ts';
import { authorityRoutes } from './authority/routes.ts';
import { ArmError, armErrorOf, errorBody } from './protocol/armError.ts';
import { Body } from './protocol/body.ts';
import type { LongRunning } from './protocol/longRunning.ts';
import type { Answer, ArmCall, ArmOperation, Verb } from './protocol/operation.ts';
import { toVersion } from './protocol/versions.ts';

export interface ArmServerDeps {
  readonly kernel: Pick<Kernel, 'ids' | 'trace'>;
  readonly tokens: Tokens;
  readonly longRunning: LongRunning;
  readonly operations: readonly ArmOperation[];
}

const bodyLimit = '4mb';

export function armApp(deps: ArmServerDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(requestIds(deps));
  app.use(authorityRoutes(deps.tokens));
  app.use(async (request, _response, next) => {
    await deps.tokens.require(request.get('authorization'), originOf(request));
    next();
  });
  app.use((request, _response, next) => {
    if (apiVersionOf(request) === undefined)
      throw new ArmError(400, 'MissingApiVersionParameter', 'The api-version query parameter (?api-version=) is required for all requests.');
    next();
  });
  app.use(express.json({ limit: bodyLimit, strict: true, type: () => true }));
  app.use(polling(deps));
  app.use(operationRoutes(deps.operations));
  app.use((request: Request) => {
    throw new ArmError(404, 'InvalidResourceType', `The path '${request.path.slice(0, 500)}' names no resource type that this lab has.`);
  });
  app.use(problems(deps));
  return app;
}

/** Every operation at its path; another verb on a known path is told so. */
function operationRoutes(operations: readonly ArmOperation[]): Router {
  const router = express.Router({ caseSensitive: false });
  const verbs = new Map<string, Verb[]>();
  for (const operation of operations) {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, ':$1');
    const key = path.replaceAll(/:\w+/g, ':').toLowerCase();
    verbs.set(key, [...(verbs.get(key) ?? []), operation.verb]);
    router[operation.verb.toLowerCase() as Lowercase<Verb>](path, async (request: Request, response: Response) => {
      const call = callOf(request, operation.verb, response);
      send(call, response, await operation.handle(call));
    });
  }
  for (const [path, allowed] of verbs) {
    let place = 0;
    router.all(
      path.replaceAll(':', () => `:p${place++}`),
      (request: Request) => {
        throw new ArmError(405, 'MethodNotAllowed', `${request.method} is not allowed here; ${allowed.join(', ')} is.`, {
          headers: { allow: allowed.join(', ') },
        });
      },
    );
  }
  return router;
}

/** `operationresults` of any resource: the answer of a finished write is that of the resource itself. */
function polling({ longRunning }: ArmServerDeps): Router {
  const router = express.Router({ caseSensitive: false });
  router.get('/*resource/operationresults/:operationId', (request, response, next) => {
    const call = callOf(request, 'GET', response);
    const result = longRunning.result(call, request.params.operationId);
    if ('status' in result) return send(call, response, result);
    request.url = `${result.resourcePath}?${new URLSearchParams({ 'api-version': call.apiVersion }).toString()}`;
    next();
  });
  // Site Recovery's, the vault provider's, and those of compute and the resource groups.
  for (const place of ['replicationOperationStatus', 'operationStatus', 'operations', 'operationStatuses']) {
    router.get(`/*place/${place}/:operationId`, (request, response) => {
      const call = callOf(request, 'GET', response);
      send(call, response, longRunning.status(call, request.params.operationId));
    });
  }
  return router;
}

function send(call: ArmCall, response: Response, answer: Answer): void {
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  response.status(answer.status);
  if (answer.body === undefined || call.verb === 'HEAD') response.end();
  else response.json(toVersion(call.apiVersion, answer.body));
}

function callOf(request: Request, verb: Verb, response: Response): ArmCall {
  return {
    verb,
    path: request.path,
    params: request.params as Record<string, string>,
    query: queryOf(request),
    body: Body.of(request.body),
    origin: originOf(request),
    apiVersion: apiVersionOf(request) ?? '',
    requestId: String(response.getHeader('x-ms-request-id')),
  };
}

/** Names in lower case, the first value of each. */
function queryOf(request: Request): ReadonlyMap<string, string> {
  return new Map([...new URL(request.url, 'https://localhost').searchParams].reverse().map(([name, value]) => [name.toLowerCase(), value]));
}

function apiVersionOf(request: Request): string | undefined {
  return queryOf(request).get('api-version') || undefined;
}

/** By the name that the client used, so that a certificate for it will do for the next request too. */
function originOf(request: Request): string {
  return `https://${request.get('host') ?? 'localhost'}`;
}

function requestIds({ kernel }: ArmServerDeps): RequestHandler {
  return (request, response, next) => {
    const requestId = kernel.ids.guid();
    response.setHeader('x-ms-request-id', requestId);
    response.setHeader('x-ms-correlation-request-id', request.get('x-ms-correlation-request-id') ?? requestId);
    response.setHeader('cache-control', 'no-cache');
    const clientRequestId = request.get('x-ms-client-request-id');
    if (clientRequestId !== undefined) response.setHeader('x-ms-client-request-id', clientRequestId);
    next();
  };
}

function problems({ kernel }: ArmServerDeps): ErrorRequestHandler {
  // express tells an error handler by its four parameters.
  // oxlint-disable-next-line max-params
  return (error: unknown, request, response, next) => {
    if (response.headersSent) return next(error);
    const problem = armErrorOf(asRequestError(error) ?? error);
    if (problem.status === 500) kernel.trace.record('arm', 'unexpected', { path: request.path, stack: error instanceof Error ? error.stack : String(error) });
    for (const [name, value] of Object.entries(problem.headers)) response.setHeader(name, value);
    const activityId = String(response.getHeader('x-ms-request-id'));
    response.status(problem.status).json(errorBody(problem, { clientRequestId: request.get('x-ms-client-request-id') ?? '', activityId }));
  };
}

/** What express and its body reader complain of: the client's fault, all of it. */
function asRequestError(error: unknown): ArmError | undefined {
  if (!(error instanceof Error) || error instanceof ArmError || error instanceof LabError) return undefined;
  if (error instanceof URIError) return new ArmError(400, 'BadRequest', 'The path is not well encoded.');
  const { type, status } = error as { type?: unknown; status?: unknown };
  if (typeof type !== 'string' && !(typeof status === 'number' && status >= 400 && status < 500)) return undefined;
  if (status === 415) return new ArmError(415, 'UnsupportedMediaType', `The request content could not be read: ${error.message}`);
  if (type === 'entity.too.large') return new ArmError(413, 'RequestEntityTooLarge', `The body is longer than ${bodyLimit}.`);
  return new ArmError(400, 'InvalidRequestContent', `The request content was invalid and could not be read: ${error.message}`);
}
