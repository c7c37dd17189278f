// A control API that answers from a table: the far end of the command line's wire, with a real socket and a real locator file.
import express from 'express';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlEvent, OperationName, ReplyOf, RequestOf } from '../../emulator/contract/control.ts';
import type { LabLocator } from '../../emulator/contract/labLocator.ts';
import { serve } from '../../emulator/http/serve.ts';
import { LabError } from '../../emulator/kernel/errors.ts';

export type Answers = { [Name in OperationName]?: (request: RequestOf<Name>) => ReplyOf<Name> };

export interface ControlServer extends AsyncDisposable {
  readonly dir: string;
  readonly locator: LabLocator;
  /** Operations in the order of their calls. */
  readonly calls: readonly { readonly name: string; readonly request: unknown }[];
  /** To every open feed. */
  publish(event: ControlEvent): void;
  /** Cuts every connection and listens no more, as a killed lab does. */
  die(): Promise<void>;
}

/** Listens, and writes the locator into `dir`. */
export async function controlServer(dir: string, answers: Answers): Promise<ControlServer> {
  const token = 'token of this test';
  const calls: { name: string; request: unknown }[] = [];
  const feeds = new Set<express.Response>();
  const app = express();
  app.use((request, response, next) => {
    if (request.headers.authorization === `Bearer ${token}`) next();
    else response.status(403).json({ error: new LabError('AccessDenied').toBody() });
  });
  app.get('/control/events', (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('event: hello\ndata: {"kind":"hello","clock":{"timeMs":0,"speed":1}}\n\n');
    feeds.add(response);
    response.on('close', () => feeds.delete(response));
  });
  app.post('/control/:name', express.json({ limit: '8mb' }), (request, response) => {
    const name = request.params.name as OperationName;
    calls.push({ name, request: request.body });
    try {
      const answer = answers[name] as ((body: unknown) => unknown) | undefined;
      if (answer === undefined) throw new LabError('NotFound', name);
      response.json(answer(request.body));
    } catch (error) {
      const problem = LabError.from(error);
      response.status(problem.status).json({ error: problem.toBody() });
    }
  });
  const listening = await serve(app, {});
  const locator = await writeLocator(dir, { url: listening.url, token });
  let dead = false;
  const die = async (): Promise<void> => {
    if (!dead) await listening[Symbol.asyncDispose]();
    dead = true;
  };
  const publish = (event: ControlEvent): void => {
    for (const feed of feeds) feed.write(`event: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`);
  };
  return { dir, locator, calls, publish, die, [Symbol.asyncDispose]: die };
}

async function writeLocator(dir: string, control: LabLocator['control']): Promise<LabLocator> {
  const locator: LabLocator = {
    pid: process.pid,
    startedMs: 0,
    dir,
    arm: { url: 'https://127.0.0.1:4', token: 't' },
    vcenter: { url: 'https://127.0.0.1:1', user: 'u', password: 'p' },
    configServer: { url: 'https://127.0.0.1:2', hostId: 'h', passphrase: 'p' },
    processServers: [],
    blob: { url: 'http://127.0.0.1:3', accountName: 'a', accountKey: 'k' },
    control,
    ca: join(dir, 'ca.pem'),
    token: control.token,
    tenant: 't',
    subscription: 's',
    resourceGroup: 'r',
    vault: 'v',
  };
  await mkdir(join(dir, '.srlab'), { recursive: true });
  await writeFile(join(dir, '.srlab', 'lab.json'), JSON.stringify(locator));
  return locator;
}
