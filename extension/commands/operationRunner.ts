// One operation from the question to the verdict: subject, wizard, confirmation, calls, progress of the job, how it ended.
import { CancellationError, commands, ProgressLocation, window, type CancellationToken, type LogOutputChannel, type Memento, type Progress } from 'vscode';
import type { JobRecord } from '../../emulator/contract/resources.ts';
import { ExtensionError } from '../lab/labError.ts';
import type { RunningLab, Session } from '../lab/session.ts';
import type { LabModel } from '../model/labModel.ts';
import { send } from '../operations/azureCall.ts';
import { isControlCall, order } from '../operations/controlCall.ts';
import type { CopyForm } from '../operations/copyAs.ts';
import { cancelJobCall, resumeJobCall } from '../operations/jobOperations.ts';
import { vaultIdOf } from '../operations/lookups.ts';
import type { Answers, Call, Operation, OperationContext } from '../operations/operation.ts';
import type { Subject } from '../tree/node.ts';
import { t } from '../texts.ts';
import { chooseSubjects } from './chooseSubjects.ts';
import { chooseForm, copyCalls } from './copyChoice.ts';
import { followJob, instructionOf, progressText } from './jobFollower.ts';
import { lastAnswers } from './lastAnswers.ts';
import { plainMessage } from './plainText.ts';
import { QuickInputs } from './quickInputs.ts';
import { verdictOf } from './verdict.ts';
import { runWizard } from './wizard.ts';

export interface RunnerDeps {
  readonly session: Pick<Session, 'lab'>;
  readonly model: LabModel;
  readonly memento: Memento;
  readonly log: LogOutputChannel;
}

/** What a caller knows already. */
export interface Known {
  readonly subjects?: readonly Subject[];
  readonly answers?: Partial<Answers>;
  /** Copies instead of doing. */
  readonly copy?: CopyForm;
}

export class OperationRunner {
  readonly #deps: RunnerDeps;

  constructor(deps: RunnerDeps) {
    this.#deps = deps;
  }

  /** Ends when the job has ended. @throws CancellationError, ExtensionError, RestError */
  async run(operation: Operation, known: Known = {}): Promise<void> {
    const { model, session } = this.#deps;
    const { lab } = session;
    const context: OperationContext = {
      lab,
      get snapshot() {
        return model.snapshot;
      },
    };
    const subjects = await this.#subjects(operation, known.subjects ?? []);
    const answers = await this.#answers(operation, context, { subjects, known });
    if (known.copy !== undefined) return copyCalls(known.copy, await operation.calls(context, subjects, answers), lab.vault.place);
    const confirmation = await operation.confirmation?.(context, subjects, answers);
    if (confirmation !== undefined) {
      const { question, detail, button } = confirmation;
      if ((await window.showWarningMessage(question, { modal: true, detail }, button)) !== button) throw new CancellationError();
    }
    return this.follow(operation, await operation.calls(context, subjects, answers));
  }

