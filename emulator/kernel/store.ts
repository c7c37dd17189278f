// Durable documents of one role: JSON rows in one node:sqlite file of the role's folder, one writer process.
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { LabError } from './errors.ts';

const schemaVersion = 1;

/** Five methods over rows `(kind, id, JSON)`. A write is durable against a killed process when the method returns. */
export class Store implements Disposable {
  readonly #database: DatabaseSync;
  readonly #statements: Record<'get' | 'put' | 'delete' | 'list', StatementSync>;
  #depth = 0;

  /**
   * @param path a file, or `:memory:` for one that ends with the process
   * @throws LabError StateDatabaseDamaged, StateVersionUnknown
   */
  constructor(path: string) {
    this.#database = openDatabase(path);
    this.#statements = {
      get: this.#database.prepare('SELECT json FROM resource WHERE kind = ? AND id = ?'),
      put: this.#database.prepare('INSERT INTO resource (kind, id, json) VALUES (?, ?, ?) ON CONFLICT (kind, id) DO UPDATE SET json = excluded.json'),
      delete: this.#database.prepare('DELETE FROM resource WHERE kind = ? AND id = ?'),
      list: this.#database.prepare('SELECT json FROM resource WHERE kind = ? ORDER BY rowid'),
    };
  }

  get<T>(kind: string, id: string): T | undefined {
    const row = this.#statements.get.get(kind, id);
    return row === undefined ? undefined : (JSON.parse(row['json'] as string) as T);
  }

  put(kind: string, id: string, value: unknown): void {
    this.#statements.put.run(kind, id, JSON.stringify(value));
  }

  delete(kind: string, id: string): void {
    this.#statements.delete.run(kind, id);
  }

  /** All of a kind, in the order of their first `put`. */
  list<T>(kind: string): T[] {
    return this.#statements.list.all(kind).map((row) => JSON.parse(row['json'] as string) as T);
  }

  /** All or nothing; may be nested, the outermost commits. `work` must not await. */
  transaction<T>(work: () => T): T {
    if (this.#depth > 0) return work();
    this.#depth += 1;
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

function openDatabase(path: string): DatabaseSync {
  let version: number;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    // WAL and NORMAL: a commit survives a killed process; a power cut may lose the newest commits, never the file.
    // A file that is only just begun need not wait for the platter.
    database.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    const verdict = database.prepare('PRAGMA quick_check').get()?.['quick_check'];
    if (verdict !== 'ok') throw new Error(String(verdict));
    database.exec('CREATE TABLE IF NOT EXISTS resource (kind TEXT NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (kind, id))');
    version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
    if (version === 0) database.exec(`PRAGMA user_version = ${schemaVersion}`);
  } catch (error) {
    database?.close();
    throw new LabError('StateDatabaseDamaged', `${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  if (version > schemaVersion) {
    database.close();
    throw new LabError('StateVersionUnknown', `${path} has version ${version}, this program knows ${schemaVersion}.`);
  }
  return database;
}
