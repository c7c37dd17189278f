// `npm run bench [-- name …] [--json]`: ratios measured in one run, on one build of Azurite.
import { parseArgs } from 'node:util';
import { activation } from './activation.ts';
import { arm } from './arm.ts';
import { churnMeasures } from './churn.ts';
import { copyMeasures } from './copies.ts';
import { drill } from './drill.ts';
import { failback } from './failback.ts';
import { hops } from './hops.ts';
import { logUpload } from './logUpload.ts';
import type { Measure, Measured } from './measure.ts';
import { idle, start } from './programs.ts';
import { tap } from './tap.ts';
import { tree500 } from './tree500.ts';

const measures: readonly Measure[] = [...copyMeasures, hops, logUpload, ...churnMeasures, drill, failback, arm, tap, start, idle, tree500, activation];

type Row = { readonly measure: Measure } & ({ readonly measured: Measured } | { readonly error: unknown });

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean', default: false } } });
const unknown = positionals.filter((name) => !measures.some((measure) => measure.name === name));
if (unknown.length > 0) {
  process.stderr.write(`There is no measure ${unknown.join(', ')}; there are ${measures.map(({ name }) => name).join(', ')}.\n`);
  process.exit(2);
}

let failures = 0;
for (const measure of measures.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  const row = await rowOf(measure);
  if ('error' in row) failures += 1;
  process.stdout.write(values.json ? `${JSON.stringify(jsonOf(row))}\n` : tableText(row));
}
// A measure that misses its aim is a result; one that cannot be made is a failure.
process.exit(failures > 0 ? 1 : 0);

async function rowOf(measure: Measure): Promise<Row> {
  try {
    return { measure, measured: await measure.run() };
  } catch (error) {
    return { measure, error };
  }
}

function jsonOf(row: Row): object {
  const { name, title, referenceTitle, aim } = row.measure;
  if ('error' in row) return { name, title, referenceTitle, aim, error: String(row.error) };
  const { value, reference, ratio, reached, figures, notes = [] } = row.measured;
  return { name, title, referenceTitle, aim, value, reference, ratio, reached, figures, notes };
}

/** Written row by row: the whole takes minutes. */
function tableText(row: Row): string {
  const { name, title, referenceTitle, aim } = row.measure;
  const lines = [`${name.padEnd(9)} ${title}`];
  if ('error' in row) lines.push(`failed    ${row.error instanceof Error ? (row.error.stack ?? row.error.message) : String(row.error)}`);
  else {
    const { value, reference, ratio, reached, notes = [] } = row.measured;
    lines.push(value, ...(reference === '-' ? [] : [`reference: ${reference}  (${referenceTitle})`]), ...notes);
    lines.push(`${ratio === null ? '' : `ratio ${ratio.toFixed(2)}, `}aim ${aim}: ${reached ? 'reached' : 'NOT reached'}`);
  }
  return `${lines.map((line, place) => (place === 0 ? line : `          ${line}`)).join('\n')}\n`;
}
