// What is said about a plan's text: one thing wrong in each, and the remark that comes of it.
import { describe, expect, test } from 'vitest';
import { problemsOf } from '../../../../extension/planText/textProblems.ts';
import type { PlanWorld } from '../../../../extension/planText/planWorld.ts';
import { item, shop } from './shop.ts';

const sound = 'name: shop\ngroups:\n  - machines: [SQL01, SQL02]\n  - machines: [WEB01]\n';

/** `code: the text that is meant`. */
function told(text: string, world: PlanWorld | 'no lab' = shop): string[] {
  return problemsOf(text, world === 'no lab' ? undefined : world).map(({ code, range }) => `${code}: ${text.slice(range.start, range.end)}`);
}

function mended(text: string, code: string): string {
  const problem = problemsOf(text, shop).find((one) => one.code === code);
  const [edit] = problem?.fixes[0]?.edits ?? [];
  return edit === undefined ? '' : `${text.slice(0, edit.range.start)}${edit.text}${text.slice(edit.range.end)}`;
}

function withAction(action: string): string {
  return `${sound}    after:\n      - { name: step, ${action} }\n`;
}

test('nothing is said of a sound plan', () => {
  expect(told(sound)).toEqual([]);
});

describe('Text', () => {
  test('that is no YAML is told, and nothing else', () => {
    expect(problemsOf('groups: [\n', shop).map(({ code }) => code)).toEqual(['Syntax']);
  });

  test('with a misspelt field offers the right one', () => {
    expect(told(sound.replace('machines: [WEB01]', 'machnes: [WEB01]'))).toContain('UnknownKey: machnes');
    expect(mended(sound.replace('machines: [WEB01]', 'machnes: [WEB01]'), 'UnknownKey')).toBe(sound);
  });

  test('with a word that does not exist offers the right one', () => {
    const text = withAction('kind: manuel, instruction: x');
    expect(told(text)).toContain('UnknownWord: manuel');
    expect(mended(text, 'UnknownWord')).toBe(withAction('kind: manual, instruction: x'));
  });

  test('with a field twice is no YAML', () => {
    expect(told('name: a1\nname: b1\n')[0]).toMatch(/^Syntax/);
  });

  test('of the wrong shape is told', () => {
    expect(told('groups: all\n')).toContain('WrongType: all');
    expect(told('name: shop\ngroups:\n  - machines: [[WEB01]]\n')).toContain('WrongType: [WEB01]');
  });

  test('of a field that its kind of action has no use for', () => {
    expect(told(withAction('kind: manual, instruction: x, timeout: PT5M'))).toEqual(['FieldUnused: timeout']);
  });
});

describe('Groups', () => {
  test('are seven at most', () => {
    const text = `name: shop\ngroups:\n${Array.from({ length: 8 }, (_, place) => `  - machines: [M${place}]\n`).join('')}`;
    expect(told(text, 'no lab')).toEqual(['TooManyGroups: M7']);
  });

  test('have a hundred machines at most', () => {
    const names = Array.from({ length: 101 }, (_, place) => `M${place}`);
    expect(told(`name: shop\ngroups:\n  - machines: [${names.join(', ')}]\n`, 'no lab')).toEqual(['TooManyMachines: M100']);
  });

  test('are needed', () => {
    expect(told('name: shop\n')).toEqual(['NoGroups: n']);
  });

  test('stand in the order of the run', () => {
    expect(told(`${sound}  - kind: Failover\n    before: [{ name: a, kind: manual, instruction: x }]\n`)).toEqual(['GroupOrder: Failover']);
  });

  test('for shutdown and failover are one each and have no machines', () => {
    const special = '  - { kind: Shutdown, before: [{ name: a, kind: manual, instruction: x }] }\n';
    expect(told(sound.replace('groups:\n', `groups:\n${special}${special.replace('name: a', 'name: b')}`))).toEqual(['GroupTwice: Shutdown']);
    expect(told(sound.replace('groups:\n', 'groups:\n  - { kind: Failover, machines: [OTHER] }\n'))).toEqual(['MachinesInWrongGroup: OTHER']);
  });
});

