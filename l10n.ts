// `npm run l10n`: collects the texts that people see from the sources, and tells which of them have no Swedish yet.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync, Visitor, type CallExpression, type Expression, type Program } from 'oxc-parser';

const root = import.meta.dirname;

/** English text → text in the language. */
export type Bundle = Readonly<Record<string, string>>;

/** Where the texts of a program are; each has the English ones beside those of other languages. */
export interface TextFiles {
  readonly english: string;
  readonly swedish: string;
}

/** Of the program, in the form of VS Code's `l10n` API. */
export const bundleFiles: TextFiles = { english: 'l10n/bundle.l10n.json', swedish: 'l10n/bundle.l10n.sv.json' };
/** Of the manifest. */
export const manifestFiles: TextFiles = { english: 'package.nls.json', swedish: 'package.nls.sv.json' };

/** They define the function that texts go through, so they call it with what is no text. */
const translators: readonly string[] = ['extension/texts.ts', 'extension/language.ts', 'webview/host.ts'];

export interface SourceFile {
  /** From the repository's root, with slashes. */
  readonly path: string;
  readonly program: Program;
  readonly source: string;
}

/** Files whose texts people see. */
export function visibleSources(): SourceFile[] {
  return globSync(['extension/**/*.ts', 'webview/**/*.ts'], { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !path.endsWith('.d.ts'))
    .sort()
    .map(readSource);
}

/** @throws Error when it cannot be parsed */
export function readSource(path: string): SourceFile {
  const source = readFileSync(join(root, path), 'utf8');
  const { program, errors } = parseSync(path, source);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  return { path, program, source };
}

/** `t('…')` and `l10n.t('…')`. */
export function isTranslation({ callee }: CallExpression): boolean {
  if (callee.type === 'Identifier') return callee.name === 't';
  return (
    callee.type === 'MemberExpression' &&
    callee.object.type === 'Identifier' &&
    callee.object.name === 'l10n' &&
    callee.property.type === 'Identifier' &&
    callee.property.name === 't'
  );
}

/** A literal, or literals joined by `+`. */
export function literalText(expression: Expression | CallExpression['arguments'][number] | undefined): string | undefined {
  if (expression?.type === 'Literal' && typeof expression.value === 'string') return expression.value;
  if (expression?.type === 'TemplateLiteral' && expression.expressions.length === 0) return expression.quasis[0]?.value.cooked ?? undefined;
  return undefined;
}

/**
 * @returns the English texts, sorted
 * @throws Error naming each call whose text is not a literal: it could not be found, so it could not be translated
 */
export function collectTexts(sources: readonly SourceFile[]): string[] {
  const texts = new Set<string>();
  const others: string[] = [];
  for (const { path, program, source } of sources.filter((file) => !translators.includes(file.path)))
    new Visitor({
      CallExpression: (call) => {
        if (!isTranslation(call)) return;
        const text = literalText(call.arguments[0]);
        if (text === undefined) others.push(`${path}:${lineOf(source, call.start)}`);
        else texts.add(text);
      },
    }).visit(program);
  if (others.length > 0) throw new Error(`These texts are no literals:\n${others.join('\n')}`);
  return [...texts].sort();
}

export function lineOf(source: string, offset: number): number {
  return source.slice(0, offset).split('\n').length;
}

export function readBundle(path: string): Bundle {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as Bundle;
}

/** What is wrong with a translation: texts without it, texts that nobody shows any more, places that are not filled in. */
export function translationGaps(english: Bundle, translated: Bundle): { missing: string[]; surplus: string[]; unlike: string[] } {
  const places = (text: string): string =>
    [...text.matchAll(/\{\d+\}|\(command:[\w.]+\)/g)]
      .map(([place]) => place)
      .sort()
      .join();
  return {
    missing: Object.keys(english).filter((key) => (translated[key] ?? '') === ''),
    surplus: Object.keys(translated).filter((key) => english[key] === undefined),
    unlike: Object.keys(english).filter((key) => places(english[key] ?? '') !== places(translated[key] ?? english[key] ?? '')),
  };
}

function writeEnglish(texts: readonly string[]): void {
  const bundle = Object.fromEntries(texts.map((text) => [text, text]));
  writeFileSync(join(root, bundleFiles.english), `${JSON.stringify(bundle, null, 2)}\n`);
}

if (import.meta.main) {
  writeEnglish(collectTexts(visibleSources()));
  for (const { english, swedish } of [bundleFiles, manifestFiles]) {
    const gaps = Object.entries(translationGaps(readBundle(english), readBundle(swedish))).filter(([, keys]) => keys.length > 0);
    for (const [kind, keys] of gaps) process.stderr.write(`${swedish}, ${kind}:\n${keys.map((key) => `  ${JSON.stringify(key)}\n`).join('')}`);
    if (gaps.length > 0) process.exitCode = 1;
  }
}
