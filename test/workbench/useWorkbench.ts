// A workbench with the packed extension for the tests of one file; a test that fails leaves a picture and the extension's last words.
import { afterAll, afterEach, beforeAll } from 'vitest';
import { pack } from '../../pack.ts';
import { Workbench } from './workbench.ts';
import type { ServerOptions } from './workbenchServer.ts';

/** @returns what gives the workbench inside a test */
export function useWorkbench(options: ServerOptions = {}): () => Workbench {
  let opened: Workbench | undefined;
  beforeAll(async () => {
    opened = await Workbench.open({ vsix: await pack(), ...options });
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== 'fail' || opened === undefined) return;
    const path = await opened.screenshot(`failed ${task.name.replaceAll(/[^\w-]+/g, ' ').slice(0, 80)}`);
    process.stderr.write(`The window when it failed: ${path}\n${opened.server.channel('Site Recovery Lab')}\n`);
  });
  afterAll(async () => {
    await opened?.[Symbol.asyncDispose]();
  });
  return () => {
    if (opened === undefined) throw new Error('The workbench is there inside tests only.');
    return opened;
  };
}
