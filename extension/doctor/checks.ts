// What a lab needs of the machine that it runs on, each looked at by doing it. No VS Code in here.
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdtemp, rm, stat, statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { arch, platform, release } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findRunningLab, labRoot } from '../lab/locator.ts';
import { t } from '../texts.ts';
import { sizeText } from '../tree/figures.ts';

export interface Finding {
  readonly title: string;
  readonly verdict: 'good' | 'doubtful' | 'bad';
  readonly what: string;
  /** Empty when nothing has to be done. */
  readonly remedy: string;
}

export interface Surroundings {
  readonly dir: string;
  /** VS Code's own runtime, and the emulator's bundle. */
  readonly runtime: string;
  readonly emulator: string;
  readonly versions: { readonly extension: string; readonly editor: string };
  /** Whether the running lab answers; undefined: this window follows none. */
  readonly answers: (() => Promise<void>) | undefined;
}

const leastRuntime = 24;
const leastSpaceBytes = 2 * 2 ** 30;
const comfortableSpaceBytes = 10 * 2 ** 30;
const spawnLimitMs = 30_000;

/** In the order of the report. Nothing is left behind. */
export async function examine(surroundings: Surroundings): Promise<readonly Finding[]> {
  return Promise.all([
    versions(surroundings),
    runtime(surroundings),
    emulator(surroundings),
    ports(),
    folder(surroundings),
    owner(surroundings),
    space(surroundings),
    lab(surroundings),
  ]);
}

async function versions({ versions: { extension, editor } }: Surroundings): Promise<Finding> {
  return {
    title: t('Versions'),
    verdict: 'good',
    what: t('Site Recovery Lab {0} in VS Code {1} on {2} {3} ({4}).', extension, editor, platform(), release(), arch()),
    remedy: '',
  };
}

async function runtime({ runtime: path }: Surroundings): Promise<Finding> {
  const title = t('Runtime');
  const remedy = t('Update VS Code: the lab runs on its runtime.');
  try {
    const program = "require('node:sqlite'); process.stdout.write(process.versions.node)";
    const { stdout } = await promisify(execFile)(path, ['-e', program], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, timeout: spawnLimitMs });
    const good = Number(stdout.split('.')[0]) >= leastRuntime;
    return { title, verdict: good ? 'good' : 'bad', what: t('Node.js {0} at {1}; {2} is needed.', stdout, path, leastRuntime), remedy: good ? '' : remedy };
  } catch (error) {
    return { title, verdict: 'bad', what: t('{0} cannot run the lab: {1}', path, firstLine(error)), remedy };
  }
}

async function emulator({ emulator: path }: Surroundings): Promise<Finding> {
  const title = t('Emulator');
  try {
    const { size } = await stat(path);
    return { title, verdict: 'good', what: t('{0}, {1}.', path, sizeText(size)), remedy: '' };
  } catch (error) {
    return { title, verdict: 'bad', what: firstLine(error), remedy: t('Install the extension again.') };
  }
}

async function ports(): Promise<Finding> {
  const title = t('Ports');
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer();
  server.once('error', reject);
  server.listen({ host: '127.0.0.1', port: 0 }, () => {
    const address = server.address();
    resolve(typeof address === 'object' && address !== null ? address.port : 0);
  });
  try {
    return { title, verdict: 'good', what: t('Ports on 127.0.0.1 can be opened ({0} was tried).', await promise), remedy: '' };
  } catch (error) {
    return {
      title,
      verdict: 'bad',
      what: t('No port on 127.0.0.1 can be opened: {0}', firstLine(error)),
      remedy: t('Let programs listen on 127.0.0.1: look at the firewall and at the limits of the sandbox or container.'),
    };
  } finally {
    server.close();
  }
}

async function folder({ dir }: Surroundings): Promise<Finding> {
  const title = t('Folder');
  const place = await nearest(dir);
  try {
    await access(place, constants.W_OK);
    const trial = await mkdtemp(join(place, '.srlab-trial-'));
    await rm(trial, { recursive: true });
    return { title, verdict: 'good', what: place === dir ? t('{0} can be written.', dir) : t('{0} can be made.', dir), remedy: '' };
  } catch (error) {
    return {
      title,
      verdict: 'bad',
      what: t('{0} cannot be written: {1}', place, firstLine(error)),
      remedy: t('Choose another folder in the setting siteRecoveryLab.lab.folder.'),
    };
  }
}

async function owner({ dir }: Surroundings): Promise<Finding> {
  const title = t('Owner');
  const uid = process.getuid?.();
  if (uid === undefined) return { title, verdict: 'good', what: t('Access lists of this system guard the folder.'), remedy: '' };
  const place = await nearest(labRoot(dir));
  const found = await stat(place);
  const ours = found.uid === uid;
  const open = (found.mode & constants.S_IWOTH) !== 0;
  return {
    title,
    verdict: ours && !open ? 'good' : 'doubtful',
    what: !ours
      ? t('{0} belongs to user {1}, not to you ({2}).', place, found.uid, uid)
      : open
        ? t('Everybody may write to {0}.', place)
        : t('{0} is yours.', place),
    remedy: ours && !open ? '' : t('The lab keeps keys there: use a folder of your own.'),
  };
}

async function space({ dir }: Surroundings): Promise<Finding> {
  const title = t('Disk Space');
  const place = await nearest(dir);
  const { bavail, bsize } = await statfs(place);
  const free = bavail * bsize;
  const verdict = free < leastSpaceBytes ? 'bad' : free < comfortableSpaceBytes ? 'doubtful' : 'good';
  return {
    title,
    verdict,
    what: t('{0} free at {1}.', sizeText(free), place),
    remedy:
      verdict === 'good' ? '' : t('Free some space, or choose a folder on another disk: replicas and recovery points take as much as their machines write.'),
  };
}

async function lab({ dir, answers }: Surroundings): Promise<Finding> {
  const title = t('Lab');
  const running = await findRunningLab(dir);
  if (running === undefined) return { title, verdict: 'good', what: t('No lab runs in {0}.', dir), remedy: '' };
  if (answers === undefined)
    return {
      title,
      verdict: 'good',
      what: t('Process {0} runs a lab in {1}; this window does not follow it.', running.pid, dir),
      remedy: t('Start the lab: this window joins it.'),
    };
  try {
    await answers();
    return { title, verdict: 'good', what: t('Process {0} runs the lab in {1} and answers.', running.pid, dir), remedy: '' };
  } catch (error) {
    return {
      title,
      verdict: 'bad',
      what: t('Process {0} runs the lab in {1} and does not answer: {2}', running.pid, dir, firstLine(error)),
      remedy: t('Stop the lab and start it again; it goes on where it stopped.'),
    };
  }
}

/** The folder itself, or the nearest one above it that is there. */
async function nearest(dir: string): Promise<string> {
  for (let place = dir; ; place = dirname(place)) {
    try {
      await stat(place);
      return place;
    } catch (error) {
      if (dirname(place) === place) throw error;
    }
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
