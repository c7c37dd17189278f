// A lock that the operating system gives back when its owner dies, however it dies.
import { DatabaseSync } from 'node:sqlite';

/**
 * An exclusive transaction on a database of its own; closing it gives the lock back.
 * @param waitMs so long a former owner may take to end
 * @throws Error when somebody else has it
 */
export function takeExclusiveLock(path: string, waitMs: number): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: waitMs });
  try {
    database.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
