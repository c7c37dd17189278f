// Bundles what runs without node_modules: one function per bundle, each skipped when nothing it was made of has changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';

const root = import.meta.dirname;

/** What a bundle was made of, beside it. */
interface Stamp {
  readonly options: string;
  /** SHA-256 of each input. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** The storage process: Azurite with our journal under it, started by `StorageProcess`. */
export async function buildAzurite(): Promise<boolean> {
  return bundle('dist/azurite.cjs', {
    entryPoints: ['emulator/azure/storage/azurite/main.ts'],
    format: 'cjs',
    minify: true,
    keepNames: true,
    // A third of the program otherwise, in memory and at each start.
    alias: { applicationinsights: './emulator/azure/storage/azurite/noTelemetry.ts' },
    logOverride: { 'empty-import-meta': 'silent' },
  });
}

/** The command line with the lab: half the start of the same program from its sources, which Node reads, strips and links file by file. */
export async function buildEmulator(): Promise<boolean> {
  return bundle('dist/emulator.mjs', {
    entryPoints: ['emulator/main.ts'],
    format: 'esm',
    keepNames: true,
    minifySyntax: true,
    minifyWhitespace: true,
    // CommonJS packages in it call `require` for Node's own modules.
    banner: { js: "import { createRequire as requireIn } from 'node:module'; const require = requireIn(import.meta.url);" },
  });
}

/** What VS Code loads when one of its views or commands is used; the SDK, YAML and the views' code stay out of it. */
export async function buildExtension(): Promise<boolean> {
  return bundle('dist/extension.cjs', { entryPoints: ['extension/extension.ts'], format: 'cjs', minify: true, keepNames: true, external: ['vscode'] });
}

/** Azure's clients, loaded when a lab runs. */
export async function buildAzureClient(): Promise<boolean> {
  return bundle('dist/azureClient.cjs', { entryPoints: ['extension/client/azureClient.ts'], format: 'cjs', minify: true, keepNames: true });
}

/** Plans as text and documents, loaded with the first of them. */
export async function buildYamlParts(): Promise<boolean> {
  return bundle('dist/yamlParts.cjs', { entryPoints: ['extension/yamlParts.ts'], format: 'cjs', minify: true, keepNames: true, external: ['vscode'] });
}

/** The page of every view, with its style sheet beside it: the only folder that a webview may load from. */
export async function buildWebview(): Promise<boolean> {
  return bundle('dist/webview/main.js', { entryPoints: ['webview/main.ts'], platform: 'browser', target: 'chrome128', format: 'iife', minify: true });
}

/**
 * @param path of the bundle, from the repository's root
 * @returns whether it had to be made
 */
export async function bundle(path: string, options: BuildOptions): Promise<boolean> {
  const stampPath = join(root, `${path}.inputs.json`);
  const described = JSON.stringify(options);
  if (existsSync(join(root, path)) && isFresh(stampPath, described)) return false;
  mkdirSync(dirname(join(root, path)), { recursive: true });
  const result = await build({
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node24',
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
    ...options,
    outfile: path,
  });
  const inputs = Object.fromEntries(
    Object.keys(result.metafile?.inputs ?? {}).flatMap((input) => (existsSync(join(root, input)) ? [[input, digestOf(input)]] : [])),
  );
  writeFileSync(stampPath, JSON.stringify({ options: described, inputs } satisfies Stamp));
  return true;
}

/** Input by input, by content: a checkout changes times, an edit changes bytes. */
function isFresh(stampPath: string, options: string): boolean {
  if (!existsSync(stampPath)) return false;
  const stamp = JSON.parse(readFileSync(stampPath, 'utf8')) as Stamp;
  return stamp.options === options && Object.entries(stamp.inputs).every(([input, digest]) => existsSync(join(root, input)) && digestOf(input) === digest);
}

function digestOf(input: string): string {
  return createHash('sha256')
    .update(readFileSync(join(root, input)))
    .digest('hex');
}

if (import.meta.main) await Promise.all([buildAzurite(), buildEmulator(), buildExtension(), buildAzureClient(), buildYamlParts(), buildWebview()]);
