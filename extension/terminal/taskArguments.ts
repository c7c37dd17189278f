// A task of type `srlab` as words of its command line.

/** `exec`: the command line to run in a lab of its own; `drill` and `plan drill`: a machine or a plan of the running lab. */
export interface LabTask {
  readonly type: 'srlab';
  readonly command: 'exec' | 'drill' | 'plan drill';
  readonly target: string;
  readonly scenario?: string;
  readonly seed?: string;
}

export function taskName({ command, target }: LabTask): string {
  return `${command} ${target}`;
}

/** @param dir of the running lab */
export function taskArguments({ command, target, scenario, seed }: LabTask, dir: string): readonly string[] {
  if (command !== 'exec') return [...command.split(' '), target, '--dir', dir];
  return ['exec', target, ...(scenario === undefined ? [] : ['--scenario', scenario]), ...(seed === undefined ? [] : ['--seed', seed])];
}
