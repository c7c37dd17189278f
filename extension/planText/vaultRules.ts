// A plan's machines against what the vault protects: known, once, of one server, and a replication group in one piece.
import { nameOf, sameId } from '../model/find.ts';
import { t } from '../texts.ts';
import { nearest } from './nearest.ts';
import { sourceFabricId } from './planGroups.ts';
import { startGroups, type Located, type PlanText } from './planText.ts';
import { fabricIdIn, fabricNamed, fabricReference, itemNamed, replicationGroupOf, type PlanWorld } from './planWorld.ts';
import type { Fix, Problem } from './problem.ts';
import { scalarText } from './scalarText.ts';

interface Member {
  readonly text: Located<string>;
  /** From 1. */
  readonly group: number;
  readonly item: PlanWorld['items'][number];
}

export function vaultRules(plan: PlanText, world: PlanWorld): Problem[] {
  const members: Member[] = [];
  const problems: Problem[] = [...sourceRules(plan, world)];
  startGroups(plan).forEach((group, place) => {
    for (const text of group.machines) {
      const item = itemNamed(world.items, text.value);
      if (item === undefined) problems.push(unknownMachine(text, world));
      else members.push({ text, item, group: place + 1 });
    }
  });
  return [...problems, ...repeated(members), ...otherServers(members, plan, world), ...splitGroups(members)];
}

function unknownMachine(text: Located<string>, { items, unprotected }: PlanWorld): Problem {
  const { value, range } = text;
  const same = items.filter((item) => sameId(nameOf(item), value));
  if (same.length > 1)
    return {
      code: 'MachineUnknown',
      severity: 'error',
      message: t('{0} protected machines are called "{1}"; name the one that is meant by its id.', same.length, value),
      range,
      fixes: same.map((item) => changeTo(text, item.name ?? '')),
    };
  if (unprotected.some((name) => sameId(name, value)))
    return { code: 'MachineUnprotected', severity: 'error', message: t('"{0}" is not protected. Enable its replication first.', value), range, fixes: [] };
  const meant = nearest(value, items.map(nameOf));
  return {
    code: 'MachineUnknown',
    severity: 'error',
    message: t('There is no protected machine "{0}" in the vault.', value),
    range,
    fixes: meant === undefined ? [] : [changeTo(text, meant)],
  };
}

function sourceRules({ source }: PlanText, { fabrics }: PlanWorld): Problem[] {
  if (source === undefined || fabricNamed(fabrics, source.value) !== undefined) return [];
  const names = fabrics.filter((fabric) => fabric.properties?.customDetails?.instanceType === 'VMware').map(({ id = '' }) => fabricReference(fabrics, id));
  const meant = nearest(source.value, names) ?? (names.length === 1 ? names[0] : undefined);
  return [
    {
      code: 'SourceUnknown',
      severity: 'error',
      message: t('There is no configuration server "{0}" in the vault.', source.value),
      range: source.range,
      fixes: meant === undefined ? [] : [changeTo(source, meant)],
    },
  ];
}

function repeated(members: readonly Member[]): Problem[] {
  const first = new Map<object, Member>();
  return members.flatMap((member) => {
    const { item, text } = member;
    const before = first.get(item);
    first.set(item, before ?? member);
    if (before === undefined) return [];
    return [
      {
        code: 'MachineTwice' as const,
        severity: 'error' as const,
        message: t('"{0}" starts in group {1} already; a machine is in a plan once.', text.value, before.group),
        range: text.range,
        fixes: [],
      },
    ];
  });
}

function otherServers(members: readonly Member[], plan: PlanText, world: PlanWorld): Problem[] {
  const source = sourceFabricId(plan, world);
  if (source === undefined) return [];
  return members
    .filter(({ item }) => !sameId(fabricIdIn(item.id), source))
    .map(({ text, item }) => ({
      code: 'MachineOfOtherServer',
      severity: 'error',
      message: t(
        '"{0}" replicates through {1}, the plan is for {2}: the machines of a plan share their configuration server.',
        text.value,
        fabricReference(world.fabrics, fabricIdIn(item.id) ?? ''),
        fabricReference(world.fabrics, source),
      ),
      range: text.range,
      fixes: [],
    }));
}

function splitGroups(members: readonly Member[]): Problem[] {
  const groups = Map.groupBy(members, ({ item }) => replicationGroupOf(item)?.id);
  groups.delete(undefined);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return group
      .filter((member) => member.group !== first.group)
      .map(({ text, item }) => ({
        code: 'ReplicationGroupSplit' as const,
        severity: 'error' as const,
        message: t(
          '"{0}" is of replication group {1}, which starts in group {2}: a replication group starts in one piece.',
          text.value,
          replicationGroupOf(item)?.name ?? '',
          first.group,
        ),
        range: text.range,
        fixes: [],
      }));
  });
}

function changeTo({ range }: Located<string>, name: string): Fix {
  return { title: t('Change to "{0}"', name), edits: [{ range, text: scalarText(name) }] };
}
