// A plan to begin with: the machines that are protected in one group, and an action to show how one is written.
import { t } from '../texts.ts';
import { replicationGroupOf, fabricIdIn, fabricReference, referenceTo, type PlanWorld } from './planWorld.ts';
import { scalarText } from './scalarText.ts';

const mostNamed = 5;

/** @param world undefined: no lab runs, so the machines are examples */
export function newPlanText(name: string, world: PlanWorld | undefined): string {
  const [first] = world?.items ?? [];
  const fabric = fabricIdIn(first?.id);
  const items = (world?.items ?? []).filter((item) => fabricIdIn(item.id) === fabric).slice(0, mostNamed);
  // A replication group is named whole: what was cut off of it is left out.
  const machines = items.filter(
    (item) =>
      replicationGroupOf(item) === undefined ||
      world?.items.every((one) => replicationGroupOf(one)?.id !== replicationGroupOf(item)?.id || items.includes(one)) === true,
  );
  const names = world === undefined || machines.length === 0 ? ['DB01'] : machines.map(({ id = '' }) => referenceTo(world.items, id));
  return [
    `# ${t('Recovery plan: the groups start one after the other, the machines of a group together.')}`,
    `name: ${scalarText(name)}`,
    ...(world === undefined || fabric === undefined ? [] : [`source: ${scalarText(fabricReference(world.fabrics, fabric))}`]),
    'groups:',
    '  - machines:',
    ...names.map((machine) => `      - ${scalarText(machine)}`),
    '    after:',
    `      - name: ${scalarText(t('Check the machines'))}`,
    '        kind: manual',
    `        instruction: ${scalarText(t('Sign in and see that the services run.'))}`,
    '',
  ].join('\n');
}
