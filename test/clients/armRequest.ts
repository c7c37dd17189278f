// One request to ARM as any program could send it, right or wrong: what is sent is what is given, byte for byte.
import { Agent, request } from 'node:https';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { ReadyLine } from '../../emulator/contract/labLocator.ts';

export interface ArmRequest {
  readonly verb: string;
  /** Path with query, already encoded. */
  readonly target: string;
  /** An object is sent as JSON, a text as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ArmAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Null when there was none. @throws SyntaxError when it is no JSON */
  readonly body: unknown;
}

export class ArmEndpoint implements Disposable {
  readonly #url: string;
  readonly #token: string;
  readonly #agent: Agent;

  constructor({ arm, ca }: Pick<ReadyLine, 'arm' | 'ca'>) {
    this.#url = arm.url;
    this.#token = arm.token;
    this.#agent = new Agent({ keepAlive: true, ca: readFileSync(ca, 'utf8') });
  }

  /** An empty `authorization` header in the request means none. */
  async ask({ verb, target, body, headers = {} }: ArmRequest): Promise<ArmAnswer> {
    const { hostname, port } = new URL(this.#url);
    const content = body === undefined ? undefined : typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const all = { authorization: `Bearer ${this.#token}`, ...(content === undefined ? {} : { 'content-type': 'application/json' }), ...headers };
    const sent = Object.entries(all).filter(([, value]) => value !== '');
    const { promise, resolve, reject } = Promise.withResolvers<ArmAnswer>();
    // As `path` and not as a URL: that would tidy the path up before it is sent.
    const asking = request({ hostname, port, path: target, method: verb, agent: this.#agent, headers: Object.fromEntries(sent) }, (answer) => {
      const received = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
      text(answer).then(
        (said) =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: Object.fromEntries(received) as Record<string, string>,
            text: said,
            get body() {
              return said === '' ? null : (JSON.parse(said) as unknown);
            },
          }),
        reject,
      );
    });
    asking.on('error', reject);
    asking.end(content);
    return promise;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}
