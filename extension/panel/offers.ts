// What a view may ask for: each action with the command behind it. The view gets the action's id only; what it asks is looked up here.
import type { ActionView, StateOf, ViewKind } from '../../webview/contract.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import type { Operation } from '../operations/operation.ts';
import type { Subject } from '../tree/node.ts';

export interface Offer {
  readonly command: string;
  /** @param point id of a recovery point, one of those that were shown */
  readonly arguments: (point?: string) => readonly unknown[];
}

export type Offers = ReadonlyMap<string, Offer>;

/** A state, and what its actions do. */
export interface Painted<State> {
  readonly state: State;
  readonly offers: Offers;
}

export interface Offered {
  readonly actions: readonly ActionView[];
  readonly offers: Offers;
}

/** An operation with answers of its own, seen from outside. */
export type AnyOperation = Pick<Operation, 'id' | 'title' | 'on' | 'availability'>;

export interface World {
  readonly snapshot: LabSnapshot;
  readonly operations: readonly AnyOperation[];
}

const next: readonly string[] = ['commit', 'reprotect', 'testFailover', 'planCommit', 'planReprotect', 'planTestFailover', 'resumeJob'];
/** What replication is about; the rest is upkeep. */
const everyday: ReadonlySet<string> = new Set([
  'testFailover',
  'cleanUpTestFailover',
  'failover',
  'failback',
  'changeRecoveryPoint',
  'commit',
  'cancelFailover',
  'reprotect',
  'resynchronize',
]);
const pointKind = 'recoveryPoint';

/** Every operation on the subject in the given order: what is allowed, and of the rest why not. The first allowed one of those that usually come next stands out. */
export function offered({ snapshot, operations }: World, subject: Subject): Offered {
  const own = operations.filter(({ on }) => on.includes(subject.kind));
  const judged = own.map((operation) => ({ operation, availability: operation.availability(snapshot, subject) }));
  const primary = next.find((id) => judged.some(({ operation, availability }) => operation.id === id && availability === true));
  return {
    actions: judged.map(({ operation, availability }) => ({
      id: operation.id,
      title: operation.title(),
      ...(availability === true ? {} : { refusal: availability }),
      ...(subject.kind === 'item' && !everyday.has(operation.id) ? { minor: true as const } : {}),
      ...(operation.id === primary ? { primary: true as const } : {}),
      ...(operation.on.includes(pointKind) ? { withPoint: true as const } : {}),
    })),
    offers: new Map(
      judged.flatMap(({ operation, availability }) =>
        availability === true ? [[operation.id, { command: `siteRecoveryLab.${operation.id}`, arguments: (point) => [atPoint(subject, point)] }]] : [],
      ),
    ),
  };
}

function atPoint(subject: Subject, point: string | undefined): Subject {
  return point !== undefined && subject.kind === 'item' ? { kind: pointKind, itemId: subject.id, id: point } : subject;
}

/** The command that a view's message asks for; undefined: nothing that this state has offered. */
export function commandFor(
  painted: Painted<StateOf[ViewKind]>,
  message: unknown,
): { readonly command: string; readonly arguments: readonly unknown[] } | undefined {
  if (typeof message !== 'object' || message === null || !('kind' in message) || message.kind !== 'act' || !('action' in message)) return undefined;
  const { action } = message;
  const offer = typeof action === 'string' ? painted.offers.get(action) : undefined;
  if (offer === undefined) return undefined;
  const point = 'point' in message ? message.point : undefined;
  if (point === undefined) return { command: offer.command, arguments: offer.arguments() };
  const { state } = painted;
  const known =
    typeof point === 'string' &&
    'points' in state &&
    state.points.some(({ id }) => id === point) &&
    state.actions.some(({ id, withPoint }) => id === action && withPoint === true);
  return known ? { command: offer.command, arguments: offer.arguments(point) } : undefined;
}
