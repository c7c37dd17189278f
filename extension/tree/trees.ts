// The four views of the container: their rows, badges, messages, and what is dragged between them.
import { commands, window, type Disposable as VsDisposable, type Memento, type TreeView } from 'vscode';
import { isDeepStrictEqual } from 'node:util';
import type { Attachment } from '../lab/attachment.ts';
import type { Session } from '../lab/session.ts';
import type { LabModel } from '../model/labModel.ts';
import type { LabSnapshot } from '../model/snapshot.ts';
import { criticalCount } from '../status/labStatusText.ts';
import { t } from '../texts.ts';
import type { AllowedOperations } from './context.ts';
import { infrastructureRows } from './infrastructure.ts';
import { jobChildren, jobTreeRows, runs } from './jobs.ts';
import { recoveryPointRows } from './machineDetails.ts';
import { machineGroupings, type MachineGrouping } from './machineGroups.ts';
import { machineRows } from './machines.ts';
import type { Subject, TreeNode } from './node.ts';
import { machineDrag, planDragAndDrop } from './planDragAndDrop.ts';
import type { PlanMover } from './planMover.ts';
import { planRows } from './plans.ts';
import { RowCache } from './rowCache.ts';
import { RowSubjects } from './rowSubjects.ts';
import { SnapshotTree } from './snapshotTree.ts';
import { contextFlags, treeMessage } from './treeState.ts';
import { runningJobsText } from '../counts.ts';

export interface TreesDeps {
  readonly session: Session;
  readonly model: LabModel;
  readonly attachment: Attachment;
  readonly mover: PlanMover;
  readonly allowed: AllowedOperations;
  /** Of the workspace: how machines are grouped. */
  readonly memory: Memento;
  readonly report: (work: () => Promise<void>) => Promise<void>;
}

const groupingKey = 'machines.grouping';
/** Recovery points of a row until "Show More" is pressed, and more with each press. */
const pointsPage = 20;

const viewTitles = {
  machines: () => t('Protected Machines'),
  plans: () => t('Recovery Plans'),
  infrastructure: () => t('Infrastructure'),
  jobs: () => t('Jobs & Events'),
} as const;

export class Trees implements VsDisposable {
  readonly #deps: TreesDeps;
  readonly #resources = new DisposableStack();
  readonly #limits = new Map<string, number>();
  readonly #flags = new Map<string, unknown>();
  readonly machines: SnapshotTree;
  readonly plans: SnapshotTree;
  readonly infrastructure: SnapshotTree;
  readonly jobs: SnapshotTree;
  readonly subjects: RowSubjects;
  readonly #views: readonly TreeView<string>[];

