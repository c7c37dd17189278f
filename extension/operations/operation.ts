// What a user can do, as data: when it is allowed and why not, what has to be asked, what it loses, and the calls that do it.
import type { LabSnapshot } from '../model/snapshot.ts';
import type { RunningLab } from '../lab/session.ts';
import type { Subject } from '../tree/node.ts';
import type { AzureCall } from './azureCall.ts';
import type { ControlCall } from './controlCall.ts';

/** What would make the operation possible. Texts are translated. */
export interface Refusal {
  readonly because: string;
  readonly remedy: string;
}

/** `true`, or why the operation cannot be done now. */
export type Availability = true | Refusal;

/** A list for picks of many. */
export type Answer = string | readonly string[];
export type Answers = Readonly<Record<string, Answer>>;

/** One question of a multi-step input; answers are kept by key, Back goes to the one before. */
export type Step<Given extends object = Answers> = PickStep<Given> | TextStep<Given>;

interface StepBase<Given extends object> {
  readonly key: keyof Given & string;
  readonly title: string;
  /** Left out when it gives false. */
  needed?(answers: Partial<Given>): boolean;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly description?: string;
  readonly detail?: string;
  /** Heading of the choices from this one on. */
  readonly heading?: string;
  /** Of a pick of many: chosen from the beginning. */
  readonly picked?: true;
}

export interface PickStep<Given extends object = Answers> extends StepBase<Given> {
  readonly kind: 'pick';
  readonly placeholder: string;
  /** Several may be chosen: the answer is a list. */
  readonly many?: true;
  /** Of a pick of many: at least this many. */
  readonly least?: number;
  /** Whether what was used last comes first; default yes. */
  readonly remember?: false;
  choices(answers: Partial<Given>): Promise<readonly Choice[]> | readonly Choice[];
  /** When there is nothing to choose from. */
  readonly none?: Refusal;
}

export interface TextStep<Given extends object = Answers> extends StepBase<Given> {
  readonly kind: 'text';
  readonly prompt: string;
  initial?(answers: Partial<Given>): string;
  /** Undefined: it will do. */
  problem(text: string, answers: Partial<Given>): string | undefined;
  /** The answer in the summary, with its unit; absent: as it was typed. */
  shown?(text: string): string;
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
  readonly lab: Pick<RunningLab, 'vault' | 'control'>;
}

/** A write: to Azure's interface, or to the lab's own where Azure has none. */
export type Call = AzureCall | ControlCall;

export type SubjectKind = Subject['kind'];

/** Methods, so that operations with answers of their own fit into one list. */
export interface Operation<Given extends object = Answers> {
  /** Its command is `siteRecoveryLab.<id>`; in a row's context `can.<id>` says that it is allowed. */
  readonly id: string;
  /** In Title Case, as in Azure's portal. A function, for the user's language is known only at activation. */
  readonly title: () => string;
  /** The title where what it is done to is named beside it; absent: the same. */
  readonly shortTitle?: () => string;
  /** Kinds of rows that it can be started from; the first is what is asked for otherwise. Empty: it is about the vault or the lab as a whole. */
  readonly on: readonly SubjectKind[];
  /** It can be done to several at once. */
  readonly many?: true;
  /** Lab: it goes to the lab's own interface, so Azure's clients have no words for it. */
  readonly by: 'azure' | 'lab';
  /** Each call needs what the one before has made: it is sent when that one's job has succeeded. */
  readonly sequential?: true;
  availability(snapshot: LabSnapshot, subject: Subject | undefined): Availability;
  steps?(context: OperationContext, subjects: readonly Subject[]): Promise<readonly Step<Given>[]> | readonly Step<Given>[];
  /** What the rows say already: not asked again. */
  preset?(subjects: readonly Subject[]): Partial<Given>;
  confirmation?(context: OperationContext, subjects: readonly Subject[], answers: Given): Promise<Confirmation | undefined> | Confirmation | undefined;
  /** More than one when several objects were chosen. */
  calls(context: OperationContext, subjects: readonly Subject[], answers: Given): Promise<readonly Call[]> | readonly Call[];
}
