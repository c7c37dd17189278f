// The manifest and the operations say the same: commands, titles, menus, keys.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { contextOf } from '../../../../extension/tree/context.ts';
import { operations } from '../../../../extension/operations/registry.ts';

interface MenuEntry {
  readonly command?: string;
  readonly submenu?: string;
  readonly when?: string;
  readonly group?: string;
}

const root = join(import.meta.dirname, '../../../..');
const { contributes } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  contributes: {
    commands: { command: string; title: string; enablement?: string }[];
    menus: Record<string, MenuEntry[]>;
    submenus: { id: string; label: string }[];
    keybindings: { command: string; key: string; when: string; args?: { selectionOf: string } }[];
  };
};
const texts = JSON.parse(readFileSync(join(root, 'package.nls.json'), 'utf8')) as Record<string, string>;
const rowMenus = [...(contributes.menus['view/item/context'] ?? []), ...(contributes.menus['siteRecoveryLab.machine'] ?? [])];

function idOf({ command }: { command?: string }): string {
  return command?.replace('siteRecoveryLab.', '') ?? '';
}

describe('Every operation', () => {
  test.each(operations.map((operation) => [operation.id, operation] as const))('%s has a command with its title', (id, operation) => {
    const command = contributes.commands.find((one) => idOf(one) === id);
    expect(command?.title).toBe(`%commands.${id}%`);
    expect(texts[`commands.${id}`]).toBe(`${operation.title()}${operation.steps === undefined ? '' : '…'}`);
    expect(command?.enablement).toBe('siteRecoveryLab.state == running');
  });

  test('stands in the palette while a lab runs', () => {
    const shown = (contributes.menus['commandPalette'] ?? []).filter(({ when }) => when === 'siteRecoveryLab.state == running').map(idOf);
    expect(operations.map(({ id }) => id).filter((id) => !shown.includes(id))).toEqual([]);
  });

  test.each(operations.map((operation) => [operation.id, operation] as const))('%s is in the menu of its rows exactly when they allow it', (id, { on }) => {
    const patterns = rowMenus.filter((entry) => idOf(entry) === id).map(({ when = '' }) => new RegExp(/viewItem =~ \/(.*)\/$/.exec(when)?.[1] ?? 'never'));
    expect(patterns.length > 0).toBe(on.length > 0);
    expect(patterns.filter((pattern) => !pattern.test(contextOf('item', 'Protected', ['first', id, 'last'])))).toEqual([]);
    expect(patterns.filter((pattern) => pattern.test(contextOf('item', 'Protected', [`${id}More`, `un${id}`])))).toEqual([]);
  });

  test('that is about the whole has a place in the title of a view', () => {
    const titled = (contributes.menus['view/title'] ?? []).map(idOf);
    expect(operations.filter(({ id, on }) => on.length === 0 && !titled.includes(id)).map(({ id }) => id)).toEqual([]);
  });
});

test('menus ask for no operation that there is not', () => {
  const asked = rowMenus.flatMap(({ when = '' }) => [...when.matchAll(/can\\\.(\w+)/g)].map(([, id]) => id));
  expect(asked.filter((id) => !operations.some((operation) => operation.id === id))).toEqual([]);
});

test('ids are used once', () => {
  expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
});

test('a key does one thing in a view', () => {
  const keys = contributes.keybindings.map(({ key, when }) => `${key} ${when}`);
  expect(new Set(keys).size).toBe(keys.length);
});

test('submenus have labels that can be translated', () => {
  expect(contributes.submenus.filter(({ label }) => texts[label.replaceAll('%', '')] === undefined)).toEqual([]);
});
