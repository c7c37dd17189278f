// What the editor offers while a plan is typed: completion, hover, outline, format, and what applying would change.
import { describe, expect, test } from 'vitest';
import { planChanges } from '../../../../extension/planText/changes.ts';
import { completions } from '../../../../extension/planText/completion.ts';
import { formatPlan } from '../../../../extension/planText/formatPlan.ts';
import { hoverAt } from '../../../../extension/planText/hover.ts';
import { newPlanText } from '../../../../extension/planText/newPlan.ts';
import { outline, type OutlineEntry } from '../../../../extension/planText/outline.ts';
import { planGroups } from '../../../../extension/planText/planGroups.ts';
import { readPlan } from '../../../../extension/planText/readPlan.ts';
import { problemsOf } from '../../../../extension/planText/textProblems.ts';
import { fabricId, item, shop } from './shop.ts';

/** `|` is the cursor. */
function offered(text: string, world = shop): string[] {
  const offset = text.indexOf('|');
  return completions(text.replace('|', ''), offset, world).map(({ label }) => label);
}

function chosen(text: string, label: string, world = shop): string {
  const offset = text.indexOf('|');
  const plain = text.replace('|', '');
  const one = completions(plain, offset, world).find((completion) => completion.label === label);
  return one === undefined ? '' : `${plain.slice(0, one.range.start)}${one.text}${plain.slice(one.range.end)}`;
}

describe('Completion', () => {
  test('has the keys of a plan in an empty file, and later those that are missing', () => {
    expect(offered('|')).toEqual(['name', 'source', 'groups']);
    expect(offered('name: shop\n|')).toEqual(['source', 'groups']);
    expect(offered('name: shop\ngro|')).toEqual(['source', 'groups']);
  });

  test('has the keys of a group and of an action', () => {
    expect(offered('groups:\n  - machines: [WEB01]\n    |')).toEqual(['kind', 'before', 'after']);
    expect(offered('groups:\n  - before:\n      - name: a\n        |')).toContain('instruction');
    expect(offered('groups:\n  - |')).toEqual(['kind', 'machines', 'before', 'after']);
  });

  test('has the words of a key', () => {
    expect(offered('groups:\n  - kind: |')).toEqual(['Shutdown', 'Failover', 'Boot']);
    expect(offered('groups:\n  - before:\n      - failoverTypes: [test, |]')).toEqual(['planned', 'unplanned']);
  });

  test('has the machines that are in no group yet', () => {
    expect(offered('groups:\n  - machines:\n      - WEB01\n      - |')).toEqual(['WEB02', 'SQL01', 'SQL02', 'OTHER']);
    expect(chosen('groups:\n  - machines: [we|]\n', 'WEB02')).toBe('groups:\n  - machines: [WEB02]\n');
  });

  test('writes a name so that it reads back as the same', () => {
    const odd = { ...shop, items: [item('yes: "x", [y]')] };
    const text = chosen('groups:\n  - machines:\n      - |\n', 'yes: "x", [y]', odd);
    expect(readPlan(text).plan.groups[0]?.machines[0]?.value).toBe('yes: "x", [y]');
  });

  test('has templates where an action begins', () => {
    expect(offered('groups:\n  - before:\n      |')).toEqual(['- manual', '- script', '- runbook']);
  });

  test('has runbooks, servers, and nothing in a comment', () => {
    expect(offered('groups:\n  - before:\n      - kind: runbook\n        runbook: |')).toEqual(['Send-Mail', 'Switch-Dns']);
    expect(offered('source: |')).toEqual(['CS01', 'CS02']);
    expect(offered('# |')).toEqual([]);
  });
});

describe('Hover', () => {
  const text = 'groups:\n  - kind: Boot\n    machines: [SQL01]\n';

  test('tells what a key and a word mean', () => {
    expect(hoverAt(text, text.indexOf('machines'), shop)?.lines.join()).toMatch(/Protected machines/);
    expect(hoverAt(text, text.indexOf('Boot'), shop)?.lines.join()).toMatch(/start together/);
  });

  test('tells what is known of a machine', () => {
    expect(hoverAt(text, text.indexOf('SQL01') + 2, shop)?.lines).toEqual(['SQL01', 'Replication group: sql']);
  });

  test('says nothing where nothing is', () => {
    expect(hoverAt(`${text}\n`, text.length, shop)).toBeUndefined();
  });
});

test('the outline has the groups of the portal with their steps', () => {
  const names = ({ name, children }: OutlineEntry): unknown => (children.length === 0 ? name : [name, ...children.map(names)]);
  const { plan } = readPlan('groups:\n  - { kind: Shutdown, before: [{ name: tell }] }\n  - { machines: [A], after: [{}] }\n  - machines: [B]\n');
  expect(outline(plan, 'file').map(names)).toEqual([['file', ['All groups shutdown', 'tell'], ['Group 1: Start', 'A', 'Post-step'], ['Group 2: Start', 'B']]]);
});

test('formatting keeps comments and meaning, and leaves alone what is no YAML', () => {
  const text = 'name:   shop # ours\ngroups:\n- machines: [ WEB01,WEB02 ]\n';
  const formatted = formatPlan(text) ?? '';
  expect(formatted).toBe('name: shop # ours\ngroups:\n  - machines: [ WEB01, WEB02 ]\n');
  expect(planGroups(readPlan(formatted).plan, shop)).toEqual(planGroups(readPlan(text).plan, shop));
  expect(formatPlan('groups: [')).toBeUndefined();
});

describe('What would change', () => {
  const text = 'name: shop\ngroups:\n  - machines: [SQL01, SQL02]\n    after: [{ name: dns, kind: manual, instruction: x }]\n  - machines: [WEB01]\n';
  const { plan } = readPlan(text);
  const present = { name: 'shop', properties: { primaryFabricId: fabricId, groups: planGroups(plan, shop) } };

  test('is nothing when the vault has the same', () => {
    expect(planChanges(plan, present, shop)).toEqual([]);
  });

  test('is told of machines, groups and actions', () => {
    const changed = readPlan(
      'groups:\n  - machines: [SQL01, SQL02, WEB01]\n  - machines: [WEB02]\n    before: [{ name: dns, kind: manual, instruction: x }]\n',
    ).plan;
    expect(planChanges(changed, present, shop)).toEqual([
      'Add WEB02 to Group 2: Start.',
      'Move WEB01 from Group 2: Start to Group 1: Start.',
      'Move the action dns: Group 2: Start, Pre-step.',
    ]);
  });

  test('of a new plan is its size', () => {
    expect(planChanges(plan, undefined, shop)).toEqual(['New plan. Groups that start: 2. Machines: 3. Actions: 1.']);
  });
});

test('a new plan is sound from its first line on', () => {
  for (const world of [shop, undefined]) expect(problemsOf(newPlanText('shop', world), world).map(({ message }) => message)).toEqual([]);
});
