// Recorded traffic of the real service, sent to the lab again with its names in place of the recorded ones, and what comes back compared in shape.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ArmAnswer, ArmEndpoint } from '../clients/armRequest.ts';
import { placeOf, shapeDifferences, type ShapeDifference } from './shapes.ts';

/** One request with its answer; `repeat` equal polls in a row are one. */
export interface RecordedPair {
  readonly method: string;
  /** Path with query. */
  readonly uri: string;
  readonly requestBody: unknown;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly responseBody: unknown;
}

export interface Difference extends ShapeDifference {
  /** File of the recording that shows it. */
  readonly recording: string;
}

/** What is not played, because the lab is none of that. */
export interface LeftOut {
  readonly recording: string;
  readonly uri: RegExp;
  readonly because: string;
}

export interface ReplayDeps {
  readonly arm: ArmEndpoint;
  readonly leftOut: readonly LeftOut[];
  /** Lets time go on until a job or another long-running operation has ended. */
  readonly finish: (ended: () => Promise<boolean>) => Promise<void>;
}

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

export class Replay {
  readonly #deps: ReplayDeps;
  readonly #names = new Map<string, string>();
  readonly #differences = new Map<string, Difference>();
  readonly #refusals: string[] = [];

  constructor(deps: ReplayDeps) {
    this.#deps = deps;
  }

  /** Whatever reads so in the recordings is called otherwise here. */
  rename(names: Readonly<Record<string, string>>): void {
    for (const [recorded, own] of Object.entries(names)) this.#names.set(recorded, own);
  }

  get differences(): readonly Difference[] {
    return [...this.#differences.values()];
  }

  /** Requests that were answered with another status, or without the headers of the recording. */
  get refusals(): readonly string[] {
    return this.#refusals;
  }

  async play(recording: string): Promise<void> {
    const leftOut = this.#deps.leftOut.filter((row) => row.recording === recording);
    for (const pair of recordedPairs(recording)) {
      if (leftOut.some(({ uri }) => uri.test(pair.uri))) continue;
      if (pair.method === 'GET') await this.#read(recording, pair);
      else await this.#write(recording, pair);
    }
  }

  async #write(recording: string, pair: RecordedPair): Promise<void> {
    const answer = await this.#ask(pair);
    const place = `${recording}: ${pair.method} ${placeOf(pair.uri)}`;
    if (answer.status !== pair.status) {
      this.#refusals.push(`${place} → ${answer.status}, recorded ${pair.status}: ${answer.text.slice(0, 500)}`);
      return;
    }
    for (const name of ['azure-asyncoperation', 'location', 'retry-after']) {
      const [recorded, own] = [pair.headers[name], answer.headers[name]];
      if (recorded !== undefined && (own === undefined || placeOf(own) !== placeOf(recorded)))
        this.#refusals.push(`${place}: header ${name} is ${String(own)}, recorded ${recorded}`);
    }
    const [recordedId, ownId] = [operationId(pair.headers), operationId(answer.headers)];
    if (recordedId !== undefined && ownId !== undefined) this.#names.set(recordedId, ownId);
    this.#compare(recording, pair, answer);
  }

  async #read(recording: string, pair: RecordedPair): Promise<void> {
    // A further page is one of a list whose first has been compared.
    if (/skipToken/i.test(pair.uri)) return;
    let answer = await this.#ask(pair);
    const recorded = progressOf(pair.responseBody);
    // Time goes on until the lab is as far; being further already, it has no answer of that state.
    if (recorded !== undefined && (progressOf(answer.body) ?? recorded) < recorded) {
      await this.#deps.finish(async () => {
        answer = await this.#ask(pair);
        return (progressOf(answer.body) ?? recorded) >= recorded;
      });
    }
    if (answer.status === pair.status) {
      if (progressOf(answer.body) === recorded) this.#compare(recording, pair, answer);
    } else this.#refusals.push(`${recording}: GET ${placeOf(pair.uri)} → ${answer.status}, recorded ${pair.status}: ${answer.text.slice(0, 500)}`);
  }

  #compare(recording: string, pair: RecordedPair, answer: ArmAnswer): void {
    for (const difference of shapeDifferences(placeOf(pair.uri), pair.responseBody, answer.body)) {
      const key = `${difference.at} ${difference.kind} ${difference.path}`;
      if (!this.#differences.has(key)) this.#differences.set(key, { ...difference, recording });
    }
  }

  #ask({ method, uri, requestBody }: RecordedPair): Promise<ArmAnswer> {
    const body = requestBody === null ? {} : { body: this.#renamedValues(requestBody as Json) };
    return this.#deps.arm.ask({ verb: method, target: this.#renamed(uri), ...body });
  }

  #renamed(text: string): string {
    let own = text;
    for (const [recorded, name] of this.#names) own = own.replaceAll(recorded, name);
    return own;
  }

  #renamedValues(value: Json): Json {
    if (typeof value === 'string') return this.#renamed(value);
    if (Array.isArray(value)) return (value as readonly Json[]).map((entry) => this.#renamedValues(entry));
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([name, property]) => [name, this.#renamedValues(property)]));
  }
}

export function recordedPairs(recording: string): readonly RecordedPair[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'recordings', recording), 'utf8')) as readonly RecordedPair[];
}

function operationId({ location, 'azure-asyncoperation': status }: Readonly<Record<string, string>>): string | undefined {
  return /\/operationresults\/([^/?]+)\?/i.exec(location ?? '')?.[1] ?? /\/operationStatus\/([^/?]+)\?/i.exec(status ?? '')?.[1];
}

/** How far a job or an operation is: 0 not begun, 1 under way, 2 ended; undefined for bodies that are neither. */
function progressOf(body: unknown): 0 | 1 | 2 | undefined {
  const { status, properties } = (body ?? {}) as { status?: unknown; properties?: { state?: unknown; tasks?: unknown } | null };
  const word = Array.isArray(properties?.tasks) ? properties.state : status;
  if (typeof word !== 'string') return undefined;
  return word === 'NotStarted' ? 0 : /^(Succeeded|Failed|Cancelled|CompletedWithInformation)$/.test(word) ? 2 : 1;
}
