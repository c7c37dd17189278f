// The one error type that rules throw; anything else that is thrown is a defect of the lab.
import { errorCatalogue, type ErrorBody, type ErrorCode } from '../contract/errors.ts';
import type { ErrorEntry } from '../contract/errors/entry.ts';
import { withSpecifics } from './specifics.ts';

export type { ErrorBody } from '../contract/errors.ts';

/** An expected failure: a code of the catalogue, what exactly was wrong, and (by the catalogue) a remedy. */
export class LabError extends Error {
  readonly code: ErrorCode;
  readonly details: readonly LabError[];

  /**
   * @param code a code of the catalogue
   * @param specifics the names and figures of this case, appended to the catalogue's summary
   * @param options `cause` keeps the original error for the trace; `details` carries several violations at once
   */
  constructor(code: ErrorCode, specifics = '', options: { cause?: unknown; details?: readonly LabError[] } = {}) {
    super(withSpecifics(errorCatalogue[code].summary, specifics), { cause: options.cause });
    this.name = 'LabError';
    this.code = code;
    this.details = options.details ?? [];
  }

  get status(): number {
    const { status }: ErrorEntry = errorCatalogue[this.code];
    return status;
  }

  get recommendedAction(): string {
    return errorCatalogue[this.code].action;
  }

  toBody(): ErrorBody {
    const body = { code: this.code, message: this.message, recommendedAction: this.recommendedAction };
    return this.details.length === 0 ? body : { ...body, details: this.details.map((detail) => detail.toBody()) };
  }

  /** Rebuilds an error that came over a wire; the message is kept as it was sent. */
  static fromBody(body: ErrorBody): LabError {
    const error = new LabError(body.code, '', { details: (body.details ?? []).map((detail) => LabError.fromBody(detail)) });
    error.message = body.message;
    return error;
  }

  static is(error: unknown, code?: ErrorCode): error is LabError {
    return error instanceof LabError && (code === undefined || error.code === code);
  }

  /** Any thrown value as a LabError; what was not expected becomes InternalError with its cause kept. */
  static from(error: unknown): LabError {
    if (error instanceof LabError) return error;
    return new LabError('InternalError', error instanceof Error ? error.message : String(error), { cause: error });
  }
}

export function isErrorBody(value: unknown): value is ErrorBody {
  return typeof value === 'object' && value !== null && 'code' in value && typeof value.code === 'string' && value.code in errorCatalogue && 'message' in value;
}
