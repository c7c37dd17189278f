// `npm run check`: lint with types and folder boundaries, format, dead code; side by side, and only what failed is shown.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Tool {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
}

const root = join(import.meta.dirname, '..');
const tools: readonly Tool[] = [
  { name: 'lint, types and boundaries', script: 'oxlint/bin/oxlint', args: ['--deny-warnings'] },
  { name: 'format', script: 'oxfmt/bin/oxfmt', args: ['--check'] },
  { name: 'dead code', script: 'knip/bin/knip.js', args: ['--no-progress'] },
];

/** @returns how many tools passed and failed; what the failed ones said is printed */
export async function check(): Promise<{ passed: number; failed: number }> {
  const verdicts = await Promise.all(tools.map(run));
  for (const { tool, output } of verdicts.filter((verdict) => verdict.code !== 0)) console.error(`check: ${tool.name} failed\n${output}`);
  const failed = verdicts.filter((verdict) => verdict.code !== 0).length;
  return { passed: verdicts.length - failed, failed };
}

async function run(tool: Tool): Promise<{ tool: Tool; code: number | null; output: string }> {
  const child = spawn(process.execPath, [join(root, 'node_modules', tool.script), ...tool.args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  child.stderr.on('data', (part: Buffer) => parts.push(part));
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.on('error', reject);
  child.on('close', resolve);
  const code = await promise;
  return { tool, code, output: Buffer.concat(parts).toString('utf8').trim() };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { passed, failed } = await check();
  console.log(`check: ${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
