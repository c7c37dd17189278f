// What is said while somebody types: names, addresses, spans; and what becomes of a plan's groups.
import { describe, expect, test } from 'vitest';
import { addressProblem, machineNameProblem, numberProblem, resourceNameProblem } from '../../../../extension/operations/azureNames.ts';
import { spanIn } from '../../../../extension/operations/clockOperations.ts';
import { withMembers, withNewGroup, withoutGroup, withoutMembers, type Groups } from '../../../../extension/operations/planEdit.ts';
import { listText } from '../../../../extension/operations/wording.ts';
import { durationText } from '../../../../extension/tree/figures.ts';
import { plainLabel, plainMessage } from '../../../../extension/commands/plainText.ts';

describe('Names', () => {
  test('of Windows machines are short', () => {
    expect(machineNameProblem('a-name-of-fifteen'.slice(0, 15), 'Windows')).toBeUndefined();
    expect(machineNameProblem('a-name-of-sixteen', 'Windows')).toBe('At most 15 characters.');
    expect(machineNameProblem('a-name-of-sixteen', 'Linux')).toBeUndefined();
  });

  test.each(['', '-web', 'web-', 'web 01', 'wéb', 'web_01'])('%j is no name of a machine', (name) => {
    expect(machineNameProblem(name)).toBeDefined();
  });

  test('are used once, whatever their case', () => {
    expect(resourceNameProblem('Gold', ['gold'])).toBe('There is one of this name.');
    expect(resourceNameProblem('gold', [undefined])).toBeUndefined();
  });
});

describe('Addresses', () => {
  test.each([
    ['10.0.0.4', '10.0.0.0/24', undefined],
    ['10.0.1.4', '10.0.0.0/24', 'It is not in the subnet 10.0.0.0/24.'],
    ['10.0.0.3', '10.0.0.0/24', 'Azure keeps this address of the subnet for itself.'],
    ['10.0.0.255', '10.0.0.0/24', 'Azure keeps this address of the subnet for itself.'],
    ['10.0.0.256', '10.0.0.0/24', 'An IPv4 address such as 10.0.0.4.'],
    ['255.255.255.250', '255.255.255.0/24', undefined],
    ['10.0.0.4', undefined, undefined],
  ])('%s in %s: %s', (address, prefix, problem) => {
    expect(addressProblem(address, prefix)).toBe(problem);
  });
});

describe('Spans', () => {
  test.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['10 min', 600_000],
    ['1d 6h', 108_000_000],
    ['1.5h', 5_400_000],
    ['5', 300_000],
    ['0m', undefined],
    ['soon', undefined],
    ['5 x', undefined],
    ['', undefined],
  ])('%j', (text, spanMs) => {
    expect(spanIn(text)).toBe(spanMs);
  });

  test('are told by their two largest units', () => {
    expect([0, 59_600, 200_000, 3_600_000, 100_000_000].map(durationText)).toEqual(['0 s', '1 min', '3 min 20 s', '1 h', '1 d 3 h']);
  });

  test('numbers have bounds', () => {
    expect(['1', '10', '11', '1.5', ' ', 'x'].map((text) => numberProblem(text, { least: 1, most: 10 }) === undefined)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

test('long lists end with a number', () => {
  expect(listText(['a', 'b'])).toBe('a, b');
  expect(listText(['a', 'b', 'c'], 2)).toBe('a, b and 1 more');
});

test('names that VS Code would make icons or links of stay text', () => {
  expect(plainLabel('$(trash) web')).not.toContain('$(');
  expect(plainMessage('[web](command:workbench.action.quit)')).not.toContain('](');
});

describe('Groups of a plan', () => {
  const groups: Groups = [
    { groupType: 'Shutdown' },
    { groupType: 'Failover' },
    { groupType: 'Boot', replicationProtectedItems: [{ id: 'a' }, { id: 'b' }] },
    { groupType: 'Boot', replicationProtectedItems: [{ id: 'c' }] },
  ];
  const members = (list: Groups): string[] => list.map((group) => (group.replicationProtectedItems ?? []).map(({ id }) => id).join(''));

  test('a member that joins another leaves its own', () => {
    expect(members(withMembers(groups, 3, [{ id: 'A' }]))).toEqual(['', '', 'b', 'cA']);
  });

  test('a group that goes leaves its machines to the one before, the first to the one after', () => {
    expect(members(withoutGroup(groups, 3))).toEqual(['', '', 'abc']);
    expect(members(withoutGroup(groups, 2))).toEqual(['', '', 'cab']);
  });

  test('groups of shutdown and failover, and the last start group, stay', () => {
    expect(withoutGroup(groups, 0)).toEqual(groups);
    expect(withoutGroup(groups.slice(0, 3), 2)).toEqual(groups.slice(0, 3));
  });

  test('a new one is the last', () => {
    expect(members(withoutMembers(withNewGroup(groups), ['a', 'c']))).toEqual(['', '', 'b', '', '']);
  });
});
