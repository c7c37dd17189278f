// Which content files exist. The original keeps a second database for this; here the folder itself is the truth, so the two cannot disagree.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export const extentLocation = 'Default';

/** The part of Azurite's extent metadata store that its file store calls. */
export class ExtentFolder {
  readonly path: string;
  readonly #extents = new Set<string>();
  #open = false;

  constructor(path: string) {
    this.path = path;
  }

  async init(): Promise<void> {
    mkdirSync(this.path, { recursive: true });
    for (const name of readdirSync(this.path)) this.#extents.add(name);
    this.#open = true;
  }

  async close(): Promise<void> {
    this.#open = false;
  }

  isInitialized(): boolean {
    return this.#open;
  }

  isClosed(): boolean {
    return !this.#open;
  }

  async updateExtent(extent: { id: string }): Promise<void> {
    this.#extents.add(extent.id);
  }

  async getExtentLocationId(_extentId: string): Promise<string> {
    return extentLocation;
  }

  list(): readonly string[] {
    return [...this.#extents];
  }

  /** Deletes the file; reads of it that are under way go on. */
  remove(extentId: string): void {
    rmSync(join(this.path, extentId), { force: true });
    this.#extents.delete(extentId);
  }
}
