// The words by which menus know a row: `kind/state/can.<operation>/…`, asked for as `viewItem =~ /\/can\.testFailover\b/`.
import type { LabSnapshot } from '../model/snapshot.ts';
import type { Operation } from '../operations/operation.ts';
import type { Subject } from './node.ts';

/** Ids of the operations that the subject allows now. */
export type AllowedOperations = (snapshot: LabSnapshot, subject: Subject) => readonly string[];

export function allowedBy(operations: readonly Pick<Operation, 'id' | 'on' | 'availability'>[]): AllowedOperations {
  const ofKind = Map.groupBy(
    operations.flatMap((operation) => operation.on.map((kind) => ({ kind, operation }))),
    ({ kind }) => kind,
  );
  return (snapshot, subject) =>
    (ofKind.get(subject.kind) ?? []).filter(({ operation }) => operation.availability(snapshot, subject) === true).map(({ operation }) => operation.id);
}

/** States are Azure's or the lab's own words; a slash in one would be a word of its own. */
export function contextOf(kind: string, state: string | undefined, allowed: readonly string[] = []): string {
  const words = [kind, ...(state === undefined || state === '' ? [] : [state.replaceAll(/[^\w.-]/g, '')]), ...allowed.map((id) => `can.${id}`)];
  return `${words.join('/')}/`;
}
