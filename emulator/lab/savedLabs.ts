// Labs put aside and taken back: `saved/<name>` beside the lab's own `.srlab` holds a copy of it.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { SavedLab } from '../contract/resources.ts';
import { copySparse } from '../disk/copySparse.ts';
import type { TimeMs } from '../kernel/clock.ts';
import { LabError } from '../kernel/errors.ts';
import { LabFolder, nextRoot } from './labFolder.ts';

const labName = '.srlab';
const savedName = 'saved';
const recordName = 'saved.json';
const stagingName = '.saving';
/** What belongs to the process that runs the lab, not to the lab. */
const ofTheProcess = /^lab\.(lock|lock-journal|json)$/;

/** What was saved from the lab of a folder, running or not; oldest first. */
export function savedLabs(dir: string): SavedLab[] {
  const root = join(resolve(dir), savedName);
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .map((name) => join(root, name, recordName))
    .filter((path) => existsSync(path))
    .map((path) => JSON.parse(readFileSync(path, 'utf8')) as SavedLab)
    .sort((one, other) => one.savedAtMs - other.savedAtMs);
}

/**
 * Everything acknowledged is on disk at any moment, so a copy of the folder is a lab: as one that was killed at this moment.
 * Copies without giving way to anything else in this process: nothing of the lab is written meanwhile.
 * @throws LabError InvalidArgument for a name that cannot be one, or is taken
 */
export function saveLab(folder: LabFolder, { name, nowMs }: { name: string; nowMs: TimeMs }): SavedLab {
  requireName(name);
  const target = join(folder.dir, savedName, name);
  if (existsSync(target)) throw new LabError('InvalidArgument', `${name} exists already.`);
  const staging = join(folder.dir, savedName, stagingName);
  rmSync(staging, { recursive: true, force: true });
  const sizeBytes = copyLab(folder.root, join(staging, labName));
  const saved: SavedLab = { name, scenario: folder.settings?.scenario ?? '', savedAtMs: nowMs, sizeBytes };
  writeFileSync(join(staging, recordName), JSON.stringify(saved));
  renameSync(staging, target);
  return saved;
}

/** Saves a lab that is stopped. @throws LabError LabRunning, NotFound when there is none, and those of `saveLab` */
export function saveStopped(dir: string, name: string): SavedLab {
  requireLab(dir);
  using folder = takeFolder(dir);
  return saveLab(folder, { name, nowMs: folder.settings?.timeMs ?? 0 });
}

/** Makes a stopped lab what it was when it was saved. @throws LabError LabRunning, NotFound, InvalidArgument */
export function loadLab(dir: string, name: string): void {
  requireName(name);
  const source = join(resolve(dir), savedName, name, labName);
  if (!existsSync(source))
    throw new LabError(
      'NotFound',
      `${name}; saved are: ${
        savedLabs(dir)
          .map((saved) => saved.name)
          .join(', ') || 'none'
      }.`,
    );
  using folder = takeFolder(dir);
  exchange(folder.root, (target) => void copyLab(source, target));
}

/** Makes a stopped lab what its scenario and seed began with. @throws LabError LabRunning, NotFound when there is none */
export function resetLab(dir: string): void {
  requireLab(dir);
  using folder = takeFolder(dir);
  const { settings } = folder;
  exchange(folder.root, (target) => {
    mkdirSync(target, { recursive: true });
    if (settings !== undefined) writeFileSync(join(target, 'settings.json'), JSON.stringify({ ...settings, starts: 0, timeMs: null }));
  });
}

/** Makes the new content beside the old before it takes its place: a kill leaves the one or the other (`LabFolder` ends an exchange that was begun). */
function exchange(root: string, make: (target: string) => void): void {
  const coming = nextRoot(root);
  const going = `${root}.replaced`;
  for (const path of [coming, going]) rmSync(path, { recursive: true, force: true });
  make(coming);
  renameSync(root, going);
  renameSync(coming, root);
  rmSync(going, { recursive: true, force: true });
}

/** @returns the bytes copied, holes counted */
function copyLab(from: string, to: string): number {
  let copied = 0;
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || (entry.parentPath === from && ofTheProcess.test(entry.name))) continue;
    const source = join(entry.parentPath, entry.name);
    const target = join(to, source.slice(from.length));
    mkdirSync(dirname(target), { recursive: true });
    copySparse(source, target);
    copied += statSync(target).size;
  }
  return copied;
}

function takeFolder(dir: string): LabFolder {
  try {
    return new LabFolder(dir);
  } catch (error) {
    if (LabError.is(error, 'LabFolderInUse')) throw new LabError('LabRunning', resolve(dir), { cause: error });
    throw error;
  }
}

function requireLab(dir: string): void {
  if (!existsSync(join(resolve(dir), labName, 'settings.json'))) throw new LabError('NotFound', `A lab in ${resolve(dir)}.`);
}

function requireName(name: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) throw new LabError('InvalidArgument', `${name}: letters, digits, dots, hyphens and underscores.`);
}