describe('Machines', () => {
  test('that are misspelt are found again', () => {
    const text = sound.replace('WEB01', 'WBE01');
    expect(told(text)).toEqual(['MachineUnknown: WBE01']);
    expect(mended(text, 'MachineUnknown')).toBe(sound);
  });

  test('that are not protected are told apart from those that nobody knows', () => {
    expect(told(sound.replace('WEB01', 'FILE01'))).toEqual(['MachineUnprotected: FILE01']);
  });

  test('are in a plan once, by whatever name', () => {
    expect(told(sound.replace('[WEB01]', '[WEB01, item-WEB01]'))).toEqual(['MachineTwice: item-WEB01']);
  });

  test('of one name are told apart by their ids', () => {
    const twins = { ...shop, items: [...shop.items, item('WEB01', { id: 'twin' })] };
    expect(problemsOf(sound, twins)[0]?.fixes.map(({ edits }) => edits[0]?.text)).toEqual(['item-WEB01', 'twin']);
  });

  test('of a replication group stay together', () => {
    expect(told(sound.replace('[SQL01, SQL02]', '[SQL01]').replace('[WEB01]', '[WEB01, SQL02]'))).toEqual(['ReplicationGroupSplit: SQL02']);
  });

  test('share their configuration server', () => {
    expect(told(sound.replace('WEB01', 'OTHER'))).toEqual(['MachineOfOtherServer: OTHER']);
    expect(told(`source: CS03\n${sound}`)).toContain('SourceUnknown: CS03');
  });

  test('are not judged while no lab runs', () => {
    expect(told(sound.replace('WEB01', 'ANY'), 'no lab')).toEqual([]);
  });
});

describe('Actions', () => {
  test.each([
    ['planned failover alone', 'failoverTypes: [planned]', '[planned]'],
    ['a drill of a failback', 'failoverTypes: [test], failoverDirections: [RecoveryToPrimary]', '[test]'],
  ])('that never run are told: %s', (_name, words, meant) => {
    expect(told(withAction(`kind: manual, instruction: x, ${words}`))).toEqual([`ActionNeverRuns: ${meant}`]);
  });

  test('of the shutdown never run in drills', () => {
    const group = '  - { kind: Shutdown, after: [{ name: a, kind: manual, instruction: x, failoverTypes: [test] }] }\n';
    expect(told(sound.replace('groups:\n', `groups:\n${group}`))).toEqual(['ActionNeverRuns: [test]']);
  });

  test('with an empty list of types are left out by Azure', () => {
    const text = withAction('kind: manual, instruction: x, failoverTypes: []');
    expect(told(text)).toEqual(['FailoverTypesEmpty: []']);
    expect(mended(text, 'FailoverTypesEmpty')).toBe(withAction('kind: manual, instruction: x, failoverTypes: [test, unplanned]'));
  });

  test('have names of their own', () => {
    const text = withAction('kind: manual, instruction: x }\n      - { name: step, kind: manual, instruction: y');
    expect(told(text)).toEqual(['ActionNameTwice: step']);
    expect(mended(text, 'ActionNameTwice')).toContain('name: step 2, kind');
  });

  test('say what they do', () => {
    expect(told(withAction('kind: script, timeout: PT5M'))).toEqual(['ActionIncomplete: step']);
  });

  test('that run a program have a time-out that can be read', () => {
    expect(told(withAction('kind: script, command: a.sh'))).toEqual(['TimeoutMissing: step']);
    expect(told(withAction('kind: script, command: a.sh, timeout: soon'))).toEqual(['TimeoutUnreadable: soon']);
    expect(told(withAction('kind: script, command: a.sh, timeout: 00:00:00'))).toEqual(['TimeoutUnreadable: 00:00:00']);
    expect(told(withAction('kind: script, command: a.sh, timeout: 1.02:00:00'))).toEqual([]);
  });

  test('run runbooks that are registered', () => {
    const text = withAction('kind: runbook, runbook: /subscriptions/x/runbooks/send-mial, timeout: PT5M');
    expect(told(text)).toEqual(['RunbookNotRegistered: /subscriptions/x/runbooks/send-mial']);
    expect(mended(text, 'RunbookNotRegistered')).toContain('/subscriptions/x/runbooks/Send-Mail,');
    expect(told(text, { ...shop, runbooks: undefined })).toEqual([]);
  });
});

test('a name that the vault would refuse is mended', () => {
  expect(mended(sound.replace('name: shop', 'name: My web shop!'), 'PlanName')).toBe(sound.replace('shop', 'My-web-shop'));
});

test('any text is read without an accident', () => {
  for (const text of [
    '',
    '\t',
    '- a',
    '&a [*a]',
    '? x\n: y',
    '{',
    'groups:\n  -\n',
    'groups:\n  - before:\n      - \n',
    '!!int x: 1',
    '"\\ud800": 1',
    '%YAML 9\n---\n',
  ])
    expect(() => problemsOf(text, shop)).not.toThrow();
});
