// Datastores as folders on this computer: `[name] path` to a file and back, free space, and nothing outside.
import { mkdirSync, readdirSync, statSync, type Stats } from 'node:fs';
import { isAbsolute, join, normalize, relative, sep } from 'node:path';
import { LabError } from '../../kernel/errors.ts';
import type { DatastoreRecord } from './inventory.ts';

/** `[datastore] path/with/slashes`, as vSphere writes it. */
export interface DatastorePath {
  readonly datastore: string;
  readonly path: string;
}

export interface DatastoreFile {
  readonly name: string;
  readonly folder: boolean;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** @throws LabError InvalidArgument */
export function parseDatastorePath(text: string): DatastorePath {
  const match = /^\[([^\]]+)\]\s*(.*)$/.exec(text);
  if (match === null) throw new LabError('InvalidArgument', `"${text}" is no datastore path; an example: [datastore1] vm/vm.vmdk`);
  return { datastore: match[1] as string, path: match[2] as string };
}

export class Datastores {
  readonly #folder: string;
  readonly #list: () => readonly DatastoreRecord[];

  /** @param options `folder` holds one folder per datastore; `list` gives the datastores there are */
  constructor(options: { folder: string; list: () => readonly DatastoreRecord[] }) {
    this.#folder = options.folder;
    this.#list = options.list;
  }

  /**
   * Where a datastore's file lies on this computer.
   * @throws LabError NotFound for an unknown datastore, VSphereResourceInaccessible, InvalidArgument for a path that leads out of it
   */
  locate(text: string | DatastorePath): string {
    const { datastore, path } = typeof text === 'string' ? parseDatastorePath(text) : text;
    const record = this.#list().find(({ name }) => name === datastore);
    if (record === undefined) throw new LabError('NotFound', `datastore "${datastore}"`);
    if (!record.accessible) throw new LabError('VSphereResourceInaccessible', `datastore ${datastore}`);
    const root = join(this.#folder, encodeURIComponent(datastore));
    mkdirSync(root, { recursive: true });
    const target = join(root, normalize(path));
    const inside = relative(root, target);
    if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside) || path.includes('\0'))
      throw new LabError('InvalidArgument', `"${path}" leads out of datastore ${datastore}.`);
    return target;
  }

  /** The entries of a folder. @throws LabError NotFound */
  browse(folder: string | DatastorePath): DatastoreFile[] {
    const path = this.locate(folder);
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined || !stats.isDirectory())
      throw new LabError('NotFound', typeof folder === 'string' ? folder : `[${folder.datastore}] ${folder.path}`);
    return readdirSync(path)
      .filter((name) => !isOurs(name))
      .flatMap((name) => {
        const entry = statSync(join(path, name), { throwIfNoEntry: false });
        return entry === undefined ? [] : [{ name, folder: entry.isDirectory(), sizeBytes: entry.size, modifiedMs: entry.mtimeMs }];
      });
  }

  /** Capacity less the blocks that the files really take. */
  freeBytes(record: DatastoreRecord): number {
    return Math.max(0, record.capacityBytes - usedBytes(join(this.#folder, encodeURIComponent(record.name))));
  }
}

/** Files that stand beside a disk for the lab's own sake: allocation maps, snapshot layers. */
export function isOurs(name: string): boolean {
  return name.endsWith('.map') || name.endsWith('.layer') || name.endsWith('.next');
}

function usedBytes(path: string): number {
  const stats: Stats | undefined = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (!stats.isDirectory()) return stats.blocks * 512;
  return readdirSync(path).reduce((sum, name) => sum + usedBytes(join(path, name)), 0);
}
