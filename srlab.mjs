#!/usr/bin/env node
// The `srlab` command from a clone: sets up what is missing and runs the command line of the emulator.
import { fail, runFile } from './setup.mjs';

try {
  runFile('dist/emulator.mjs', process.argv.slice(2), { build: true });
} catch (error) {
  fail(error);
}
