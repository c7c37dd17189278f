// Every error a user can meet: its code, the HTTP status it travels with, what it means and what to do about it.
// Codes that the real product documents keep its numbers (asr-behaviour §2.5, §9.5, §10.2); ours are names.
import { azureErrors } from './errors/azure.ts';
import type { ErrorEntry } from './errors/entry.ts';
import { labErrors } from './errors/lab.ts';
import { replicationErrors } from './errors/replication.ts';
import { siteErrors } from './errors/site.ts';
import { vaultErrors } from './errors/vault.ts';

/** How an error looks on a wire, in a job and with `--json`. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly recommendedAction: string;
  readonly details?: readonly ErrorBody[];
}

/** By the role that raises them, a file for each. */
export const errorCatalogue = {
  ...labErrors,
  ...replicationErrors,
  ...siteErrors,
  ...azureErrors,
  ...vaultErrors,
} as const satisfies Record<string, ErrorEntry>;

/** As text: the product's numbers are codes too. */
export type ErrorCode = `${keyof typeof errorCatalogue}`;
