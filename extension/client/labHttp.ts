// HTTPS to the lab: its own certificate authority, its bearer token, connections that stay open. Node's own client, because the bundle that loads at activation is small.
import { Agent, request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { LabLocator } from '../../emulator/contract/labLocator.ts';
import { ExtensionError } from '../lab/labError.ts';
import { t } from '../texts.ts';

/** Dispose to close its connections. */
export class LabHttp implements Disposable {
  readonly locator: LabLocator;
  /** PEM of the lab's authority. */
  readonly ca: string;
  readonly #agent: Agent;

  private constructor(locator: LabLocator, ca: string) {
    this.locator = locator;
    this.ca = ca;
    this.#agent = new Agent({ ca, keepAlive: true });
  }

  /** @throws ExtensionError LabUnreachable when the lab's folder is gone */
  static async open(locator: LabLocator): Promise<LabHttp> {
    try {
      return new LabHttp(locator, await readFile(locator.ca, 'utf8'));
    } catch (error) {
      throw new ExtensionError('LabUnreachable', t('The certificate of the lab, {0}, cannot be read.', locator.ca), {
        cause: error,
        recommendedAction: t('Start the lab again.'),
      });
    }
  }

  /** @throws ExtensionError LabUnreachable when nobody answers */
  async send(url: string, options: { method?: 'GET' | 'POST'; body?: unknown; signal?: AbortSignal } = {}): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const text = options.body === undefined ? undefined : JSON.stringify(options.body);
    const sending = request(
      url,
      {
        agent: this.#agent,
        method: options.method ?? 'GET',
        ...(options.signal === undefined ? {} : { signal: options.signal }),
        headers: { authorization: `Bearer ${this.locator.token}`, ...(text === undefined ? {} : { 'content-type': 'application/json' }) },
      },
      resolve,
    );
    sending.on('error', (error) =>
      reject(
        options.signal?.aborted === true
          ? error
          : new ExtensionError('LabUnreachable', t('The lab does not answer: {0}', error.message), {
              cause: error,
              recommendedAction: t('Start the lab again.'),
            }),
      ),
    );
    sending.end(text);
    return promise;
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

export async function textOf(message: IncomingMessage): Promise<string> {
  let text = '';
  message.setEncoding('utf8');
  for await (const part of message as AsyncIterable<string>) text += part;
  return text;
}
