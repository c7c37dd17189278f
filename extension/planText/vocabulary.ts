// The keys and words of a plan's text, with what they mean: for completion, hover and remarks. Translated when asked for.
import { t } from '../texts.ts';
import { actionKinds, fabricLocations, failoverDirections, failoverTypes, groupKinds } from './planText.ts';

/** The three mappings that a plan is written with. */
export type Level = 'plan' | 'group' | 'action';

export type Shape = 'text' | 'texts' | 'groups' | 'actions';

export interface Key {
  readonly name: string;
  readonly shape: Shape;
  /** The only values, if they are few. */
  readonly words?: readonly string[];
  readonly about: () => string;
}

const keysOf: Readonly<Record<Level, readonly Key[]>> = {
  plan: [
    {
      name: 'name',
      shape: 'text',
      about: () => t('Name of the recovery plan in the vault: 2 to 63 letters, digits and hyphens, a letter first. Absent: the name of the file.'),
    },
    {
      name: 'source',
      shape: 'text',
      about: () => t('Configuration server whose machines the plan is for. Absent: the one of its machines. The other side is always Azure.'),
    },
    {
      name: 'groups',
      shape: 'groups',
      about: () => t('What happens, in order: the shutdown of all machines, the failover of all machines, then up to 7 groups that start one after the other.'),
    },
  ],
  group: [
    {
      name: 'kind',
      shape: 'text',
      words: groupKinds,
      about: () => t('What the group stands for. Absent: Boot, a group of machines that start together.'),
    },
    {
      name: 'machines',
      shape: 'texts',
      about: () => t('Protected machines that start together in this group, by name. A machine is in one group of a plan; a replication group stays together.'),
    },
    {
      name: 'before',
      shape: 'actions',
      about: () => t('Pre-steps: actions before the group starts. The machines have no names in Azure yet, so a script gets their entries empty.'),
    },
    {
      name: 'after',
      shape: 'actions',
      about: () => t('Post-steps: actions after the group has started. A script gets the names in Azure of the machines that succeeded.'),
    },
  ],
  action: [
    { name: 'name', shape: 'text', about: () => t('Name of the action, unique in the plan: it is what the job shows.') },
    { name: 'kind', shape: 'text', words: actionKinds, about: () => t('What the action is: something for a person, a script, or a runbook.') },
    { name: 'instruction', shape: 'text', about: () => t('What the person is asked to do. The run waits until somebody confirms it.') },
    {
      name: 'command',
      shape: 'text',
      about: () => t('Script of this computer: a file that ends in .ps1, .py, .sh, .js or .mjs, or a command line. It receives the RecoveryPlanContext.'),
    },
    {
      name: 'runbook',
      shape: 'text',
      about: () => t('Runbook of an Automation account, by its id or name. The lab runs the script that is registered under the last part of it.'),
    },
    { name: 'timeout', shape: 'text', about: () => t('How long it may take: PT30M, 00:30:00, or seconds. Absent: 30 minutes.') },
    {
      name: 'failoverTypes',
      shape: 'texts',
      words: failoverTypes,
      about: () => t('In which kinds of run the action takes part. Absent: in test failovers and failovers.'),
    },
    {
      name: 'failoverDirections',
      shape: 'texts',
      words: failoverDirections,
      about: () => t('In which direction of a run the action takes part. Absent: in both.'),
    },
    {
      name: 'fabricLocation',
      shape: 'text',
      words: fabricLocations,
      about: () => t('Side on which Azure would run it. Absent: Recovery. The lab runs it on this computer.'),
    },
    { name: 'timeoutMs', shape: 'text', about: () => t('The time-out in milliseconds, as files of the command line write it. Better: timeout.') },
  ],
};

const wordsAbout: Readonly<Record<string, () => string>> = {
  Shutdown: () => t('The shutdown of all machines at the source. Left out in test failovers.'),
  Failover: () => t('The failover of all machines, side by side.'),
  Boot: () => t('A group of machines that start together, after the group before it has started.'),
  manual: () => t('A person does it and confirms; the job waits.'),
  script: () => t('A script of this computer.'),
  runbook: () => t('A runbook of an Automation account; a script of this computer stands for it.'),
  test: () => t('Test failover.'),
  planned: () => t('Planned failover. It does not exist for VMware and physical machines.'),
  unplanned: () => t('Failover, and failback.'),
  PrimaryToRecovery: () => t('From the site to Azure.'),
  RecoveryToPrimary: () => t('From Azure to the site.'),
  Primary: () => t('At the site.'),
  Recovery: () => t('In Azure.'),
};

export function keys(level: Level): readonly Key[] {
  return keysOf[level];
}

export function keyNamed(level: Level, name: string): Key | undefined {
  return keysOf[level].find((key) => key.name === name);
}

export function aboutWord(word: string): string {
  return wordsAbout[word]?.() ?? '';
}
