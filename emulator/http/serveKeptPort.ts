// A server whose port the system chose once must come back on it after a restart: its peers have written the address down.
import type { Express } from 'express';
import { LabError } from '../kernel/errors.ts';
import { serve, type Listening, type ServerIdentity } from './serve.ts';

/**
 * @param options `port` 0: take the one of an earlier life (`keptPort`) if it is still free, or let the system choose
 * @throws LabError PortInUse for a port that was asked for
 */
export async function serveKeptPort(app: Express, options: { port: number; keptPort: number | undefined; identity: ServerIdentity }): Promise<Listening> {
  const { port, keptPort, identity } = options;
  if (port !== 0 || keptPort === undefined) return serve(app, { port, identity });
  try {
    return await serve(app, { port: keptPort, identity });
  } catch (error) {
    if (!LabError.is(error, 'PortInUse')) throw error;
    return serve(app, { port: 0, identity });
  }
}
