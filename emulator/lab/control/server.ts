// Serves the control API of a lab: one POST per operation, one feed of server-sent events. Loopback, bearer token.
import express, { type Express, type Request, type Response } from 'express';
import { timingSafeEqual } from 'node:crypto';
import type { ControlEvent, OperationName, ReplyOf, RequestOf } from '../../contract/control.ts';
import { notFound, problems } from '../../http/problem.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Trace } from '../../kernel/trace.ts';

/** One function per operation of the contract; each part of the lab brings its own. */
export type Handlers<Names extends OperationName = OperationName> = { readonly [Name in Names]: (request: RequestOf<Name>) => Promise<ReplyOf<Name>> };

/** Whoever listens to the feed. */
export class ControlFeed {
  readonly #listeners = new Set<(event: ControlEvent) => void>();

  publish(event: ControlEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  subscribe(listener: (event: ControlEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  get watched(): boolean {
    return this.#listeners.size > 0;
  }
}

export interface ControlServerDeps {
  readonly token: string;
  readonly handlers: Handlers;
  readonly feed: ControlFeed;
  readonly hello: () => ControlEvent;
  readonly trace: Trace;
}

const bodyLimit = '8mb';

export function controlApp(deps: ControlServerDeps): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use((request, _response, next) => {
    requireToken(request, deps.token);
    next();
  });
  app.post('/control/:operation', express.json({ limit: bodyLimit, strict: true, type: () => true }), async (request, response) => {
    const handler = operation(deps.handlers, request.params.operation);
    response.json((await handler(request.body)) ?? {});
  });
  app.get('/control/events', (request, response) => feed(deps, request, response));
  app.use(notFound);
  app.use(problems('control', deps.trace));
  return app;
}

function operation(handlers: Handlers, name: string): (request: unknown) => Promise<unknown> {
  if (!Object.hasOwn(handlers, name)) throw new LabError('NotFound', `Operation ${name}.`);
  // Which request goes with which handler is the contract's to say; the handlers check the values.
  return handlers[name as OperationName] as (request: unknown) => Promise<unknown>;
}

function requireToken(request: Request, token: string): void {
  const given = Buffer.from(request.get('authorization') ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) throw new LabError('AccessDenied', 'The bearer token is not that of this lab.');
}

function feed(deps: ControlServerDeps, request: Request, response: Response): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const send = (event: ControlEvent): void => {
    response.write(`event: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`);
  };
  send(deps.hello());
  const subscription = deps.feed.subscribe(send);
  request.on('close', () => subscription[Symbol.dispose]());
}
