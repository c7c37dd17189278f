// Tasks of type `srlab`: a command line against a lab of its own, and a drill of a machine or a plan of the running lab.
import { ShellExecution, ShellQuoting, Task, TaskScope, tasks, type Disposable as VsDisposable, type ShellQuotedString, type TaskDefinition } from 'vscode';
import type { Session } from '../lab/session.ts';
import type { LabModel } from '../model/labModel.ts';
import { t } from '../texts.ts';
import { taskArguments, taskName, type LabTask } from './taskArguments.ts';
import type { Program } from '../../emulator/cli/environment.ts';

export interface LabTasksDeps {
  readonly session: Session;
  readonly model: LabModel;
  readonly program: Program;
}

export function registerLabTasks(deps: LabTasksDeps): VsDisposable {
  return tasks.registerTaskProvider('srlab', {
    provideTasks: () => deps.model.snapshot.vault.plans.map(({ name = '' }) => task({ type: 'srlab', command: 'plan drill', target: name }, deps)),
    resolveTask: ({ definition }) => (isLabTask(definition) ? task(definition, deps) : undefined),
  });
}

function isLabTask(definition: TaskDefinition): definition is LabTask & TaskDefinition {
  const { command, target } = definition as { command?: unknown; target?: unknown };
  return typeof command === 'string' && ['exec', 'drill', 'plan drill'].includes(command) && typeof target === 'string';
}

function task(definition: LabTask & TaskDefinition, { session, model, program }: LabTasksDeps): Task {
  const dir = session.running ? session.lab.locator.dir : model.snapshot.dir;
  const words = [program.script, ...taskArguments(definition, dir)].map((value): ShellQuotedString => ({ value, quoting: ShellQuoting.Strong }));
  const execution = new ShellExecution({ value: program.runtime, quoting: ShellQuoting.Strong }, words, { env: { ELECTRON_RUN_AS_NODE: '1' } });
  const made = new Task(definition, TaskScope.Workspace, taskName(definition), t('Site Recovery Lab'), execution, '$srlab');
  made.detail =
    definition.command !== 'exec' ? t('Test failover of {0}, then its cleanup', definition.target) : t('Starts a lab, runs the command in it, stops the lab');
  return made;
}
