// Process entry: the command line with this process's streams and signals; the lab itself is loaded only by commands that run one.
import { runCommandLine } from './cli/program.ts';

const stop = new AbortController();
/** A lab that hangs must still end: what it acknowledged is on disk at any moment, so nothing is lost. */
const patienceMs = 10_000;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(1);
    stop.abort(signal);
    // oxlint-disable-next-line no-restricted-globals -- wall time: the process itself is what may hang
    setTimeout(() => process.exit(1), patienceMs).unref();
  });
}
// Whoever reads our output may go away first (`srlab machines | head -1`); that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const code = await runCommandLine(process.argv.slice(2), {
  streams: { stdout: process.stdout, stderr: process.stderr },
  stdin: process.stdin,
  stop: stop.signal,
  openLab: async (options) => (await import('./lab.ts')).openLab(options),
  openRole: async (options) => (await import('./lab/role.ts')).openRole(options),
});
// Everything is disposed; a socket that lingers must not keep the process.
process.exit(code);
