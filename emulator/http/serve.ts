// An express app on a loopback socket, over TLS: listening when the promise resolves, gone when disposed.
import type { Express } from 'express';
import { createServer as createPlainServer, type Server } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { randomInt } from 'node:crypto';
import { LabError } from '../kernel/errors.ts';

/** PEM texts of a server's identity; `clientCa` turns on mutual TLS (a client without certificate is let in, the routes decide). */
export interface ServerIdentity {
  readonly key: string;
  readonly certificate: string;
  readonly clientCa?: string;
}

export interface Listening extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Cuts every open connection, as a broken cable does; new ones are accepted. */
  dropConnections(): void;
}

/**
 * Where servers listen that nobody gave a port: below those that systems lend to outgoing connections (from 32768, or 49152), which would
 * otherwise take the port of a server that is down for a moment and has to come back to it.
 */
const freePorts = { from: 15_000, below: 32_000 };
const attempts = 50;

/**
 * @param options `port` 0 or absent: a free one; without `identity` the server speaks plain HTTP
 * @throws LabError PortInUse
 */
export async function serve(app: Express, options: { port?: number; identity?: ServerIdentity }): Promise<Listening> {
  const { identity, port = 0 } = options;
  if (port !== 0) return listen(app, port, identity);
  for (let attempt = 1; attempt < attempts; attempt += 1) {
    try {
      // True chance: labs of one seed run side by side.
      return await listen(app, randomInt(freePorts.from, freePorts.below), identity);
    } catch (error) {
      if (!LabError.is(error, 'PortInUse')) throw error;
    }
  }
  return listen(app, 0, identity);
}

async function listen(app: Express, port: number, identity: ServerIdentity | undefined): Promise<Listening> {
  const server: Server =
    identity === undefined
      ? createPlainServer(app)
      : createServer(
          {
            key: identity.key,
            cert: identity.certificate,
            ...(identity.clientCa === undefined ? {} : { ca: identity.clientCa, requestCert: true, rejectUnauthorized: false }),
          },
          app,
        );
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.keepAliveTimeout = 60_000;
  server.requestTimeout = 0;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, '127.0.0.1', resolve);
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') throw new LabError('PortInUse', `127.0.0.1:${port}`, { cause: error });
    throw error;
  }
  const address = server.address() as AddressInfo;
  const dropConnections = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `${identity === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`,
    port: address.port,
    dropConnections,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      dropConnections();
      await closed;
    },
  };
}
