// Everything that people see can be translated, and is: no words outside the translations, none without Swedish, none that nobody shows.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { operations } from '../../../extension/operations/registry.ts';
import { keys, type Level } from '../../../extension/planText/vocabulary.ts';
import { problemsOf } from '../../../extension/planText/textProblems.ts';
import { t, textsInUse, useTexts } from '../../../extension/texts.ts';
import { bundleFiles, collectTexts, manifestFiles, readBundle, translationGaps, visibleSources } from '../../../l10n.ts';
import { untranslated } from './visibleTexts.ts';

const sources = visibleSources();
const nothing = { missing: [], surplus: [], unlike: [] };

/** Called the same in every language. */
const properNames = ['Excel', 'JSON', 'Linux', 'RPO', 'RTO', 'Windows', 'XML'];

describe('Texts of the program', () => {
  test('are all in the bundle, and the bundle has no others: npm run l10n', () => {
    expect(Object.keys(readBundle(bundleFiles.english)).sort()).toEqual(collectTexts(sources));
  });

  test('have their Swedish, with the same places to fill in', () => {
    expect(translationGaps(readBundle(bundleFiles.english), readBundle(bundleFiles.swedish))).toEqual(nothing);
  });

  test('are nowhere shown without being translated', () => {
    const bare = sources.flatMap(untranslated).filter((line) => !properNames.includes(line.split(': ').slice(1).join(': ')));
    expect(bare).toEqual([]);
  });
});

describe('Texts of the manifest', () => {
  const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../../package.json'), 'utf8')) as {
    readonly contributes: unknown;
    readonly capabilities: unknown;
  };
  const shown = ['title', 'name', 'description', 'markdownDescription', 'contents', 'label', 'altText', 'category', 'displayName'];

  /** Values of properties that are shown, as `path: value`. */
  function shownValues(value: unknown, path: string): string[] {
    if (Array.isArray(value)) return value.flatMap((entry, place) => shownValues(entry, `${path}/${place}`));
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) =>
      typeof inner === 'string' && shown.includes(key) ? [`${path}/${key}: ${inner}`] : shownValues(inner, `${path}/${key}`),
    );
  }

  const values = [...shownValues(manifest.contributes, 'contributes'), ...shownValues(manifest.capabilities, 'capabilities')];

  test('are all keys of the translations', () => {
    // What a problem matcher and its patterns are called is for `tasks.json`.
    const bare = values.filter((line) => !/: %[\w.]+%$/.test(line) && !line.startsWith('contributes/problem'));
    expect(bare).toEqual([]);
  });

  test('are there, and no others', () => {
    const english = readBundle(manifestFiles.english);
    const text = JSON.stringify(manifest);
    const used = [...text.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key as string);
    expect(used.filter((key) => english[key] === undefined)).toEqual([]);
    expect(Object.keys(english).filter((key) => !used.includes(key))).toEqual([]);
  });

  test('have their Swedish, with the same commands', () => {
    expect(translationGaps(readBundle(manifestFiles.english), readBundle(manifestFiles.swedish))).toEqual(nothing);
  });
});

describe('In another language', () => {
  const pseudo = (text: string): string => `⟦${text}⟧`;

  afterEach(() => useTexts({}));

  test('titles of operations, explanations and remarks are all of it', () => {
    useTexts(Object.fromEntries(collectTexts(sources).map((text) => [text, pseudo(text)])));
    const levels: readonly Level[] = ['plan', 'group', 'action'];
    const remarks = problemsOf(
      'name: "1"\ngroups:\n  - kind: Bot\n    machines: [[a]]\n    after: [{ name: x, kind: script, failoverTypes: [planned] }]\n',
      undefined,
    );
    const seen = [
      ...operations.map(({ title }) => title()),
      ...levels.flatMap((level) => keys(level).map(({ about }) => about())),
      ...remarks.map(({ message }) => message),
    ];
    expect(remarks.length).toBeGreaterThan(4);
    expect(seen.filter((text) => !/^⟦.*⟧$/su.test(text))).toEqual([]);
  });

  test('values stand where the language wants them, and stay as they are', () => {
    useTexts({ '{0} of {1}': '{1} har {0}' });
    expect(t('{0} of {1}', '{1}', '<b>')).toBe('<b> har {1}');
    expect(Object.keys(textsInUse())).toEqual(['{0} of {1}']);
  });
});
