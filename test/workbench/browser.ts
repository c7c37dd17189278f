// A headless Chromium of this machine that reaches nothing but this machine.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Browser } from 'playwright-core';

const programs = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-sync',
  '--disable-background-networking',
  '--disable-component-update',
  '--no-first-run',
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
];

/** @throws Error with the remedy when no Chromium is installed */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findProgram();
  // Loaded when needed: the configuration of the tests leads here, and most runs open no browser.
  const { chromium } = await import('playwright-core');
  return chromium.launch({ executablePath, args: flags });
}

function findProgram(): string {
  const named = process.env['SRLAB_CHROMIUM'];
  if (named !== undefined) return named;
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin'];
  const found = programs.flatMap((program) => folders.map((folder) => join(folder, program))).find((path) => existsSync(path));
  if (found === undefined)
    throw new Error(
      'The browser that this test needs is not installed. Run: npm run setup -- --tests\nor: apt-get install chromium; or name one in SRLAB_CHROMIUM.',
    );
  return found;
}
