// The HTTPS client of every role: keep-alive, the lab's CA, a client certificate where the wire asks for one, LabErrors out of error bodies.
import { Agent, request, type Dispatcher } from 'undici';
import type { NetworkPath } from '../contract/faults.ts';
import type { Clock } from '../kernel/clock.ts';
import { LabError } from '../kernel/errors.ts';
import type { Network } from '../kernel/network.ts';
import { problemOf } from './problem.ts';

export interface ClientIdentity {
  /** PEM of the authority that signed the server's certificate. */
  readonly ca: string;
  readonly key?: string;
  readonly certificate?: string;
}

export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH' | 'HEAD';
  readonly headers?: Record<string, string>;
  /** An object is sent as JSON, a Buffer as it is. */
  readonly body?: object | Buffer;
  readonly signal?: AbortSignal;
  /** For a call that hangs until somebody rings: the activity does not hold this clock's time meanwhile. */
  readonly longPoll?: Pick<Clock, 'idle'>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly bytes: Buffer;
}

/** One peer seen over one or more network paths. Dispose to close its connections. */
export class HttpClient implements AsyncDisposable {
  readonly url: string;
  readonly #network: Network;
  readonly #paths: readonly NetworkPath[];
  readonly #agent: Agent;
  readonly #watch: Disposable;
  readonly #cut = new Set<AbortController>();

  constructor(options: { url: string; identity?: ClientIdentity; network: Network; paths: readonly NetworkPath[]; connections?: number }) {
    this.url = options.url.replace(/\/$/, '');
    this.#network = options.network;
    this.#paths = options.paths;
    const { identity } = options;
    this.#agent = new Agent({
      connections: options.connections ?? 16,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 50_000,
      connect:
        identity === undefined
          ? {}
          : {
              ca: identity.ca,
              ...(identity.key === undefined ? {} : { key: identity.key }),
              ...(identity.certificate === undefined ? {} : { cert: identity.certificate }),
            },
    });
    // A cut path breaks what is under way, not only what comes after.
    this.#watch = this.#network.onChange((path, state) => {
      if (state !== 'up' && this.#paths.includes(path)) for (const controller of this.#cut) controller.abort(new LabError('LinkDown', `${path} is ${state}.`));
    });
  }

  /** @returns the decoded JSON body, or undefined for an empty one. @throws LabError of the peer, LinkDown, PeerUnreachable */
  async json<T>(path: string, options: CallOptions = {}): Promise<T> {
    const answer = await this.call(path, options);
    return (answer.bytes.length === 0 ? undefined : JSON.parse(answer.bytes.toString('utf8'))) as T;
  }

  /** @returns status, headers and body of a success (2xx or 3xx). @throws LabError of the peer, LinkDown, PeerUnreachable */
  async call(path: string, options: CallOptions = {}): Promise<Answer> {
    const answer = await this.exchange(path, options);
    if (answer.status < 400) return answer;
    throw (
      errorOf(answer) ??
      new LabError(
        answer.status === 404 ? 'NotFound' : answer.status === 401 ? 'AccessDenied' : 'MalformedRequest',
        `${options.method ?? 'GET'} ${this.url}${path} answered ${answer.status}.`,
      )
    );
  }

  /** As `call`, but every status is an answer: for peers with error bodies of their own. @throws LabError LinkDown, PeerUnreachable */
  async exchange(path: string, options: CallOptions = {}): Promise<Answer> {
    const body = options.body === undefined || Buffer.isBuffer(options.body) ? options.body : Buffer.from(JSON.stringify(options.body));
    await this.#network.carry(this.#paths, body?.length ?? 0);
    const sending = this.#send(path, options, body);
    return options.longPoll === undefined ? sending : options.longPoll.idle(sending);
  }

  async #send(path: string, options: CallOptions, body: Buffer | undefined): Promise<Answer> {
    const controller = new AbortController();
    this.#cut.add(controller);
    const abort = (): void => controller.abort(options.signal?.reason);
    options.signal?.addEventListener('abort', abort, { once: true });
    try {
      const response: Dispatcher.ResponseData = await request(`${this.url}${path}`, {
        dispatcher: this.#agent,
        method: options.method ?? (body === undefined ? 'GET' : 'POST'),
        headers: { ...(body === undefined || Buffer.isBuffer(options.body) ? {} : { 'content-type': 'application/json' }), ...options.headers },
        body: body ?? null,
        signal: controller.signal,
      });
      return { status: response.statusCode, headers: response.headers, bytes: Buffer.from(await response.body.arrayBuffer()) };
    } catch (error) {
      if (error instanceof LabError) throw error;
      if (controller.signal.reason instanceof LabError) throw controller.signal.reason;
      throw new LabError('PeerUnreachable', `${this.url}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    } finally {
      this.#cut.delete(controller);
      options.signal?.removeEventListener('abort', abort);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch[Symbol.dispose]();
    await this.#agent.destroy();
  }
}

function errorOf(answer: Answer): LabError | undefined {
  try {
    return problemOf(JSON.parse(answer.bytes.toString('utf8')));
  } catch {
    // Not JSON: the peer is no role of the lab, its status is all we know.
    return undefined;
  }
}
