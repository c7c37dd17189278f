// What the house demands and a linter cannot say: words, heads of files, documents that tell the truth, a lock that works elsewhere.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { errorCatalogue } from '../emulator/contract/errors.ts';
import { noticedPackages } from '../notices.ts';

const root = join(import.meta.dirname, '..');
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)));
const texts = new Map(
  files.filter((path) => /\.(ts|tsx|mjs|md|json|css|yaml|yml)$|^\.ci\//.test(path)).map((path) => [path, readFileSync(join(root, path), 'utf8')]),
);
const code = [...texts].filter(([path]) => /\.(ts|tsx|mjs)$/.test(path));
/** This file names what it looks for. */
const others = [...texts].filter(([path]) => path !== 'test/tidy.test.ts');

/** `path:line` of each line that matches. */
function placesOf(pattern: RegExp, among: readonly (readonly [string, string])[]): string[] {
  return among.flatMap(([path, text]) =>
    text.split('\n').flatMap((line, place) => (pattern.test(line) ? [`${path}:${place + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );
}

describe('Words', () => {
  test('nothing is marked as unfinished or left out', () => {
    const source = others.filter(([path]) => /\.(ts|tsx|mjs)$/.test(path));
    expect(placesOf(/\b(TODO|FIXME|XXX|HACK)\b|not implemented|\b(describe|test|it)\.(only|skip|todo)\(/i, source)).toEqual([]);
  });

  test('things have the names of the documentation, not of their shelf', () => {
    // Declarations for a package speak as the package does.
    const own = code.filter(([path]) => !path.endsWith('.d.ts'));
    expect(placesOf(/^\s*(export )?(abstract )?(class|interface|type|function) \w*(Manager|Helper|Utils?|Info|Impl)\b/, own)).toEqual([]);
    expect(files.filter((path) => /(^|\/)(utils?|helpers?|managers?|types|common|misc|index)(\.tsx?$|\/)/i.test(path))).toEqual([]);
  });

  test('no path of a computer and no host of a registry is named', () => {
    expect(placesOf(/(^|[^A-Za-z0-9._/])\/(work|farm|home|root|Users)\//, others)).toEqual([]);
    expect(placesOf(/registry\.npmjs|registry\.yarnpkg|deb\.debian\.org/, others)).toEqual([]);
  });

  test('time comes from the kernel', () => {
    // The storage process is Azurite's own, which dates its blobs by the wall.
    const elsewhere = ['emulator/kernel/clock.ts', 'emulator/azure/storage/azurite/'];
    const emulator = code.filter(([path]) => path.startsWith('emulator/') && !elsewhere.some((place) => path.startsWith(place)));
    expect(placesOf(/new Date\(\)|Date\.now\(/, emulator)).toEqual([]);
  });
});

describe('Files', () => {
  test('every file opens with a sentence on its place', () => {
    const headless = code.filter(([, text]) => {
      const [head = ''] = text.replace(/^#!.*\n/, '').split(/\n(?!\/\/)/);
      return !/^\/\/ \S/.test(head) || !/[.:]$/m.test(head);
    });
    expect(headless.map(([path]) => path)).toEqual([]);
  });

  test('no code file has more than 300 lines that say something', () => {
    const counted = code.map(([path, text]) => [path, text.split('\n').filter((line) => !/^\s*(\/\/|\/?\*|$)/.test(line)).length] as const);
    expect(counted.filter(([, lines]) => lines > 300)).toEqual([]);
  });
});

describe('Documents', () => {
  const documents = [...texts].filter(([path]) => path.endsWith('.md') && path !== 'THIRD-PARTY-NOTICES.md');

  test('name only files that exist', () => {
    const missing = documents.flatMap(([path, text]) =>
      namedPaths(text)
        .filter((named) => !exists(named, path))
        .map((named) => `${path}: ${named}`),
    );
    expect(missing).toEqual([]);
  });

  test('name only npm scripts that exist', () => {
    const { scripts } = JSON.parse(texts.get('package.json') as string) as { scripts: Record<string, string> };
    const named = documents.flatMap(([, text]) => [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, script]) => script as string));
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });

  /** Link targets, and code that looks like a path with an ending. */
  function namedPaths(text: string): string[] {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target]) => target as string);
    const spans = [...text.matchAll(/`((?:[\w.-]+\/)+[\w.-]+\.(?:ts|tsx|mjs|json|md))`/g)].map(([, target]) => target as string);
    return [...links, ...spans];
  }

  function exists(named: string, document: string): boolean {
    return [dirname(document), '.', 'emulator'].some((base) => existsSync(join(root, base, named)));
  }
});

describe('Errors', () => {
  const codes = Object.keys(errorCatalogue);
  const using = (folder: string): string =>
    code
      .filter(([path]) => path.startsWith(folder) && !path.startsWith('emulator/contract/errors'))
      .map(([, text]) => text)
      .join('\n');

  test('every code of the catalogue is raised or passed on somewhere, or comes by injection alone and is shown so', () => {
    const emulator = using('emulator/');
    const stories = using('test/');
    expect(codes.filter((name) => !emulator.includes(`'${name}'`) && !stories.includes(`kind: 'error', code: '${name}'`))).toEqual([]);
  });

  test('every entry says what happened and what to do, each in a sentence', () => {
    const poor = Object.entries(errorCatalogue).filter(([, { summary, action }]) => !/^\S.*\.$/.test(summary) || !/^\S.*\.$/.test(action));
    expect(poor.map(([name]) => name)).toEqual([]);
  });
});

describe('Packages', () => {
  const lock = JSON.parse(texts.get('package-lock.json') as string) as {
    packages: Record<string, { version?: string; resolved?: string; optionalDependencies?: Record<string, string> }>;
  };

  test('the lock names no host, so that any registry serves it', () => {
    expect(Object.entries(lock.packages).filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  test('the lock names the optional packages of every platform, so that npm ci accepts it', () => {
    const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies }]) =>
      Object.keys(optionalDependencies ?? {}).filter(
        (name) => !(`node_modules/${name}` in lock.packages) && !(`${path}/node_modules/${name}` in lock.packages),
      ),
    );
    expect(missing).toEqual([]);
  });

  test('direct dependencies are pinned', () => {
    const manifest = JSON.parse(texts.get('package.json') as string) as Record<
      'dependencies' | 'devDependencies' | 'optionalDependencies',
      Record<string, string>
    >;
    const ranges = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );
    expect(ranges).toEqual([]);
  });

  test('the notices name every package that is bundled or installed, with its version', () => {
    const notices = texts.get('THIRD-PARTY-NOTICES.md') as string;
    const missing = noticedPackages().filter((folder) => {
      const { name, version } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as { name: string; version: string };
      return !notices.includes(`| ${name} | ${version} |`);
    });
    expect(missing).toEqual([]);
  });

  test('the bundle of the storage process stays one file of a few megabytes', () => {
    expect(statSync(join(root, 'dist/azurite.cjs')).size).toBeLessThan(8_000_000);
  });
});
