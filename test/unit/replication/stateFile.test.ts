// States that are kept over kills: the newest whole one counts.
import { appendFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadState, saveState } from '../../../emulator/replication/stateFile.ts';
import { useFolder } from '../../support/folder.ts';

test('the newest state is read back, and there is none before the first', () => {
  using folder = useFolder();
  const path = join(folder.path, 'state');
  expect(loadState(path)).toBeUndefined();
  for (const number of [1, 2, 3]) saveState(path, { number, text: 'a\nb' });
  expect(loadState(path)).toEqual({ number: 3, text: 'a\nb' });
});

test('wherever a kill cuts a state off, the one before it counts, and the next one is whole', () => {
  using folder = useFolder();
  const path = join(folder.path, 'state');
  saveState(path, { number: 1 });
  const before = statSync(path).size;
  saveState(path, { number: 2 });
  const after = statSync(path).size;
  for (let size = after - 1; size >= before; size -= 1) {
    truncateSync(path, size);
    expect(loadState(path)).toEqual({ number: 1 });
  }
  appendFileSync(path, '\n{"numb');
  saveState(path, { number: 3 });
  expect(loadState(path)).toEqual({ number: 3 });
});

test('a first state that was cut off is none', () => {
  using folder = useFolder();
  const path = join(folder.path, 'state');
  writeFileSync(path, '\n{"numb');
  expect(loadState(path)).toBeUndefined();
});

test('the file does not grow for ever', () => {
  using folder = useFolder();
  const path = join(folder.path, 'state');
  for (let number = 0; number < 1000; number += 1) saveState(path, { number, text: 'x'.repeat(1000) });
  expect(statSync(path).size).toBeLessThan(300_000);
  expect(loadState(path)).toMatchObject({ number: 999 });
});
