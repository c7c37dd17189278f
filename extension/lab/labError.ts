// What went wrong, in words for a person: a code, a message, and what to do.
import type { ErrorBody } from '../../emulator/contract/errors.ts';

/** An expected failure: of the lab, of Azure's interface, or of what the user gave. Anything else that is thrown is a defect. */
export class ExtensionError extends Error {
  readonly code: string;
  readonly recommendedAction: string;

  constructor(code: string, message: string, more: { recommendedAction?: string; cause?: unknown } = {}) {
    super(message, { cause: more.cause });
    this.name = 'ExtensionError';
    this.code = code;
    this.recommendedAction = more.recommendedAction ?? '';
  }

  /** Azure's client is a bundle of its own, with its own copy of this class: what it throws is one of these too. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'ExtensionError';
  }

  static of(body: Pick<ErrorBody, 'message' | 'recommendedAction'> & { readonly code: string }): ExtensionError {
    return new ExtensionError(body.code, body.message, { recommendedAction: body.recommendedAction });
  }
}
