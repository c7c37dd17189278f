// Scripts of this computer that stand for the runbooks of an Automation account, by name; and the running of what plans ask for.
import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { RunScript } from '../../azure/vault/deps.ts';
import type { RunbookRecord } from '../../contract/resources.ts';
import { LabError } from '../../kernel/errors.ts';
import type { Store } from '../../kernel/store.ts';
import { isScriptFile } from './interpreter.ts';
import { runScript } from './runScript.ts';

const storeKind = 'runbook';

/** Disposing ends the scripts that run. */
export class Runbooks implements Disposable {
  readonly #store: Store;
  readonly #stop = new AbortController();

  constructor(store: Store) {
    this.#store = store;
  }

  list(): RunbookRecord[] {
    return this.#store.list<RunbookRecord>(storeKind);
  }

  /** The file is looked at when it runs: it may go on being written. @throws LabError InvalidArgument, ScriptNotFound */
  add(runbook: RunbookRecord): RunbookRecord {
    if (!/^[A-Za-z][A-Za-z0-9_-]{0,62}$/.test(runbook.name))
      throw new LabError('InvalidArgument', `"${runbook.name}": a runbook's name begins with a letter and has letters, digits, _ and -.`);
    if (!isAbsolute(runbook.path) || !isScriptFile(runbook.path))
      throw new LabError('InvalidArgument', `${runbook.path}: a script ends in .ps1, .py, .sh, .js or .mjs and is named by its whole path.`);
    if (!existsSync(runbook.path)) throw new LabError('ScriptNotFound', runbook.path);
    this.#store.put(storeKind, keyOf(runbook.name), runbook);
    return runbook;
  }

  /** @throws LabError NotFound */
  remove(name: string): void {
    if (this.#find(name) === undefined) throw new LabError('NotFound', `Runbook ${name}.`);
    this.#store.delete(storeKind, keyOf(name));
  }

  /** For the vault: runs the program behind an action of a plan. */
  readonly run: RunScript = async (action, context) => {
    const path = action.kind === 'script' ? action.path : this.#require(action.runbookId).path;
    return runScript({ path, timeoutMs: action.timeoutMs, context, signal: this.#stop.signal });
  };

  [Symbol.dispose](): void {
    // The task that waits for it is run again when the lab comes back.
    this.#stop.abort(new LabError('PeerUnreachable', 'The lab ended while the script ran.'));
  }

  /** By the last part of the id. */
  #require(runbookId: string): RunbookRecord {
    const name = runbookId.slice(runbookId.lastIndexOf('/') + 1);
    const runbook = this.#find(name);
    if (runbook === undefined) throw new LabError('RunbookNotFound', name);
    return runbook;
  }

  #find(name: string): RunbookRecord | undefined {
    return this.#store.get<RunbookRecord>(storeKind, keyOf(name));
  }
}

function keyOf(name: string): string {
  return name.toLowerCase();
}
