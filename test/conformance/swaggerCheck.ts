// Whether traffic is what Azure's own specification says: every request and answer through `oav`'s validator of live traffic.
import { LiveValidator } from 'oav/dist/lib/liveValidation/liveValidator.js';
import { join } from 'node:path';
import type { Exchange } from '../clients/traffic.ts';

export interface Finding {
  /** The `operationId` of the specification; `unknown` when it has none for the address. */
  readonly operation: string;
  readonly at: 'request' | 'response';
  readonly status: number;
  /** oav's word, such as `OBJECT_ADDITIONAL_PROPERTIES`. */
  readonly code: string;
  /** Where in the message, with `[]` for a place in a list. */
  readonly path: string;
  readonly message: string;
  /** Verb and path of an exchange that shows it. */
  readonly example: string;
}

export class SwaggerCheck {
  readonly #validator: LiveValidator;

  static async open(): Promise<SwaggerCheck> {
    const validator = new LiveValidator(
      {
        directory: join(import.meta.dirname, 'swagger'),
        swaggerPathsPattern: ['specification/recoveryservices*/**/*.json'],
        git: { shouldClone: false },
        loadValidatorInInitialize: false,
        isPathCaseSensitive: false,
      },
      // What it cannot place is in the result as well.
      () => undefined,
    );
    await validator.initialize();
    return new SwaggerCheck(validator);
  }

  private constructor(validator: LiveValidator) {
    this.#validator = validator;
  }

  async look(exchange: Exchange): Promise<{ operation: string; findings: readonly Finding[] }> {
    const url = new URL(addressOf(exchange));
    const { requestValidationResult, responseValidationResult } = await this.#validator.validateLiveRequestResponse({
      liveRequest: {
        url: decodeURI(url.pathname) + url.search,
        method: exchange.verb,
        headers: { 'content-type': 'application/json' },
        query: Object.fromEntries(url.searchParams),
        ...(exchange.requestBody === null ? {} : { body: exchange.requestBody as Record<string, unknown> }),
      },
      liveResponse: {
        statusCode: String(exchange.status),
        headers: { ...exchange.headers },
        ...(exchange.responseBody === null ? {} : { body: exchange.responseBody as Record<string, unknown> }),
      },
    });
    const example = `${exchange.verb} ${url.pathname}`;
    const rows = [
      { at: 'request' as const, result: requestValidationResult },
      { at: 'response' as const, result: responseValidationResult },
    ];
    const findings = rows.flatMap(({ at, result }) => {
      const common = { operation: result.operationInfo.operationId.replace(/^unknownOperationId$/, 'unknown'), at, status: exchange.status, example };
      const problem = result.runtimeException;
      const broken = problem === undefined ? [] : [{ ...common, code: problem.code, path: '', message: problem.message }];
      const issues = result.errors.map(({ code, message, pathsInPayload }) => ({
        ...common,
        code,
        path: (pathsInPayload[0] ?? '').replaceAll(/\/\d+(?=\/|$)/g, '[]'),
        message,
      }));
      return [...broken, ...issues];
    });
    return { operation: requestValidationResult.operationInfo.operationId, findings };
  }
}

/** What `Location` leads to shows the resource at its end, and is held against the specification of that. */
function addressOf({ url, verb, status, responseBody }: Exchange): string {
  return verb === 'GET' && status === 200 && responseBody !== null ? url.replace(/\/operationresults\/[^/?]+(?=\?|$)/i, '') : url;
}
