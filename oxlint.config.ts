// The rules of the house that a machine can check: types, sizes, what only the kernel may do, and who may import whom.
import { defineConfig } from 'oxlint';

interface Ban {
  readonly regex: string;
  readonly message: string;
  readonly allowTypeImports?: true;
}

/** The layers of emulator/ARCHITECTURE.md, lowest first: a folder imports from those before it in the list, and from itself. */
const layers = ['contract', 'kernel', 'disk', 'replication', 'http', 'registration', 'machine', 'onprem', 'azure', 'lab', 'cli'] as const;
type Layer = (typeof layers)[number];

/** Where the drawing has no arrow although the order of the list would allow one. */
const strangers: Partial<Record<Layer, readonly Layer[]>> = {
  http: ['disk', 'replication'],
  azure: ['registration', 'onprem'],
  cli: ['disk', 'replication', 'registration', 'machine', 'onprem', 'azure'],
};

const wireLibraries: Ban = {
  regex: '^(express|undici|node:https?)$',
  message: 'Only emulator/http and files named after a wire (routes, client, server, rest, soap) use express, undici and node:http; rules know no wire.',
  allowTypeImports: true,
};
const wireFiles = ['routes', 'client', 'server', 'rest', 'soap', '*Routes', '*Client', '*Server'];
const vscode: Ban = { regex: '^vscode$', message: 'The emulator runs without VS Code.' };
const barrels: Ban = { regex: '/index(\\.ts)?$', message: 'No barrels: import from the file that is named after what you need.' };
const hardware: Ban = { regex: '^node:(fs|fs/promises|net|tls|child_process|dgram)$', message: 'state.ts holds pure records and transitions.' };

function foldersForbiddenTo(layer: Layer): Ban {
  const above = layers.slice(layers.indexOf(layer) + 1);
  const forbidden = [...above, ...(strangers[layer] ?? [])];
  const roots = layer === 'cli' ? '' : '|^(\\.\\./)+(lab|main)\\.ts$';
  return {
    regex: `^(\\.\\./)+(${forbidden.length === 0 ? '$' : forbidden.join('|')})/${roots}`,
    message: `emulator/${layer} may not import this: see "Who may import whom" in emulator/ARCHITECTURE.md.`,
  };
}

const restrict = (...bans: readonly Ban[]): ['error', { patterns: Ban[] }] => ['error', { patterns: [...bans] }];

/** Later entries replace earlier ones for the same file, so each names all that holds there. */
const boundaries = layers.flatMap((layer) => {
  const always = [foldersForbiddenTo(layer), vscode, barrels];
  const folder = `emulator/${layer}`;
  if (layer === 'http') return [{ files: [`${folder}/**/*.ts`], rules: { 'no-restricted-imports': restrict(...always) } }];
  return [
    { files: [`${folder}/**/*.ts`], rules: { 'no-restricted-imports': restrict(...always, wireLibraries) } },
    { files: wireFiles.map((name) => `${folder}/**/${name}.ts`), rules: { 'no-restricted-imports': restrict(...always) } },
    { files: [`${folder}/**/state.ts`], rules: { 'no-restricted-imports': restrict(...always, wireLibraries, hardware) } },
  ];
});

const time = 'Time comes from kernel.clock.';
const chance = 'Chance and ids come from kernel.random and kernel.ids; keys come from node:crypto with the reason beside them.';

export default defineConfig({
  plugins: ['typescript', 'import', 'unicorn', 'oxc', 'promise', 'vitest'],
  categories: { correctness: 'error', suspicious: 'error' },
  options: { typeAware: true, typeCheck: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['dist/**', 'node_modules/**', 'coverage/**', '**/.srlab/**'],
  rules: {
    // A switch over a union counts once: it is a table.
    complexity: ['error', { max: 15, variant: 'modified' }],
    'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
    'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    'max-params': ['error', 3],
    'no-console': 'error',
    'no-empty': 'error',
    'no-restricted-imports': restrict(barrels),
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'typescript/consistent-type-imports': 'error',
    // A row of the store, a parsed body behind a type: the assertions that are left stand where something else has checked.
    'typescript/no-unsafe-type-assertion': 'off',
    'typescript/no-unnecessary-type-parameters': 'off',
    // Makes text of the numbers that keys like '28031' are to the compiler.
    'typescript/no-unnecessary-template-expression': 'off',
    // A new array for each sort is a habit for other programs than one that moves gigabytes.
    'unicorn/no-array-sort': 'off',
    'unicorn/no-array-reverse': 'off',
    'promise/always-return': 'off',
    'promise/no-callback-in-promise': 'off',
    // The compiler sees both better: express 5 awaits its handlers, and a flag may change while a loop awaits.
    'oxc/no-async-endpoint-handlers': 'off',
    'no-unmodified-loop-condition': 'off',
    'typescript/consistent-return': 'off',
    'import/no-named-as-default-member': 'off',
    // A function stands beside what it serves; a disposable that is only held needs a name nobody uses.
    'unicorn/consistent-function-scoping': 'off',
    'no-underscore-dangle': 'off',
    'import/no-unassigned-import': 'off',
    // Shared specs are functions that a test file calls.
    'vitest/no-standalone-expect': 'off',
    'vitest/require-mock-type-parameters': 'off',
  },
  overrides: [
    { files: ['emulator/**/*.ts'], rules: { 'no-restricted-imports': restrict(wireLibraries, vscode, barrels) } },
    ...boundaries,
    {
      files: ['emulator/**/*.ts'],
      rules: {
        'no-restricted-globals': [
          'error',
          ...['setTimeout', 'setInterval'].map((name) => ({ name, message: time })),
          { name: 'fetch', message: 'Use emulator/http/client.ts.' },
        ],
        'no-restricted-properties': [
          'error',
          // `new Date(ms)` to show a time is fine; `new Date()` without a time is found by test/tidy.test.ts.
          { object: 'Date', property: 'now', message: time },
          { object: 'Math', property: 'random', message: chance },
          { object: 'performance', property: 'now', message: time },
          { object: 'crypto', property: 'randomUUID', message: chance },
        ],
      },
    },
    {
      files: ['emulator/kernel/clock.ts', 'emulator/kernel/wallTime.ts', 'emulator/http/doorbell.ts'],
      rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off' },
    },
    // Declarations for a package speak as the package does.
    { files: ['**/*.d.ts'], rules: { 'max-params': 'off' } },
    { files: ['*.config.ts'], rules: { 'import/no-default-export': 'off' } },
    { files: ['test/**/*.ts'], rules: { 'max-lines-per-function': 'off' } },
    // To wait for an element of a window is an assertion.
    { files: ['test/e2e/**/*.ts'], rules: { 'vitest/expect-expect': 'off' } },
    {
      files: [
        'emulator/cli/**/*.ts',
        'emulator/main.ts',
        'build.ts',
        'test/all.ts',
        'test/check.ts',
        'test/bench/**/*.ts',
        'test/scenario/soak.ts',
        'test/conformance/conformance.ts',
        '*.mjs',
      ],
      rules: { 'no-console': 'off' },
    },
  ],
});
