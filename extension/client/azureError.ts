// What Azure's interface answered instead of doing it, in the words for a person: code, message, what to do.
import { ExtensionError } from '../lab/labError.ts';
import { t } from '../texts.ts';

interface AzureErrorBody {
  readonly code?: string;
  readonly message?: string;
  readonly recommendedAction?: string;
  readonly details?: readonly AzureErrorBody[];
}

interface RequestError extends Error {
  readonly response?: { readonly bodyAsText?: string | null };
  readonly statusCode?: number;
  readonly code?: string;
}

const unreachableCodes: readonly (string | undefined)[] = ['ECONNREFUSED', 'ECONNRESET', 'REQUEST_SEND_ERROR'];

/** @returns the error itself when it did not come from the service */
export function explained(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof ExtensionError) return error;
  const failed: RequestError = error;
  if (failed.statusCode !== undefined || failed.response !== undefined) return answered(failed);
  if (!unreachableCodes.includes(failed.code)) return error;
  return new ExtensionError('LabUnreachable', t('The lab does not answer: {0}', error.message), { cause: error, recommendedAction: t('Start the lab again.') });
}

function answered(error: RequestError): ExtensionError {
  const body = bodyOf(error.response?.bodyAsText ?? '');
  // The first detail is the cause; the outside says only that the request was bad.
  const words = { ...body, ...body?.details?.[0] };
  return new ExtensionError(words.code ?? error.code ?? String(error.statusCode ?? ''), words.message ?? error.message, {
    cause: error,
    ...(typeof words.recommendedAction === 'string' ? { recommendedAction: words.recommendedAction } : {}),
  });
}

function bodyOf(text: string): AzureErrorBody | undefined {
  try {
    return (JSON.parse(text) as { error?: AzureErrorBody }).error;
  } catch {
    // A proxy's page, or nothing: the status says what there is to say.
    return undefined;
  }
}
