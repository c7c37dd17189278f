// An estate written by hand: what is wrong with it is told by the place and the field, before anything of it is built.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ErrorCode } from '../../../emulator/contract/errors.ts';
import { findEstate, isAnother } from '../../../emulator/lab/scenarios/scenarios.ts';
import { sampleEstate } from '../../../emulator/lab/scenarios/sample.ts';
import { useFolder } from '../../support/folder.ts';

let folder: ReturnType<typeof useFolder>;
beforeEach(() => {
  folder = useFolder();
});
afterEach(() => folder[Symbol.dispose]());

function estateOf(text: string): ReturnType<typeof findEstate> {
  const path = join(folder.path, 'estate.json');
  writeFileSync(path, text);
  return findEstate(path);
}

const refusal = (code: ErrorCode, message: RegExp): Error => expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error;

test('the sample, written down, is an estate', () => {
  const { name, ...sample } = estateOf(JSON.stringify(sampleEstate));
  expect({ ...sample, name: sampleEstate.name }).toEqual(sampleEstate);
  expect(name).toMatch(/estate\.json$/);
});

test('what a file leaves out is that of the empty estate', () => {
  const [machine] = sampleEstate.virtualMachines;
  const estate = estateOf(JSON.stringify({ virtualMachines: [machine] }));
  expect(estate.virtualMachines).toEqual([machine]);
  expect(estate.physicalServers).toEqual([]);
  expect(estate.masterTargets).toEqual(sampleEstate.masterTargets);
});

const [first] = sampleEstate.virtualMachines;
const wrong: readonly (readonly [string, unknown, RegExp])[] = [
  ['a field that there is not', { machines: 3 }, /machines/],
  ['a machine without an address', { virtualMachines: [{ ...first, ipAddress: undefined }] }, /virtualMachines\[0\]\.ipAddress/],
  ['an address that is none', { virtualMachines: [{ ...first, ipAddress: '10.0.0' }] }, /virtualMachines\[0\]\.ipAddress/],
  ['a size as text', { physicalServers: [{ ...first, disks: [{ sizeBytes: '1 GiB', contentBytes: 0 }] }] }, /physicalServers\[0\]\.disks\[0\]\.sizeBytes/],
  ['a size of half a sector', { virtualMachines: [{ ...first, disks: [{ sizeBytes: 1000, contentBytes: 0 }] }] }, /disks\[0\]\.sizeBytes/],
  ['a program that nobody knows', { virtualMachines: [{ ...first, workloads: [{ kind: 'miner', disk: 0 }] }] }, /workloads\[0\]/],
  ['a profile that there is not', { profile: '2016' }, /profile/],
  ['a list', [], /The file/],
];

test.each(wrong)('%s is refused', (_what, estate, message) => {
  expect(() => estateOf(JSON.stringify(estate))).toThrow(refusal('ScenarioInvalid', message));
});

test('a file that is no JSON, and a name that is no file, are told apart', () => {
  expect(() => estateOf('{')).toThrow(refusal('ScenarioInvalid', /estate\.json/));
  expect(() => findEstate('nowhere')).toThrow(refusal('ScenarioNotFound', /nowhere/));
});

test('a lab that began with one scenario is told when another is asked for', () => {
  expect(isAnother('sample', 'empty')).toBe(true);
  expect(isAnother('/estates/shop.json', '/estates/../estates/shop.json')).toBe(false);
  expect(isAnother('/estates/shop.json', 'sample')).toBe(false);
});
