// What Azure's interface answered instead of doing it, in the words for a person: code, message, what to do.
import { ExtensionError } from '../lab/labError.ts';
import { t } from '../texts.ts';

interface AzureErrorBody {
  readonly code?: string;
  readonly message?: string;
  readonly details?: readonly { readonly code?: string; readonly message?: string; readonly possibleCauses?: string; readonly recommendedAction?: string }[];
}

/** @returns the error itself when it did not come from the service */
export function explained(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof ExtensionError) return error;
  const { response, statusCode, code } = error as Error & { response?: { bodyAsText?: string | null }; statusCode?: number; code?: string };
  if (statusCode === undefined && response === undefined)
    return code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'REQUEST_SEND_ERROR'
      ? new ExtensionError('LabUnreachable', t('The lab does not answer: {0}', error.message), { cause: error, recommendedAction: t('Start the lab again.') })
      : error;
  const body = bodyOf(response?.bodyAsText ?? '');
  // The first detail is the cause; the outside says only that the request was bad.
  const detail = body?.details?.[0];
  return new ExtensionError(detail?.code ?? body?.code ?? code ?? String(statusCode ?? ''), detail?.message ?? body?.message ?? error.message, {
    cause: error,
    ...(detail?.recommendedAction === undefined ? {} : { recommendedAction: detail.recommendedAction }),
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
