// Control operations on runbooks: which script of this computer stands for which.
import type { ControlParts } from '../control.ts';
import type { Handlers } from './server.ts';

export function runbookHandlers({ world: { runbooks } }: ControlParts): Handlers<'runbook.list' | 'runbook.add' | 'runbook.remove'> {
  return {
    'runbook.list': async () => runbooks.list(),
    'runbook.add': async ({ name, path }) => runbooks.add({ name, path }),
    'runbook.remove': async ({ name }) => {
      runbooks.remove(name);
      return {};
    },
  };
}