  /** @throws ExtensionError NotAllowed when one of them does not allow it now */
  async #subjects(operation: Operation, given: readonly Subject[]): Promise<readonly Subject[]> {
    const { snapshot } = this.#deps.model;
    const fitting = given.filter(({ kind }) => operation.on.includes(kind));
    const subjects = operation.on.length === 0 ? [] : fitting.length > 0 ? fitting : await chooseSubjects(snapshot, operation);
    for (const subject of subjects.length === 0 ? [undefined] : subjects) {
      const availability = operation.availability(snapshot, subject);
      if (availability !== true) throw new ExtensionError('NotAllowed', availability.because, { recommendedAction: availability.remedy });
    }
    return operation.many === true ? subjects : subjects.slice(0, 1);
  }

  async #answers(operation: Operation, context: OperationContext, { subjects, known }: { subjects: readonly Subject[]; known: Known }): Promise<Answers> {
    const preset = { ...operation.preset?.(subjects), ...known.answers };
    const steps = (await operation.steps?.(context, subjects)) ?? [];
    const asker = new QuickInputs({
      title: operation.title(),
      verb: known.copy === undefined ? operation.title() : t('Copy'),
      ...(operation.by === 'azure' && known.copy === undefined
        ? {
            onCopy: async (answers: Answers) => {
              const form = await chooseForm();
              if (form !== undefined) await copyCalls(form, await operation.calls(context, subjects, answers), context.lab.vault.place);
            },
          }
        : {}),
    });
    const summary = steps.some(({ key }) => preset[key] === undefined);
    return runWizard({ steps, preset, asker, lastUsed: lastAnswers(this.#deps.memento, operation.id), summary });
  }

  /** Makes the calls and stays with their jobs until they have ended. @throws ExtensionError, RestError */
  async follow(operation: Pick<Operation, 'title' | 'shortTitle' | 'sequential'>, calls: readonly Call[]): Promise<void> {
    const { lab } = this.#deps.session;
    const title = (operation.shortTitle ?? operation.title)();
    if (calls.every(isControlCall)) {
      await window.withProgress({ location: ProgressLocation.Window, title }, async () => {
        for (const call of calls) if (isControlCall(call)) await order(lab.control, call);
      });
      return;
    }
    await window.withProgress({ location: ProgressLocation.Notification, title, cancellable: true }, async (progress, token) => {
      const watched = new WatchedJobs({ deps: this.#deps, lab, title, progress, token });
      if (operation.sequential === true) {
        for (const [place, call] of calls.entries())
          if (!(await watched.follow(await this.#send(lab, call), place < calls.length - 1 ? 'onTheWay' : 'last'))) break;
      } else {
        const names: string[] = [];
        for (const call of calls) names.push(await this.#send(lab, call));
        await Promise.all(names.map((name) => watched.follow(name)));
      }
    });
  }

  async #send(lab: RunningLab, call: Call): Promise<string> {
    if (isControlCall(call)) {
      await order(lab.control, call);
      return '';
    }
    this.#deps.log.info(`${call.verb} ${call.resourceId}${call.action}`);
    return send(lab.vault, call);
  }
}

interface Watching {
  readonly deps: RunnerDeps;
  readonly lab: RunningLab;
  readonly title: string;
  readonly progress: Progress<{ message?: string }>;
  readonly token: CancellationToken;
}

/** The jobs of one operation, behind one notification. */
class WatchedJobs {
  readonly #watching: Watching;
  readonly #records = new Map<string, JobRecord>();
  readonly #told = new Set<string>();

  constructor(watching: Watching) {
    this.#watching = watching;
    watching.token.onCancellationRequested(() => void this.#cancel());
  }

  /** @param name empty: the service did it at once. @param place in a sequence: success is told once, of the whole. @returns whether it succeeded */
  async follow(name: string, place: 'alone' | 'onTheWay' | 'last' = 'alone'): Promise<boolean> {
    if (name === '') return true;
    const { deps, lab, title } = this.#watching;
    const job = await followJob({ model: deps.model, vault: lab.vault }, name, (record) => this.#show(record));
    this.#records.delete(name);
    const verdict = verdictOf(title, job);
    if (verdict.kind !== 'succeeded' || place === 'alone') void this.#tell(name, verdict.kind, verdict.text);
    else if (place === 'last') void this.#tell(name, verdict.kind, t('{0} succeeded.', title));
    return verdict.kind === 'succeeded' || verdict.kind === 'information';
  }

  #show(record: JobRecord): void {
    this.#records.set(record.jobId, record);
    const lines = [...this.#records.values()].map((one) => (this.#records.size === 1 ? progressText(one) : t('{0}: {1}', one.subject, progressText(one))));
    this.#watching.progress.report({ message: plainMessage(lines.join('; ')) });
    const instruction = instructionOf(record);
    const waiting = `${record.jobId}\n${instruction ?? ''}`;
    if (instruction === undefined || this.#told.has(waiting)) return;
    this.#told.add(waiting);
    void this.#askToGoOn(record, instruction);
  }

  async #askToGoOn(record: JobRecord, instruction: string): Promise<void> {
    const { deps, lab } = this.#watching;
    const [goOn, show] = [t('Continue'), t('Show Job')];
    const chosen = await window.showInformationMessage(plainMessage(t('{0} of {1} waits: {2}', record.friendlyName, record.subject, instruction)), goOn, show);
    if (chosen === show) await showJob(record.jobId);
    else if (chosen === goOn)
      try {
        await send(lab.vault, resumeJobCall(this.#idOf(record.jobId), ''));
      } catch (error) {
        deps.log.warn(`Resuming ${record.jobId}: ${error instanceof Error ? error.message : String(error)}`);
      }
  }

  /** Cancels the jobs themselves; what cannot be cancelled goes on, and is followed on. */
  async #cancel(): Promise<void> {
    const { deps, lab, title } = this.#watching;
    for (const record of this.#records.values()) {
      try {
        if (record.allowedActions.includes('Cancel')) await send(lab.vault, cancelJobCall(this.#idOf(record.jobId)));
        else void window.showInformationMessage(plainMessage(t('{0} of {1} cannot be cancelled at this point and goes on.', title, record.subject)));
      } catch (error) {
        deps.log.warn(`Cancelling ${record.jobId}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }

  #idOf(name: string): string {
    return `${vaultIdOf(this.#watching.lab.vault.place)}/replicationJobs/${name}`;
  }

  async #tell(name: string, kind: ReturnType<typeof verdictOf>['kind'], text: string): Promise<void> {
    const show = t('Show Job');
    const tell = kind === 'failed' ? window.showErrorMessage : kind === 'information' ? window.showWarningMessage : window.showInformationMessage;
    if ((await tell(plainMessage(text), show)) === show) await showJob(name);
  }
}

async function showJob(name: string): Promise<void> {
  await commands.executeCommand('siteRecoveryLab.showDocument', { kind: 'job', name });
}
