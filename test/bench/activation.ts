// What a window pays when the extension is activated: its bundle is loaded and its objects are made, in a process that has loaded what an extension host has, with a stand-in for VS Code's own interface.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { percentile, type Measure, type Measured } from './measure.ts';

const root = join(import.meta.dirname, '..', '..');
const runs = 15;
const aimMs = 50;

export const activation: Measure = {
  name: 'activation',
  title: 'the extension is loaded and activated',
  referenceTitle: 'its bundle is loaded',
  aim: `< ${aimMs} ms`,
  run: async () => measure(),
};

/** Every name of VS Code's interface is a function, a class and an object that gives more of the same. */
const program = `
const { performance } = require('node:perf_hooks');
const known = { get: (_name, otherwise) => otherwise, workspaceFolders: undefined, fsPath: '.', language: 'en' };
const make = () => new Proxy(function () {}, {
  get: (target, name) => name in known ? known[name] : name === Symbol.toPrimitive ? () => '' : name === Symbol.iterator ? function* () {} : name === 'then' ? undefined : name === 'prototype' ? target.prototype : make(),
  apply: () => make(),
  construct: () => make(),
  set: () => true,
});
const Module = require('node:module');
// An extension host has them long before.
for (const name of ['https', 'child_process', 'fs/promises', 'timers/promises']) require('node:' + name);
const load = Module._load;
Module._load = (name, ...rest) => (name === 'vscode' ? make() : load(name, ...rest));
const began = performance.now();
const extension = require(process.argv[1]);
const loaded = performance.now();
const context = new Proxy({ extensionPath: process.argv[2], asAbsolutePath: (path) => path, subscriptions: [], extension: { packageJSON: { version: '0' } } }, { get: (target, name) => target[name] ?? make() });
extension.activate(context);
process.stdout.write(JSON.stringify({ loadMs: loaded - began, wholeMs: performance.now() - began }));
process.exit(0);
`;

async function measure(): Promise<Measured> {
  const times: { loadMs: number; wholeMs: number }[] = [];
  for (let run = 0; run < runs; run += 1) {
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', program, join(root, 'dist', 'extension.cjs'), root]);
    times.push(JSON.parse(stdout.slice(stdout.lastIndexOf('{'))) as (typeof times)[number]);
  }
  const median = (pick: (time: (typeof times)[number]) => number): number => percentile(times.map(pick), 0.5);
  const wholeMs = median(({ wholeMs: ms }) => ms);
  const loadMs = median(({ loadMs: ms }) => ms);
  return {
    value: `${wholeMs.toFixed(1)} ms`,
    reference: `${loadMs.toFixed(1)} ms`,
    ratio: wholeMs / loadMs,
    reached: wholeMs < aimMs,
    figures: { wholeMs, loadMs, runs },
  };
}
