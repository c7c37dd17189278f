// The package that a user installs: small, the same for every platform, and nothing in it that nobody needs.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pack } from '../../pack.ts';

/** Names in a ZIP file, from the directory at its end (APPNOTE 4.3.12). */
function namesIn(path: string): string[] {
  const zip = readFileSync(path);
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const names: string[] = [];
  for (let at = zip.readUInt32LE(end + 16); names.length < zip.readUInt16LE(end + 10);) {
    const nameBytes = zip.readUInt16LE(at + 28);
    names.push(zip.toString('utf8', at + 46, at + 46 + nameBytes));
    at += 46 + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return names.sort();
}

const path = await pack();
const names = namesIn(path);

test('it is smaller than 15 MB', () => {
  expect(statSync(path).size).toBeLessThan(15_000_000);
});

test('it has the manifest, the bundles, the documents and the pictures, and nothing else', () => {
  const expected =
    /^(\[Content_Types\]\.xml|extension\.vsixmanifest|extension\/(package(\.nls(\.[a-z-]+)?)?\.json|(readme|changelog|THIRD-PARTY-NOTICES)\.md|LICENSE\.txt|l10n\/[\w.-]+\.json|media\/.+|dist\/\w+\.[cm]js|dist\/webview\/.+))$/;
  expect(names.filter((name) => !expected.test(name))).toEqual([]);
  expect(names).toEqual(
    expect.arrayContaining([
      'extension/package.json',
      'extension/dist/extension.cjs',
      'extension/dist/emulator.mjs',
      'extension/dist/azurite.cjs',
      'extension/dist/yamlParts.cjs',
    ]),
  );
});

test('the pictures of the README stay outside: VS Code would not show them', () => {
  expect(names.filter((name) => name.startsWith('extension/media/readme/'))).toEqual([]);
});

test('it loads on every platform: no packages beside the bundles, no native modules, no sources', () => {
  expect(names.filter((name) => /node_modules|\.(node|so|dylib|dll|exe|wasm|ts|map)$/.test(name))).toEqual([]);
});

test('what loads at activation is at most 240 kB', () => {
  expect(statSync(join(import.meta.dirname, '..', '..', 'dist', 'extension.cjs')).size).toBeLessThanOrEqual(240_000);
});
