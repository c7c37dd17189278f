// A temporary folder that is gone when the test ends.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function useFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'srlab-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
