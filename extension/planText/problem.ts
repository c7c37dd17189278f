// Something to say about a plan's text, and what would mend it.
import type { Range } from './planText.ts';

export interface Edit {
  readonly range: Range;
  readonly text: string;
}

export interface Fix {
  /** Translated. */
  readonly title: string;
  readonly edits: readonly Edit[];
}

export type ProblemCode =
  | 'ActionIncomplete'
  | 'ActionNameTwice'
  | 'ActionNeverRuns'
  | 'FailoverTypesEmpty'
  | 'FieldUnused'
  | 'GroupEmpty'
  | 'GroupOrder'
  | 'GroupTwice'
  | 'MachineOfOtherServer'
  | 'MachineTwice'
  | 'MachineUnknown'
  | 'MachineUnprotected'
  | 'MachinesInWrongGroup'
  | 'NoGroups'
  | 'PlanName'
  | 'ReplicationGroupSplit'
  | 'RunbookNotRegistered'
  | 'SourceUnknown'
  | 'Syntax'
  | 'TimeoutMissing'
  | 'TimeoutUnreadable'
  | 'TooManyGroups'
  | 'TooManyMachines'
  | 'UnknownKey'
  | 'UnknownWord'
  | 'WrongType';

export interface Problem {
  readonly code: ProblemCode;
  /** `error`: the vault would refuse it, or it cannot be read. */
  readonly severity: 'error' | 'warning' | 'information';
  /** Translated. */
  readonly message: string;
  readonly range: Range;
  /** The best one first. */
  readonly fixes: readonly Fix[];
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}
