// Entry of the storage process: started by `StorageProcess`, which reads one JSON line from it and holds its standard input.
import { portInUseExitCode } from './exitCodes.ts';
import { openStorageServer, type StorageServerOptions } from './storageServer.ts';

async function main(): Promise<void> {
  const options = JSON.parse(process.env['SRLAB_STORAGE'] ?? 'null') as Omit<StorageServerOptions, 'onBroken'> | null;
  if (options === null) throw new Error('SRLAB_STORAGE is missing: this program is started by the lab.');
  const server = await openStorageServer({ ...options, onBroken: fail });
  process.stdout.write(`${JSON.stringify({ url: server.url, pid: process.pid })}\n`);
  // Ctrl-C goes to the whole group; the owner says when this process has to end.
  process.on('SIGINT', () => undefined);
  // Standard input ends when the owner closes it, or dies in whatever way.
  process.stdin.resume();
  process.stdin.once('close', () => void server[Symbol.asyncDispose]().then(() => process.exit(0)));
  process.once('SIGTERM', () => process.stdin.destroy());
}

function fail(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' ? portInUseExitCode : 1);
}

main().catch(fail);
