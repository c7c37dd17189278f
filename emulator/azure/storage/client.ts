// How blob requests leave a role: keep-alive connections, network paths that can be cut, LabErrors for what can be expected.
import type { HttpOperationResponse, IHttpClient, WebResource } from '@azure/storage-blob';
import { Agent, type Dispatcher } from 'undici';
import type { NetworkPath } from '../../contract/faults.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Network } from '../../kernel/network.ts';

export interface BlobTransportOptions {
  /** Paths that each request is charged to; absent: the caller sits beside the storage. */
  readonly network?: { readonly network: Network; readonly paths: readonly NetworkPath[] };
  /** PEM of the authority that signed the service's certificate, for HTTPS with a certificate of our own. */
  readonly ca?: string;
}

const connections = 64;

/** The connections of one account's clients: the bottom of an SDK pipeline. Dispose to close them. */
export class BlobTransport implements IHttpClient, AsyncDisposable {
  readonly #agent: Agent;
  readonly #network: BlobTransportOptions['network'];
  readonly #watch: Disposable | undefined;
  readonly #underWay = new Set<AbortController>();

  constructor(options: BlobTransportOptions = {}) {
    const { network } = options;
    this.#network = network;
    this.#agent = new Agent({
      connections,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 60_000,
      ...(options.ca === undefined ? {} : { connect: { ca: options.ca } }),
    });
    this.#watch = network?.network.onChange((path, state) => {
      if (state !== 'up' && network.paths.includes(path))
        for (const controller of this.#underWay) controller.abort(new LabError('LinkDown', `${path} is ${state}.`));
    });
  }

  /**
   * A call that is the lab's own, not one of the blob service.
   * @throws LabError LinkDown, PeerUnreachable, StorageFailed
   */
  async post({ origin, pathname, search }: URL, body: Buffer): Promise<void> {
    const response = await this.#send({ origin, path: pathname + search, method: 'POST', body }, undefined);
    await response.body.dump();
    if (response.statusCode >= 300) throw storageFailed(origin + pathname, response);
  }

  /** @throws LabError LinkDown, PeerUnreachable, StorageFailed */
  async sendRequest(request: WebResource): Promise<HttpOperationResponse> {
    const { origin, pathname, search } = new URL(request.url);
    const body = bodyOf(request);
    const headers = request.headers.toJson({ preserveCase: true });
    const response = await this.#send({ origin, path: pathname + search, method: request.method, headers, body }, request.abortSignal);
    if (response.statusCode >= 500) {
      await response.body.dump();
      throw storageFailed(origin, response);
    }
    const answer = { request, status: response.statusCode, headers: headersLike(request, response.headers) };
    if (request.streamResponseStatusCodes?.has(response.statusCode) === true) return { ...answer, readableStreamBody: response.body };
    return { ...answer, bodyAsText: await bodyText(response, origin) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch?.[Symbol.dispose]();
    await this.#agent.destroy();
  }

  async #send(options: Dispatcher.RequestOptions, signal: WebResource['abortSignal']): Promise<Dispatcher.ResponseData> {
    await this.#network?.network.carry(this.#network.paths, Buffer.isBuffer(options.body) ? options.body.length : 0);
    const controller = new AbortController();
    const abort = (): void => controller.abort();
    signal?.addEventListener('abort', abort);
    this.#underWay.add(controller);
    try {
      return await this.#agent.request({ ...options, signal: controller.signal });
    } catch (error) {
      if (controller.signal.reason instanceof LabError) throw controller.signal.reason;
      if (signal?.aborted === true) throw error;
      throw unreachable(String(options.origin), error);
    } finally {
      this.#underWay.delete(controller);
      signal?.removeEventListener('abort', abort);
    }
  }
}

/** Whether the service answered that the blob or container does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'statusCode' in error && error.statusCode === 404;
}

function storageFailed(where: string, { statusCode, headers }: Dispatcher.ResponseData): LabError {
  const code = headers['x-ms-error-code'];
  return new LabError('StorageFailed', `${where} answered ${statusCode}${code === undefined ? '' : ` ${String(code)}`}.`);
}

function unreachable(where: string, cause: unknown): LabError {
  return new LabError('PeerUnreachable', `${where}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}

/** The SDK gives text, bytes, or (for what it may have to send twice) a function that makes a stream. */
function bodyOf(request: WebResource): Buffer | string | null {
  const body: unknown = request.body;
  if (body === undefined || body === null) return null;
  if (typeof body === 'string' || Buffer.isBuffer(body)) return body;
  if (ArrayBuffer.isView(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  throw new TypeError('Blobs are uploaded from memory: give the SDK a Buffer.');
}

async function bodyText(response: Dispatcher.ResponseData, where: string): Promise<string> {
  try {
    return await response.body.text();
  } catch (error) {
    throw unreachable(where, error);
  }
}

function headersLike(request: WebResource, received: Dispatcher.ResponseData['headers']): WebResource['headers'] {
  const headers = request.headers.clone();
  for (const name of headers.headerNames()) headers.remove(name);
  for (const [name, value] of Object.entries(received)) if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  return headers;
}
