// The problem matcher of `srlab` finds the file that an error is about, and nothing in errors about other things.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LabError } from '../../../../emulator/kernel/errors.ts';
import { errorText } from '../../../../emulator/cli/output.ts';

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../../../package.json'), 'utf8')) as {
  readonly contributes: { readonly problemMatchers: readonly { readonly pattern: { readonly regexp: string } }[] };
};
const pattern = new RegExp(manifest.contributes.problemMatchers[0]?.pattern.regexp ?? '');

test.each([
  ['ScenarioInvalid', 'my shop.json: machines: Expected an array.', 'my shop.json'],
  ['ScenarioInvalid', 'shop.json: Unexpected end of JSON input', 'shop.json'],
  ['InvalidArgument', '/plans/shop.plan.yaml: group 2 is not a mapping.', '/plans/shop.plan.yaml'],
  ['InvalidArgument', 'Machine WEB01 is off.', undefined],
] as const)('%s: %s', (code, message, file) => {
  const [first = ''] = errorText(new LabError(code, message).toBody()).split('\n');
  expect(pattern.exec(first)?.[2]).toBe(file);
});
