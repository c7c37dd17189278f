// Writes THIRD-PARTY-NOTICES.md: every package whose code ends up in a bundle or is installed for the emulator, with its licence.
import { globSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = import.meta.dirname;

interface LockedPackage {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

interface Notice {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly text: string;
}

/** Folders below node_modules of all packages concerned, sorted; build the bundles first. */
export function noticedPackages(): string[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, LockedPackage> };
  return [...new Set([...installedPackages(lock.packages), ...bundledPackages()])].sort();
}

/** What npm would install for `dependencies` alone. */
function installedPackages(packages: Readonly<Record<string, LockedPackage>>): Set<string> {
  const found = new Set<string>();
  const visit = (from: string): void => {
    for (const name of Object.keys(packages[from]?.dependencies ?? {})) {
      const folder = resolveFolder(packages, from, name);
      if (folder === undefined || found.has(folder)) continue;
      found.add(folder);
      visit(folder);
    }
  };
  visit('');
  return found;
}

/** As Node looks for a package: in the nearest node_modules on the way up. */
function resolveFolder(packages: Readonly<Record<string, LockedPackage>>, from: string, name: string): string | undefined {
  for (let base = from; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
    const folder = base === '' ? `node_modules/${name}` : `${base}/node_modules/${name}`;
    if (folder in packages) return folder;
    if (base === '') return undefined;
  }
}

/** What esbuild put into the bundles, by the records that build.ts leaves beside them. */
function bundledPackages(): string[] {
  const records = globSync('dist/**/*.inputs.json', { cwd: root }).map(
    (path) => JSON.parse(readFileSync(join(root, path), 'utf8')) as { inputs: Record<string, string> },
  );
  return records.flatMap(({ inputs }) => Object.keys(inputs)).flatMap((input) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []);
}

function noticeOf(folder: string): Notice {
  const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
    license?: string;
  };
  const file = readdirSync(join(root, folder)).find((candidate) => /^licen[cs]e/i.test(candidate));
  const text =
    file === undefined
      ? ''
      : readFileSync(join(root, folder, file), 'utf8')
          .replaceAll('\r\n', '\n')
          .trim();
  return { name, version, licence: license ?? 'see below', text };
}

function write(): void {
  const notices = noticedPackages().map(noticeOf);
  const rows = notices.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`);
  const byText = Map.groupBy(
    notices.filter(({ text }) => text !== ''),
    ({ text }) => text,
  );
  const texts = [...byText].map(([text, members]) => `## ${[...new Set(members.map(({ name }) => name))].join(', ')}\n\n\`\`\`\`text\n${text}\n\`\`\`\`\n`);
  const head = '# Third-party notices\n\nSite Recovery Lab is built with, and its bundles contain, the packages below. Written by `npm run notices`.\n';
  writeFileSync(join(root, 'THIRD-PARTY-NOTICES.md'), [head, '| package | version | licence |\n|---|---|---|', ...rows, '', ...texts].join('\n'));
}

if (import.meta.main) write();
