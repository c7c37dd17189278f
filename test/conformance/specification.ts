// The operations that the published specification names, with their addresses.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SpecifiedOperation {
  readonly id: string;
  readonly verb: string;
  /** With `{names}`. */
  readonly path: string;
}

const stable = 'resource-manager/Microsoft.RecoveryServices/stable';
const files = [
  ['recoveryservicessiterecovery', '2023-06-01', 'service'],
  ['recoveryservices', '2024-04-01', 'vaults'],
  ['recoveryservices', '2024-04-01', 'vaultusages'],
  ['recoveryservices', '2024-04-01', 'replicationusages'],
  ['recoveryservices', '2024-04-01', 'registeredidentities'],
] as const;

export function specifiedOperations(): SpecifiedOperation[] {
  return files.flatMap(([service, version, file]) => {
    const place = join(import.meta.dirname, 'swagger', 'specification', service, stable, version, `${file}.json`);
    const { paths } = JSON.parse(readFileSync(place, 'utf8')) as { paths: Record<string, Record<string, { operationId: string }>> };
    return Object.entries(paths).flatMap(([path, verbs]) =>
      Object.entries(verbs).map(([verb, { operationId }]) => ({ id: operationId, verb: verb.toUpperCase(), path })),
    );
  });
}
