// What the provider can do, by the operations that are served here (arm-contract §4.1, Operations_List).
import type { Answer, ArmCall, ArmOperation } from '../protocol/operation.ts';
import { page } from '../protocol/page.ts';
import { longPath } from './siteRecovery.ts';

const provider = 'Microsoft.RecoveryServices';

interface Discovered {
  readonly name: string;
  readonly resource: string;
  readonly operation: string;
}

/** @param operations of the provider, without this one */
export function operationsListOperations(operations: readonly ArmOperation[]): ArmOperation[] {
  const discovered = [...new Map(operations.flatMap((operation) => discoveredOf(operation) ?? []).map((one) => [one.name, one])).values()];
  const list = (call: ArmCall): Answer =>
    page(call, discovered, ({ name, ...display }) => ({
      name,
      display: { provider, ...display, description: `${display.operation}: ${display.resource}` },
      origin: 'user,system',
      properties: null,
    }));
  return [{ id: 'Operations_List', verb: 'GET', path: longPath(`RG/providers/${provider}/operations`), handle: list }];
}

/** `…/vaults/replicationJobs/cancel/action`, in the form of role definitions. */
function discoveredOf({ verb, path, id }: ArmOperation): Discovered | undefined {
  const [, below] = path.split(`/providers/${provider}/`);
  if (below === undefined) return undefined;
  const segments = below.split('/');
  const types = segments.filter((segment) => !segment.startsWith('{'));
  const endsInName = segments.at(-1)?.startsWith('{') === true;
  const action =
    verb === 'POST' ? `${types.join('/')}/action` : `${types.join('/')}/${{ GET: 'read', HEAD: 'read', PUT: 'write', PATCH: 'write', DELETE: 'delete' }[verb]}`;
  const resource = verb === 'POST' && !endsInName ? types.slice(0, -1) : types;
  return { name: `${provider}/${action}`, resource: resource.join('/'), operation: id.replace(/^Replication/, '') };
}
