// The estates a lab can begin with, by name or from a user's file.
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { LabError } from '../../kernel/errors.ts';
import type { Estate } from '../estate.ts';
import { readEstateFile } from './estateFile.ts';
import { sampleEstate } from './sample.ts';

/** Infrastructure without a machine. */
const emptyEstate: Estate = { ...sampleEstate, name: 'empty', virtualMachines: [], physicalServers: [] };
const estates: readonly Estate[] = [sampleEstate, emptyEstate];

/**
 * @param nameOrPath a scenario's name, or the path of a JSON file; fields that the file leaves out are those of the empty estate. The name of one from a file is the file's path
 * @throws LabError ScenarioNotFound, ScenarioInvalid
 */
export function findEstate(nameOrPath: string): Estate {
  const known = estates.find((estate) => estate.name === nameOrPath);
  if (known !== undefined) return known;
  if (!existsSync(nameOrPath)) throw new LabError('ScenarioNotFound', nameOrPath);
  return { ...emptyEstate, ...readEstateFile(nameOrPath, readFileSync(nameOrPath, 'utf8')), name: resolve(nameOrPath) };
}

/** Whether a scenario was asked for, and not the one that a lab began with. The sample is what nobody has to ask for. */
export function isAnother(began: string, wanted: string): boolean {
  return wanted !== sampleEstate.name && wanted !== began && resolve(wanted) !== resolve(began);
}
