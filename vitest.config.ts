// How the tests run: which files are tests, where they run, and how patient a test may be.
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { extensionHostPool } from './test/workbench/extensionHostPool.ts';

const root = import.meta.dirname;

export default defineConfig({
  test: {
    testTimeout: 180_000,
    hookTimeout: 180_000,
    maxWorkers: 2,
    maxConcurrency: 2,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/host/**', 'test/e2e/**'], sequence: { groupOrder: 0 } },
      },
      {
        // Inside an extension host of VS Code, all in one.
        extends: true,
        resolve: { alias: { vscode: join(root, 'test/workbench/vscodeShim.cts') } },
        test: {
          name: 'host',
          include: ['test/host/**/*.test.ts'],
          pool: extensionHostPool({ extension: root }),
          isolate: false,
          fileParallelism: false,
          server: { deps: { external: [/vscodeShim\.cts$/] } },
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Through the windows of VS Code, as a user.
        extends: true,
        test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], fileParallelism: false, hookTimeout: 120_000, sequence: { groupOrder: 2 } },
      },
    ],
  },
});
