// The durable documents of a role: what was put is there after a kill, and a damaged file is told apart from an empty one.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Store } from '../../../emulator/kernel/store.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'store-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('documents keep the order of their first put and are replaced whole', () => {
  using store = new Store(join(folder, 'a.db'));
  store.put('item', 'b', { size: 1 });
  store.put('item', 'a', { size: 2 });
  store.put('item', 'b', { size: 3 });
  expect(store.list('item')).toEqual([{ size: 3 }, { size: 2 }]);
  store.delete('item', 'b');
  expect(store.get('item', 'b')).toBeUndefined();
  expect(store.list('other')).toEqual([]);
});

test('a transaction that throws leaves nothing behind, also when it is nested', () => {
  using store = new Store(':memory:');
  expect(() =>
    store.transaction(() => {
      store.put('item', 'a', 1);
      store.transaction(() => store.put('item', 'b', 2));
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(store.list('item')).toEqual([]);
});

test('what a killed process had put is there', () => {
  const path = join(folder, 'killed.db');
  const program = `import { Store } from ${JSON.stringify(join(import.meta.dirname, '../../../emulator/kernel/store.ts'))};
    const store = new Store(${JSON.stringify(path)});
    for (let count = 0; count < 500; count += 1) store.put('item', String(count), { count });
    process.kill(process.pid, 'SIGKILL');`;
  expect(spawnSync(process.execPath, ['--input-type=module-typescript', '-e', program], { stdio: 'pipe' }).signal).toBe('SIGKILL');
  using store = new Store(path);
  expect(store.list('item')).toHaveLength(500);
});

test('a damaged file is StateDatabaseDamaged, and stays as it is', () => {
  const path = join(folder, 'damaged.db');
  writeFileSync(path, Buffer.alloc(8192, 0x5a));
  expect(() => new Store(path)).toThrow(expect.objectContaining({ code: 'StateDatabaseDamaged', message: expect.stringContaining(path) }));
});

test('a file of a newer version is StateVersionUnknown', () => {
  const path = join(folder, 'newer.db');
  new Store(path)[Symbol.dispose]();
  const database = new DatabaseSync(path);
  database.exec('PRAGMA user_version = 99');
  database.close();
  expect(() => new Store(path)).toThrow(expect.objectContaining({ code: 'StateVersionUnknown' }));
});
