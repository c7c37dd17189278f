// What an ARM operation is to the rest of this folder: a verb, a path, and a function from a call to an answer. No wire library here.
import type { Body } from './body.ts';

export type Verb = 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE' | 'HEAD';

/** One request, parsed: everything a handler may look at. */
export interface ArmCall {
  readonly verb: Verb;
  /** Without query, as the client wrote it. */
  readonly path: string;
  /** Decoded path parameters by the names in the operation's path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: ReadonlyMap<string, string>;
  readonly body: Body;
  /** `https://host:port`, by the name that the client used: links in answers must lead it back here. */
  readonly origin: string;
  readonly apiVersion: string;
  readonly requestId: string;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ArmOperation {
  /** The `operationId` of the swagger, so that a test can say which are missing. */
  readonly id: string;
  readonly verb: Verb;
  /** Swagger's form: `/subscriptions/{subscriptionId}/…`; literals match in any case. */
  readonly path: string;
  readonly handle: (call: ArmCall) => Answer | Promise<Answer>;
}

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

export const noContent: Answer = { status: 204 };

/** @throws Error for a name that the operation's path does not have */
export function param(call: ArmCall, name: string): string {
  const value = call.params[name];
  if (value === undefined) throw new Error(`${call.path} has no parameter ${name}.`);
  return value;
}
