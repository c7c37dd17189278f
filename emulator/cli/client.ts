// The control API of a running lab, as the command line calls it: typed operations and the feed of news.
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import type { ControlEvent, OperationName, ReplyOf, RequestOf } from '../contract/control.ts';
import type { LabLocator } from '../contract/labLocator.ts';
import { problemOf } from '../http/problem.ts';
import { LabError } from '../kernel/errors.ts';

/** Dispose to close its connections. */
export class ControlClient implements AsyncDisposable {
  readonly locator: LabLocator;
  readonly #agent: Agent;

  private constructor(locator: LabLocator, agent: Agent) {
    this.locator = locator;
    this.#agent = agent;
  }

  /** @throws LabError LabNotRunning when the lab's own certificate is gone with its folder */
  static async open(locator: LabLocator): Promise<ControlClient> {
    // A step of the clock, or the checksum of a large disk, takes as long as it takes.
    const patience = { headersTimeout: 0, bodyTimeout: 0 };
    if (!locator.control.url.startsWith('https:')) return new ControlClient(locator, new Agent(patience));
    const ca = await readFile(locator.ca, 'utf8').catch((error: unknown) => {
      throw new LabError('LabNotRunning', `${locator.ca} cannot be read.`, { cause: error });
    });
    return new ControlClient(locator, new Agent({ ...patience, connect: { ca } }));
  }

  /** @throws LabError of the lab, LabNotRunning when nobody listens any more, PeerUnreachable when the lab ended during the call */
  async call<Name extends OperationName>(name: Name, body: RequestOf<Name>): Promise<ReplyOf<Name>> {
    const { statusCode, body: answer } = await this.#send(`/control/${name}`, { method: 'POST', body: JSON.stringify(body) });
    const text = await answer.text();
    if (statusCode >= 400) throw problemIn(text) ?? new LabError('MalformedRequest', `${name} answered ${statusCode}.`);
    return (text === '' ? {} : JSON.parse(text)) as ReplyOf<Name>;
  }

  /** Ends when `signal` fires. @throws LabError PeerUnreachable when the lab ends */
  async *events(signal: AbortSignal): AsyncGenerator<ControlEvent> {
    const { statusCode, body } = await this.#send('/control/events', { method: 'GET', signal });
    if (statusCode >= 400) throw problemIn(await body.text()) ?? new LabError('MalformedRequest', `The feed answered ${statusCode}.`);
    let rest = '';
    body.setEncoding('utf8');
    try {
      for await (const part of body as AsyncIterable<string>) {
        const messages = `${rest}${part}`.split('\n\n');
        rest = messages.pop() as string;
        for (const message of messages) {
          const line = message.split('\n').find((candidate) => candidate.startsWith('data:'));
          if (line !== undefined) yield JSON.parse(line.slice(5)) as ControlEvent;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      throw unreachable(this.locator, error);
    }
    if (!signal.aborted) throw unreachable(this.locator, undefined);
  }

  async #send(path: string, options: { method: 'GET' | 'POST'; body?: string; signal?: AbortSignal }): ReturnType<typeof request> {
    const { control } = this.locator;
    try {
      return await request(`${control.url}${path}`, {
        dispatcher: this.#agent,
        ...options,
        headers: { authorization: `Bearer ${control.token}`, ...(options.body === undefined ? {} : { 'content-type': 'application/json' }) },
      });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED')
        throw new LabError('LabNotRunning', `${control.url} refuses connections.`, { cause: error });
      throw unreachable(this.locator, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }
}

function unreachable(locator: LabLocator, cause: unknown): LabError {
  return new LabError('PeerUnreachable', `The lab at ${locator.control.url} ended the connection.`, { cause });
}

function problemIn(text: string): LabError | undefined {
  try {
    return problemOf(JSON.parse(text));
  } catch {
    // Not JSON: whatever listens there is no lab, its status is all we know.
    return undefined;
  }
}
