// Serves disks over NBD on a loopback port, so that real programs (qemu-io, nbdcopy, a guest in QEMU) read and write them.
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { LabError } from '../kernel/errors.ts';
import type { BlockDevice } from './blockDevice.ts';
import { ByteAddressed } from './byteAddressed.ts';
import { NbdHandshake } from './nbdHandshake.ts';
import { NbdSession } from './nbdSession.ts';
import { SocketReader } from './socketReader.ts';

export interface NbdExport {
  readonly name: string;
  /** Stays the caller's: the server does not dispose it. */
  readonly device: BlockDevice;
  readonly readOnly?: boolean;
  readonly description?: string;
}

export interface NbdServerOptions {
  /** The first is also the one that clients without a name get. */
  readonly exports: readonly NbdExport[];
  /** 0 or absent lets the system choose. */
  readonly port?: number;
  /** Hears of clients that break the protocol, and of errors of devices other than wrong requests. */
  readonly onProblem: (error: unknown) => void;
}

export class NbdServer implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #exports: readonly NbdExport[];
  readonly #onProblem: (error: unknown) => void;
  /** One per export: clients of the same export share its locks. */
  readonly #bytes: Map<NbdExport, ByteAddressed>;
  readonly #sockets = new Set<Socket>();
  readonly #connections = new Set<Promise<void>>();

  private constructor(server: Server, options: NbdServerOptions) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    this.#exports = options.exports;
    this.#onProblem = options.onProblem;
    this.#bytes = new Map(options.exports.map((served) => [served, new ByteAddressed(served.device)]));
  }

  /** Accepts connections when the promise resolves. @throws LabError PortInUse */
  static async listen(options: NbdServerOptions): Promise<NbdServer> {
    const { port = 0 } = options;
    const server = createServer({ noDelay: true, highWaterMark: 1024 * 1024 });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
    try {
      await promise;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') throw new LabError('PortInUse', `127.0.0.1:${port}`, { cause: error });
      throw error;
    }
    const serving = new NbdServer(server, options);
    server.on('connection', (socket) => serving.#accept(socket));
    return serving;
  }

  /** What a client is given: `nbd://127.0.0.1:port/name`. */
  url(name: string): string {
    return `nbd://127.0.0.1:${this.port}/${encodeURIComponent(name)}`;
  }

  /** Cuts all connections; what clients had sent in whole is still done. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#connections);
    await closed;
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    const connection: Promise<void> = this.#talk(socket)
      // A client that breaks off is no problem of ours; its socket says so by closing.
      .catch((error: unknown) => this.#onProblem(error))
      .finally(() => {
        this.#sockets.delete(socket);
        this.#connections.delete(connection);
        socket.destroySoon();
      });
    this.#connections.add(connection);
  }

  async #talk(socket: Socket): Promise<void> {
    // Resets by the client end the reading as a close does.
    socket.on('error', () => socket.destroy());
    const reader = new SocketReader(socket);
    const agreement = await new NbdHandshake({ socket, reader, exports: this.#exports }).run();
    if (agreement === undefined) return;
    const bytes = this.#bytes.get(agreement.served) as ByteAddressed;
    await new NbdSession({ socket, reader, agreement, bytes, onProblem: this.#onProblem }).run();
  }
}