  constructor(deps: TreesDeps) {
    this.#deps = deps;
    const { model, allowed, attachment, mover, report } = deps;
    const cache = new RowCache();
    const base = { model, onFirstLook: () => void attachment.look() };
    const vault = ({ state, vault: read, runningJobs }: LabSnapshot): readonly unknown[] => [state, read.items, read.plans, read.jobs, runningJobs];
    this.machines = new SnapshotTree({
      ...base,
      rows: (snapshot) => machineRows(snapshot, { grouping: this.grouping, allowed, cache }),
      partsOf: (snapshot) => [...vault(snapshot), snapshot.vault.protectableItems, snapshot.vault.policies, snapshot.lab?.machines],
      later: (node) => this.#openMachineRow(node),
    });
    this.plans = new SnapshotTree({ ...base, rows: (snapshot) => planRows(snapshot, allowed), partsOf: vault });
    this.infrastructure = new SnapshotTree({
      ...base,
      rows: (snapshot) => infrastructureRows(snapshot, allowed),
      partsOf: (snapshot) => [snapshot.state, snapshot.lab, ...Object.values(snapshot.vault)],
    });
    this.jobs = new SnapshotTree({
      ...base,
      rows: (snapshot) => jobTreeRows(snapshot, allowed),
      partsOf: ({ state, vault: read, runningJobs }) => [state, read.jobs, read.events, runningJobs],
      later: async (node) => this.#openJob(node),
    });
    this.subjects = new RowSubjects([this.machines, this.plans, this.infrastructure, this.jobs]);
    const subjects = (): RowSubjects => this.subjects;
    this.#views = [
      this.#view('machines', this.machines, { canSelectMany: true, showCollapseAll: true, dragAndDropController: machineDrag(subjects) }),
      this.#view('plans', this.plans, { canSelectMany: true, showCollapseAll: true, dragAndDropController: planDragAndDrop({ subjects, mover, report }) }),
      this.#view('infrastructure', this.infrastructure, { showCollapseAll: true }),
      this.#view('jobs', this.jobs, { showCollapseAll: true }),
    ];
    this.#resources.use(model.onChange((snapshot) => this.#announce(snapshot)));
    this.#announce(model.snapshot);
  }

  get grouping(): MachineGrouping {
    const kept = this.#deps.memory.get<string>(groupingKey);
    return machineGroupings.find((one) => one === kept) ?? 'none';
  }

  /** Whether one of the views is in sight. */
  get isLookedAt(): boolean {
    return this.#views.some(({ visible }) => visible);
  }

  /** What is chosen in a view, for keys: they know no row. @param name of the view, such as `machines` */
  selected(name: string): readonly Subject[] {
    const view = this.#views[['machines', 'plans', 'infrastructure', 'jobs'].indexOf(name)];
    return (view?.selection ?? []).flatMap((id) => this.subjects.of(id) ?? []);
  }

  /** After a move: the next key moves the same row. */
  async choosePlanRow(row: Subject): Promise<void> {
    this.plans.refresh();
    const id = this.plans.find((subject) => isDeepStrictEqual(subject, row));
    if (id !== undefined) await this.#views[1]?.reveal(id, { select: true, focus: true });
  }

  async groupBy(grouping: MachineGrouping): Promise<void> {
    await this.#deps.memory.update(groupingKey, grouping);
    this.machines.refresh();
    this.#announce(this.#deps.model.snapshot);
  }

  /** @param rowId of the row that holds recovery points */
  showMorePoints(rowId: string): void {
    this.#limits.set(rowId, (this.#limits.get(rowId) ?? pointsPage) + pointsPage);
    this.machines.reread(rowId);
  }

  dispose(): void {
    this.#resources.dispose();
  }

  #view(
    name: keyof typeof viewTitles,
    tree: SnapshotTree,
    options: { canSelectMany?: boolean; showCollapseAll: boolean; dragAndDropController?: ReturnType<typeof machineDrag> },
  ): TreeView<string> {
    const view = window.createTreeView(`siteRecoveryLab.${name}`, { treeDataProvider: tree, ...options });
    // The manifest's titles are in VS Code's language, these in the lab's.
    view.title = viewTitles[name]();
    const looking = view.onDidChangeVisibility(({ visible }) => {
      if (visible) void this.#deps.attachment.look();
    });
    this.#resources.defer(() => {
      looking.dispose();
      view.dispose();
      tree.dispose();
    });
    return view;
  }

  async #openMachineRow(node: TreeNode): Promise<readonly TreeNode[]> {
    const { subject, id } = node;
    if (subject?.kind === 'job') return this.#openJob(node);
    if (subject?.kind !== 'item') return [];
    const points = await this.#deps.session.lab.vault.recoveryPoints(subject.id);
    const newestFirst = points.toSorted(
      (one, other) => (other.properties?.recoveryPointTime?.getTime() ?? 0) - (one.properties?.recoveryPointTime?.getTime() ?? 0),
    );
    return recoveryPointRows(subject.id, id, { points: newestFirst, limit: this.#limits.get(id) ?? pointsPage });
  }

  async #openJob({ id, subject }: TreeNode): Promise<readonly TreeNode[]> {
    if (subject?.kind !== 'job') return [];
    return jobChildren(await this.#deps.session.lab.vault.job(subject.name), id);
  }

  #announce(snapshot: LabSnapshot): void {
    const [machines, , , jobs] = this.#views;
    const critical = criticalCount(snapshot);
    const running = snapshot.vault.jobs.filter(runs).length;
    if (machines !== undefined) {
      setBadge(machines, critical, t('{0} critical', critical));
      const message = treeMessage(snapshot) ?? '';
      if ((machines.message ?? '') !== message) machines.message = message;
    }
    if (jobs !== undefined) setBadge(jobs, running, runningJobsText(running));
    for (const [name, value] of Object.entries(contextFlags(snapshot, this.grouping))) {
      if (this.#flags.get(name) === value) continue;
      this.#flags.set(name, value);
      void commands.executeCommand('setContext', `siteRecoveryLab.${name}`, value);
    }
  }
}

function setBadge(view: TreeView<string>, value: number, tooltip: string): void {
  if ((view.badge?.value ?? 0) === value) return;
  view.badge = value === 0 ? undefined : { value, tooltip };
}
