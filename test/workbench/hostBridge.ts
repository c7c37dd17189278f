// What the extension host loads as its "tests": a Vitest worker that gets its work from the test run outside, through a socket.
import { once } from 'node:events';
import { connect } from 'node:net';
import { init, runBaseTests, setupEnvironment } from 'vitest/worker';
import * as vscode from 'vscode';
import { onFrame, sendFrame } from './frames.ts';
import { socketIn } from './hostSocket.ts';

/** Called by VS Code; ends when the test run lets go. */
export async function run(): Promise<void> {
  // vscodeShim.cts gives it to the tests.
  Object.assign(globalThis, { vscodeOfTests: vscode });
  const socket = connect(socketIn(process.env['SRLAB_WORKBENCH_FOLDER'] ?? ''));
  await once(socket, 'connect');
  const receivers = new Set<(message: unknown) => void>();
  onFrame(socket, (message) => {
    for (const receive of receivers) receive(message);
  });
  init({
    post: (message) => sendFrame(socket, message),
    on: (receive) => receivers.add(receive),
    off: (receive) => receivers.delete(receive),
    runTests: (state, traces) => runBaseTests('run', state, traces),
    collectTests: (state, traces) => runBaseTests('collect', state, traces),
    setup: setupEnvironment,
  });
  await once(socket, 'close');
}
