// `npm run conformance`: lives the life once more and prints, operation by operation, how its traffic keeps to the published specification.
import { Life } from '../clients/life/life.ts';
import { stages } from '../clients/life/stages.ts';
import { judged, type Judgement } from './swaggerExceptions.ts';

async function traffic(): Promise<Life['clients']['traffic']> {
  await using life = await Life.begin();
  for (const { name, live } of stages) {
    console.log(`  ${name}`);
    await live(life);
  }
  return life.clients.traffic;
}

function print({ operations, open, excused, idle }: Judgement): void {
  const count = (operation: string, findings: Judgement['open']): number => findings.filter((finding) => finding.operation === operation).length;
  console.table(
    [...operations]
      .toSorted(([one], [other]) => one.localeCompare(other))
      .map(([operation, exchanges]) => ({ operation, exchanges, excused: count(operation, excused), open: count(operation, open) })),
  );
  for (const { operation, at, status, code, path, message, example } of open)
    console.log(`${operation} ${at} ${status} ${code} ${path}: ${message} (${example})`);
  for (const exception of idle) console.log(`Nothing needs the exception ${exception.operation.source} ${exception.code} ${exception.path.source}`);
}

const judgement = await judged((await traffic()).exchanges);
print(judgement);
const { open, excused, idle, operations } = judgement;
console.log(`${operations.size} operations, ${excused.length} findings excused, ${open.length} open, ${idle.length} exceptions idle`);
process.exitCode = open.length === 0 && idle.length === 0 ? 0 : 1;
