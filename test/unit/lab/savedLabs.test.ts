// A lab put aside and taken back, as files: what comes along, what is refused, and what a kill in between leaves.
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LabFolder } from '../../../emulator/lab/labFolder.ts';
import { loadLab, resetLab, savedLabs, saveLab, saveStopped } from '../../../emulator/lab/savedLabs.ts';
import { useFolder } from '../../support/folder.ts';

const settings = { scenario: 'sample', seed: '7', starts: 3, calendar: 'fixed', timeMs: 1000 } as const;

function stoppedLab(dir: string, content: string): void {
  using folder = new LabFolder(dir);
  folder.settings = settings;
  mkdirSync(folder.folder('vcenter'), { recursive: true });
  writeFileSync(folder.path('vcenter', 'disk.raw'), content);
}

function contentOf(dir: string): string {
  return readFileSync(join(dir, '.srlab', 'vcenter', 'disk.raw'), 'utf8');
}

test('a lab that was changed after it was saved is as before once it is loaded', () => {
  using place = useFolder();
  stoppedLab(place.path, 'before');
  expect(saveStopped(place.path, 'first')).toMatchObject({ name: 'first', scenario: 'sample', savedAtMs: 1000 });
  stoppedLab(place.path, 'after');
  writeFileSync(join(place.path, '.srlab', 'new.db'), '');
  loadLab(place.path, 'first');
  expect(contentOf(place.path)).toBe('before');
  expect(existsSync(join(place.path, '.srlab', 'new.db'))).toBe(false);
  expect(savedLabs(place.path).map(({ name }) => name)).toEqual(['first']);
});

test.each([8, 64])('a copy of a disk of %i MiB has the holes of its source', (sizeMiB) => {
  using place = useFolder();
  const path = join(place.path, '.srlab', 'vcenter', 'disk.raw');
  stoppedLab(place.path, 'x');
  truncateSync(path, sizeMiB * 2 ** 20);
  saveStopped(place.path, 'sparse');
  const { size, blocks } = statSync(join(place.path, 'saved', 'sparse', '.srlab', 'vcenter', 'disk.raw'));
  expect(size).toBe(sizeMiB * 2 ** 20);
  expect(readFileSync(join(place.path, 'saved', 'sparse', '.srlab', 'vcenter', 'disk.raw')).equals(readFileSync(path))).toBe(true);
  expect(blocks * 512).toBeLessThan(2 ** 20);
});

test('while a lab runs it is saved but neither loaded nor reset', () => {
  using place = useFolder();
  stoppedLab(place.path, 'running');
  using folder = new LabFolder(place.path);
  saveLab(folder, { name: 'live', nowMs: 5 });
  for (const refused of [() => loadLab(place.path, 'live'), () => resetLab(place.path), () => saveStopped(place.path, 'second')])
    expect(refused).toThrow(expect.objectContaining({ code: 'LabRunning' }));
  expect(contentOf(place.path)).toBe('running');
});

test('a reset lab begins its scenario with its seed, as at its first start', () => {
  using place = useFolder();
  stoppedLab(place.path, 'used');
  resetLab(place.path);
  using folder = new LabFolder(place.path);
  expect(folder.settings).toEqual({ ...settings, starts: 0, timeMs: null });
  expect(existsSync(folder.path('vcenter'))).toBe(false);
});

test('a process killed between taking the old content away and bringing the new leaves the new', () => {
  using place = useFolder();
  stoppedLab(place.path, 'new');
  const root = join(place.path, '.srlab');
  renameSync(root, `${root}.next`);
  using folder = new LabFolder(place.path);
  expect(folder.settings?.seed).toBe('7');
  expect(contentOf(place.path)).toBe('new');
});

test.each([
  { what: 'a name that leaves the folder', work: (dir: string) => saveStopped(dir, '../up'), code: 'InvalidArgument' },
  { what: 'a name that is taken', work: (dir: string) => [saveStopped(dir, 'same'), saveStopped(dir, 'same')], code: 'InvalidArgument' },
  { what: 'a name that nothing was saved under', work: (dir: string) => loadLab(dir, 'nothing'), code: 'NotFound' },
  { what: 'a folder without a lab', work: (dir: string) => resetLab(join(dir, 'empty')), code: 'NotFound' },
])('$what is refused as $code', ({ work, code }) => {
  using place = useFolder();
  stoppedLab(place.path, 'whole');
  expect(() => work(place.path)).toThrow(expect.objectContaining({ code }));
  expect(contentOf(place.path)).toBe('whole');
});
