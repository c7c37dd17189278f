// What was chosen the last time, by operation and question; kept with the workspace.
import type { Memento } from 'vscode';
import type { Answer } from '../operations/operation.ts';
import type { LastUsed } from './wizard.ts';

export function lastAnswers(memento: Memento, operationId: string): LastUsed {
  const place = (key: string): string => `siteRecoveryLab.lastUsed.${operationId}.${key}`;
  return {
    get: (key) => memento.get<Answer>(place(key)),
    // Nobody waits for it: the next question may be asked before it is on disk.
    put: (key, answer) => void memento.update(place(key), answer),
  };
}
