// Clients from the distribution, unmodified, on a lab of `srlab exec`: the Azure CLI signs in and writes, Python lives the whole life.
import { expect, test } from 'vitest';
import { azureCliIsInstalled, execOnLab, python, pythonIsInstalled } from './installed.ts';
import { lifeEstate } from './life/lifeEstate.ts';

const patienceMs = 900_000;

test.skipIf(!azureCliIsInstalled)(
  'the Azure CLI signs in to the lab, makes and deletes a vault and writes a policy, and leaves nothing at home',
  async () => {
    const { code, output, leftAtHome } = await execOnLab('sh test/clients/azureCli.sh', { estate: {}, speed: '100' });
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
    expect(output.trim().split('\n')).toEqual(expect.arrayContaining(['lab-rg', 'from-cli']));
    expect(leftAtHome).toBe(false);
  },
  patienceMs,
);

test.skipIf(!pythonIsInstalled)(
  "the life of three machines through Python's own clients, there and back again, byte for byte",
  async () => {
    const { code, output } = await execOnLab(`${python} test/clients/life.py`, { estate: lifeEstate, speed: 'paused' });
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' });
    expect(output).toContain('done');
  },
  patienceMs,
);
