// The lab's control API: what Azure has no interface for (clock, faults, guests, components), and the feed of news.
import type { ControlEvent, OperationName, ReplyOf, RequestOf } from '../../emulator/contract/control.ts';
import { ExtensionError } from '../lab/labError.ts';
import { textOf, type LabHttp } from './labHttp.ts';
import { t } from '../texts.ts';

export class ControlClient {
  readonly #http: LabHttp;

  constructor(http: LabHttp) {
    this.#http = http;
  }

  /** @throws ExtensionError with the lab's own code and remedy */
  async call<Name extends OperationName>(name: Name, request: RequestOf<Name>): Promise<ReplyOf<Name>> {
    const { control } = this.#http.locator;
    const answer = await this.#http.send(`${control.url}/control/${name}`, { method: 'POST', body: request });
    const text = await textOf(answer);
    const body: unknown = text === '' ? {} : JSON.parse(text);
    if ((answer.statusCode ?? 500) >= 400)
      throw ExtensionError.of(
        (body as { error?: Parameters<typeof ExtensionError.of>[0] }).error ?? {
          code: 'LabUnreachable',
          message: t('{0} was answered with {1}.', name, answer.statusCode ?? 0),
          recommendedAction: '',
        },
      );
    return body as ReplyOf<Name>;
  }

  /** Ends when `signal` fires. @throws ExtensionError LabUnreachable when the lab ends */
  async *events(signal: AbortSignal): AsyncGenerator<ControlEvent> {
    const { control } = this.#http.locator;
    try {
      const answer = await this.#http.send(`${control.url}/control/events`, { signal });
      let rest = '';
      answer.setEncoding('utf8');
      for await (const part of answer as AsyncIterable<string>) {
        const messages = `${rest}${part}`.split('\n\n');
        rest = messages.pop() ?? '';
        for (const message of messages) {
          const line = message.split('\n').find((candidate) => candidate.startsWith('data:'));
          if (line !== undefined) yield JSON.parse(line.slice('data:'.length)) as ControlEvent;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      throw error instanceof ExtensionError ? error : lost(error);
    }
    if (!signal.aborted) throw lost(undefined);
  }
}

function lost(cause: unknown): ExtensionError {
  return new ExtensionError('LabUnreachable', t('The lab ended.'), { cause, recommendedAction: t('Start the lab again; it goes on where it stopped.') });
}
