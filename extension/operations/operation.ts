// What a user can do, as data: when it is allowed and why not, what has to be asked, what it loses, and the call to Azure that does it.
import type { LabSnapshot } from '../model/snapshot.ts';
import type { Subject } from '../tree/node.ts';
import type { AzureCall } from './azureCall.ts';
import type { RunningLab } from '../lab/session.ts';

/** `true`, or why the operation cannot be done now and what would make it possible. Texts are translated. */
export type Availability = true | { readonly because: string; readonly remedy: string };

/** One question of a multi-step input; answers are kept by key, Back goes to the one before. */
export type Step<Answers> = PickStep<Answers> | TextStep<Answers>;

interface StepBase<Answers> {
  readonly key: keyof Answers & string;
  readonly title: string;
  /** Left out when it gives false. */
  readonly needed?: (answers: Partial<Answers>) => boolean;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
}

export interface PickStep<Answers> extends StepBase<Answers> {
  readonly kind: 'pick';
  readonly placeholder: string;
  /** Several may be chosen: the answer is a list. */
  readonly many?: true;
  readonly choices: (answers: Partial<Answers>) => Promise<readonly Choice[]> | readonly Choice[];
}

export interface TextStep<Answers> extends StepBase<Answers> {
  readonly kind: 'text';
  readonly prompt: string;
  readonly initial?: (answers: Partial<Answers>) => string;
  /** Undefined: it will do. */
  readonly problem: (text: string, answers: Partial<Answers>) => string | undefined;
}

/** Shown before something that cannot be taken back. */
export interface Confirmation {
  readonly question: string;
  /** Names the objects, and what is lost. */
  readonly detail: string;
  readonly button: string;
}

/** The world that an operation's questions may look at. */
export interface OperationContext {
  readonly snapshot: LabSnapshot;
  readonly lab: RunningLab;
}

export interface Operation<Answers extends Record<string, unknown> = Record<string, unknown>> {
  /** Its command is `siteRecoveryLab.<id>`; in a row's context `can.<id>` says that it is allowed. */
  readonly id: string;
  readonly title: string;
  readonly subject: Subject['kind'] | 'none';
  readonly availability: (snapshot: LabSnapshot, subject: Subject | undefined) => Availability;
  readonly steps: (context: OperationContext, subject: Subject | undefined) => readonly Step<Answers>[];
  readonly confirmation?: (context: OperationContext, subject: Subject | undefined, answers: Answers) => Confirmation;
  /** More than one when several objects were chosen. */
  readonly calls: (context: OperationContext, subject: Subject | undefined, answers: Answers) => readonly AzureCall[];
}
