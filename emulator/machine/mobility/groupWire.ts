// What members of a replication group say to each other over TCP 20004: lines of JSON on a mutual TLS connection.
// The coordinator says freeze, wait, mark, thaw; the member answers working, frozen or refused, marked, thawed.
// Stepped time must not pass while words travel: whoever works holds it, and lets go only when the other end is known to have taken over.
import type { TLSSocket } from 'node:tls';
import type { Consistency } from '../../replication/stations.ts';
import type { CommonMark } from './machineMarks.ts';

export type GroupMessage =
  | { readonly type: 'freeze'; readonly groupId: string; readonly consistency: Consistency }
  /** The member has begun, and holds stepped time until `wait`. */
  | { readonly type: 'working' }
  /** The answer to `frozen` or `refused` has arrived; others may still need lab time for theirs. */
  | { readonly type: 'wait' }
  | { readonly type: 'frozen' }
  | { readonly type: 'refused'; readonly reason: string }
  | { readonly type: 'mark'; readonly mark: CommonMark }
  | { readonly type: 'marked'; readonly taken: boolean }
  | { readonly type: 'thaw' }
  | { readonly type: 'thawed' };

const types: readonly string[] = ['freeze', 'working', 'wait', 'frozen', 'refused', 'mark', 'marked', 'thaw', 'thawed'];
const lineLimitBytes = 64 * 1024;
/** A peer that says nothing for so long is gone. Wall time: it is a real socket that is silent, and a machine's writes may be waiting. */
const silenceMs = 10_000;

/** One connection. Closing it, from either end and for whatever reason, ends a freeze. */
export class GroupChannel implements Disposable {
  readonly #socket: TLSSocket;
  readonly #received: GroupMessage[] = [];
  #waiting: ((message: GroupMessage | undefined) => void) | undefined;
  #rest = '';
  #closed = false;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setEncoding('utf8');
    socket.setTimeout(silenceMs, () => socket.destroy());
    socket.on('data', (text: string) => this.#take(text));
    // What went wrong does not matter to the protocol: 'close' follows, and means the same as a killed peer.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#end());
  }

  send(message: GroupMessage): void {
    if (!this.#closed) this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  /** @returns undefined when the connection has ended */
  async next(): Promise<GroupMessage | undefined> {
    const first = this.#received.shift();
    if (first !== undefined || this.#closed) return first;
    const { promise, resolve } = Promise.withResolvers<GroupMessage | undefined>();
    this.#waiting = resolve;
    return promise;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
    this.#end();
  }

  #take(text: string): void {
    this.#rest += text;
    const lines = this.#rest.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = parse(line);
      if (message === undefined) return void this.#socket.destroy();
      const waiting = this.#waiting;
      this.#waiting = undefined;
      if (waiting === undefined) this.#received.push(message);
      else waiting(message);
    }
    if (this.#rest.length > lineLimitBytes) this.#socket.destroy();
  }

  #end(): void {
    this.#closed = true;
    this.#waiting?.(undefined);
    this.#waiting = undefined;
  }
}

function parse(line: string): GroupMessage | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && 'type' in value && types.includes(String(value.type))) return value as GroupMessage;
  } catch {
    // Not JSON: no member of ours, the caller hangs up.
    return undefined;
  }
  return undefined;
}
