// What the vault would refuse of a plan, and what would go wrong in its runs (asr-behaviour §8): the text alone first, then against the vault.
import { mostGroups, mostMembers } from '../operations/planEdit.ts';
import { t } from '../texts.ts';
import { actionRules } from './actionRules.ts';
import { actionsOf, kindOf, startGroups, type GroupText, type Located, type PlanText, type Range } from './planText.ts';
import type { PlanWorld } from './planWorld.ts';
import type { Fix, Problem, ProblemCode } from './problem.ts';
import { scalarText } from './scalarText.ts';
import { vaultRules } from './vaultRules.ts';

/** Of the names that the vault takes. */
export function isPlanName(name: string): boolean {
  return /^[A-Za-z][A-Za-z0-9-]{1,62}$/.test(name);
}

/** @param world undefined: no lab runs, so nothing is said of machines; @returns in no order */
export function planProblems(plan: PlanText, world: PlanWorld | undefined): Problem[] {
  return [
    ...nameRules(plan),
    ...groupRules(plan),
    ...machineRules(plan),
    ...plan.groups.flatMap((group) => [...group.before, ...group.after].flatMap((action) => actionRules(action, { group, world }))),
    ...actionNames(plan),
    ...(world === undefined ? [] : vaultRules(plan, world)),
  ];
}

function nameRules({ name }: PlanText): Problem[] {
  if (name === undefined || isPlanName(name.value)) return [];
  const mended = name.value
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replace(/^[^A-Za-z]+/, '')
    .replace(/-+$/, '')
    .slice(0, 63);
  const fixes = isPlanName(mended) ? [{ title: t('Change to "{0}"', mended), edits: [{ range: name.range, text: mended }] }] : [];
  return [{ ...error('PlanName', name.range, t('The name of a plan begins with a letter and has 2 to 63 letters, digits and hyphens.')), fixes }];
}

function groupRules(plan: PlanText): Problem[] {
  const starting = startGroups(plan);
  const heading = plan.groupsKey ?? { start: 0, end: Math.min(plan.range.end, 1) };
  const order = ['Shutdown', 'Failover', 'Boot'] as const;
  const problems: Problem[] = [];
  if (starting.length === 0) problems.push(error('NoGroups', heading, t('A plan needs at least one group of machines that start.')));
  for (const group of starting.slice(mostGroups))
    problems.push(error('TooManyGroups', headOf(group), t('A plan has at most {0} groups that start; this one is beyond.', mostGroups)));
  plan.groups.forEach((group, place) => {
    const kind = kindOf(group);
    const earlier = plan.groups.slice(0, place);
    if (kind !== 'Boot' && earlier.some((one) => kindOf(one) === kind))
      problems.push(error('GroupTwice', headOf(group), t('There is one {0} group in a plan; its actions belong into the first.', kind)));
    else if (earlier.some((one) => order.indexOf(kindOf(one)) > order.indexOf(kind)))
      problems.push({
        ...error(
          'GroupOrder',
          headOf(group),
          t('The {0} group comes before the groups that follow it in every run: Shutdown, Failover, then the groups that start.', kind),
        ),
        severity: 'warning',
      });
    if (kind === 'Boot' && group.machines.length === 0 && actionsOf(group).length === 0)
      problems.push({ ...error('GroupEmpty', headOf(group), t('Nothing starts in this group.')), severity: 'information' });
  });
  return problems;
}

function machineRules(plan: PlanText): Problem[] {
  const problems = plan.groups
    .filter((group) => kindOf(group) !== 'Boot' && group.machines.length > 0)
    .map((group) =>
      error(
        'MachinesInWrongGroup',
        group.machines[0]?.range ?? group.range,
        t('Machines belong into groups that start; the {0} group is about all of them.', kindOf(group)),
      ),
    );
  const machines = startGroups(plan).flatMap((group) => group.machines);
  const [beyond] = machines.slice(mostMembers);
  if (beyond !== undefined)
    problems.push(error('TooManyMachines', beyond.range, t('There are {0} machines in this plan; at most {1} are allowed.', machines.length, mostMembers)));
  return problems;
}

function actionNames(plan: PlanText): Problem[] {
  const seen = new Set<string>();
  const taken = new Set(plan.groups.flatMap(actionsOf).flatMap(({ name }) => name?.value ?? []));
  return plan.groups.flatMap(actionsOf).flatMap(({ name }) => {
    if (name === undefined) return [];
    if (!seen.has(name.value)) {
      seen.add(name.value);
      return [];
    }
    const message = t('Another action of this plan is called "{0}"; each needs a name of its own.', name.value);
    return [{ ...error('ActionNameTwice', name.range, message), fixes: [anotherName(name, taken)] }];
  });
}

function anotherName({ value, range }: Located<string>, taken: ReadonlySet<string>): Fix {
  let number = 2;
  while (taken.has(`${value} ${number}`)) number += 1;
  const text = `${value} ${number}`;
  return { title: t('Change to "{0}"', text), edits: [{ range, text: scalarText(text) }] };
}

/** Where a remark about a whole group stands: its kind, or its first machine, or its beginning. */
function headOf(group: GroupText): Range {
  return group.kind?.range ?? group.machines[0]?.range ?? { start: group.range.start, end: Math.min(group.range.start + 1, group.range.end) };
}

function error(code: ProblemCode, range: Range, message: string): Problem {
  return { code, severity: 'error', message, range, fixes: [] };
}
