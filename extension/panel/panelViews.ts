// The three views as the panels know them: what each is about, its title, and how it is painted. Pure.
import type { StateOf, ViewKind } from '../../webview/contract.ts';
import type { RecoveryPoint, ReplicationProtectedItem } from '../client/vaultClient.ts';
import { itemOf, nameOf, planOf } from '../model/find.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { t } from '../texts.ts';
import type { Subject } from '../tree/node.ts';
import type { History } from './history.ts';
import { machineState } from './machineState.ts';
import type { Painted, World } from './offers.ts';
import { lastRun, lastSucceededDrill, planState } from './planState.ts';
import { topologyState } from './topologyState.ts';

export interface PanelWorld extends World {
  readonly history: History;
  readonly points: (item: ReplicationProtectedItem) => readonly RecoveryPoint[];
}

export interface PanelView {
  /** Codicon of its tab. */
  readonly icon: string;
  /** What of a subject it is a view of; undefined: it is none of it. */
  subject(subject: Subject | undefined): Subject | undefined;
  title(snapshot: LabSnapshot, subject: Subject): string;
  /** Undefined: the subject is gone. */
  paint(world: PanelWorld, subject: Subject): Painted<StateOf[ViewKind]> | undefined;
  /** Names of jobs whose tasks it shows. */
  jobs(snapshot: LabSnapshot, subject: Subject): readonly string[];
  readonly gone: () => string;
}

const machine: PanelView = {
  icon: 'vm',
  subject: (subject) => {
    if (subject?.kind === 'item') return subject;
    return subject?.kind === 'planMember' || subject?.kind === 'recoveryPoint' ? { kind: 'item', id: subject.itemId } : undefined;
  },
  title: (snapshot, subject) => {
    const item = itemOf(snapshot, subject);
    return item === undefined ? t('Replicated Machine') : nameOf(item);
  },
  paint: (world, subject) => {
    const item = itemOf(world.snapshot, subject);
    return item === undefined ? undefined : machineState({ ...world, points: world.points(item) }, subject);
  },
  jobs: () => [],
  gone: () => t('This machine is not replicated any more.'),
};

const topology: PanelView = {
  icon: 'type-hierarchy',
  subject: () => ({ kind: 'vault' }),
  title: () => t('Topology'),
  paint: (world) => topologyState(world),
  jobs: () => [],
  gone: () => t('The lab has not told of its estate yet.'),
};

const plan: PanelView = {
  icon: 'checklist',
  subject: (subject) => {
    if (subject?.kind === 'plan') return subject;
    return subject?.kind === 'planGroup' || subject?.kind === 'planMember' || subject?.kind === 'planAction' ? { kind: 'plan', id: subject.planId } : undefined;
  },
  title: (snapshot, subject) => planOf(snapshot, subject)?.name ?? t('Recovery Plan'),
  paint: (world, subject) => planState(world, subject),
  jobs: (snapshot, subject) => {
    const found = planOf(snapshot, subject);
    if (found === undefined) return [];
    // A list of jobs leaves their tasks and details out.
    return [lastRun(snapshot, found), lastSucceededDrill(snapshot, found)].flatMap((job) =>
      job?.name !== undefined && (job.properties?.customDetails ?? undefined) === undefined ? [job.name] : [],
    );
  },
  gone: () => t('This recovery plan does not exist any more.'),
};

export const panelViews: Readonly<Record<ViewKind, PanelView>> = { machine, topology, plan };

const longestTitle = 40;
/** By what people take for one character. */
const segmenter = new Intl.Segmenter();

/** For a tab, which VS Code makes as wide as its title; the heading of the page has the whole. */
export function tabTitle(view: ViewKind, snapshot: LabSnapshot, subject: Subject): string {
  const title = panelViews[view].title(snapshot, subject);
  const characters = Array.from(segmenter.segment(title), ({ segment }) => segment);
  return characters.length <= longestTitle
    ? title
    : `${characters
        .slice(0, longestTitle - 1)
        .join('')
        .trimEnd()}…`;
}

/** What a page gave back after a reload of the window; undefined: nothing that a view is about. */
export function restoredSubject(view: ViewKind, kept: unknown): Subject | undefined {
  if (typeof kept !== 'object' || kept === null || !('subject' in kept)) return undefined;
  const { subject } = kept;
  if (typeof subject !== 'object' || subject === null || !('kind' in subject)) return undefined;
  if (view !== 'topology' && !('id' in subject && typeof subject.id === 'string')) return undefined;
  return panelViews[view].subject(subject as Subject);
}
