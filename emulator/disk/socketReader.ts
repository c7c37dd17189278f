// Reads a socket in pieces of known length.
import type { Socket } from 'node:net';

export class SocketReader {
  readonly #socket: Socket;
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    const over = (): void => {
      this.#ended = true;
      this.#wake();
    };
    socket.on('readable', () => this.#wake());
    socket.on('end', over);
    socket.on('close', over);
  }

  /** @returns undefined when the connection ended before `length` bytes arrived */
  async take(length: number): Promise<Buffer | undefined> {
    if (length === 0) return Buffer.alloc(0);
    for (;;) {
      const bytes = this.#socket.read(length) as Buffer | null;
      if (bytes !== null) return bytes.length === length ? bytes : undefined;
      if (this.#ended) return undefined;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }
}
