// A poller that outlives the lab: written down, the lab killed between begin and end, and taken up by another client of another lab process.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ReadyLine } from '../../emulator/contract/control.ts';
import { LabProcess } from '../scenario/world/labProcess.ts';
import { useFolder } from '../support/folder.ts';
import { linuxMachine } from '../support/lab.ts';
import { listed } from './life/life.ts';
import { officialClients } from './officialClients.ts';

const limitMs = 120_000;
const policy = { properties: { providerSpecificInput: { instanceType: 'InMageAzureV2' as const, multiVmSyncStatus: 'Enable' } } };

test(
  'a serialised poller resumes after the lab was killed, and the work is done once',
  async () => {
    using folder = useFolder();
    const dir = join(folder.path, 'lab');
    const scenario = join(folder.path, 'estate.json');
    writeFileSync(
      scenario,
      JSON.stringify({
        virtualMachines: [linuxMachine('WEB01')],
        policies: [{ name: 'silver', retentionMs: 86_400_000, appConsistentIntervalMs: 3_600_000, rpoThresholdMs: 900_000 }],
      }),
    );
    await using lab = new LabProcess({ dir, scenario, seed: 'test', processes: [] });
    await lab.start();
    const clients = () => officialClients(JSON.parse(readFileSync(join(dir, '.srlab', 'lab.json'), 'utf8')) as ReadyLine);
    const first = clients();
    const place = [(await lab.call('lab.status', {})).vault, 'lab-rg'] as const;
    const { replicationPolicies, replicationJobs } = first.siteRecovery;
    const started = await replicationPolicies.beginCreate(...place, 'gold', policy);
    expect(started.isDone()).toBe(false);
    const serialised = started.toString();
    const before = await listed(replicationJobs.list(...place));

    await lab.kill();
    await lab.start();
    const { siteRecovery } = clients();
    const resumed = await siteRecovery.replicationPolicies.beginCreate(...place, 'gold', policy, { resumeFrom: serialised });
    expect(resumed.isDone()).toBe(false);
    await lab.call('clock.step', { stepMs: 600_000 });
    const result = await resumed.pollUntilDone();
    expect(result).toMatchObject({ name: 'gold', properties: { providerSpecificDetails: { instanceType: 'InMageAzureV2' } } });
    const after = await listed(siteRecovery.replicationJobs.list(...place));
    expect(after.map(({ name }) => name)).toEqual(before.map(({ name }) => name));
  },
  limitMs,
);
