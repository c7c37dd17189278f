// Addresses of the scheme `site-recovery-lab:`: of read-only documents, and of rows whose decoration says their health and state.
import type { Health } from '../tree/health.ts';

export const scheme = 'site-recovery-lab';

/** What a read-only document is about. */
export type DocumentAddress =
  | { readonly kind: 'item'; readonly id: string }
  | { readonly kind: 'plan'; readonly id: string }
  | { readonly kind: 'policy'; readonly id: string }
  | { readonly kind: 'job'; readonly name: string }
  | { readonly kind: 'event'; readonly name: string }
  /** An error of the health of an item, or of a job: `of` is its ARM id or the job's name. */
  | { readonly kind: 'error'; readonly of: string; readonly code: string }
  | { readonly kind: 'doctor' };

/** What is decorated. */
export interface RowAddress {
  readonly kind: 'item';
  readonly id: string;
  readonly health: Health;
  /** `usual`, `copying`, `drill`, `failedOver`. */
  readonly state: string;
}

/** The query is JSON, so that any name goes in and comes out as it was. */
export function addressOf(address: RowAddress): string {
  return `${scheme}:/row?${encodeURIComponent(JSON.stringify(address))}`;
}

/** @param title for the tab: it ends with the language's own extension */
export function documentUri(address: DocumentAddress, title: string): string {
  return `${scheme}:/${encodeURIComponent(title.replaceAll(/[/\\]/g, '-'))}?${encodeURIComponent(JSON.stringify(address))}`;
}

/** @param query as `Uri.query` has it: decoded @returns undefined when it is none of ours */
export function readAddress(query: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const address: unknown = JSON.parse(query);
    return typeof address === 'object' && address !== null && 'kind' in address ? { ...address } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
