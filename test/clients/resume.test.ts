// A poller that outlives the lab: written down, the lab killed between begin and end, and taken up by another client of another lab process.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ReadyLine } from '../../emulator/contract/control.ts';
import { LabProcess } from '../scenario/world/labProcess.ts';
import { useFolder } from '../support/folder.ts';
import type { EnableProtectionInput, SiteRecoveryManagementClient, VMwareDetails } from '@azure/arm-recoveryservices-siterecovery';
import { linuxMachine } from '../support/lab.ts';
import { listed } from './life/life.ts';
import { officialClients } from './officialClients.ts';

const limitMs = 120_000;

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
    const { replicationJobs } = first.siteRecovery;
    const { names, input } = await enabling(first.siteRecovery, place);
    // Its time stands still, so the push installation, which takes some, cannot end before the kill.
    const started = await first.siteRecovery.replicationProtectedItems.beginCreate(...place, ...names, input);
    expect(started.isDone()).toBe(false);
    const serialised = started.toString();
    const before = await listed(replicationJobs.list(...place));

    await lab.kill();
    await lab.start();
    const { siteRecovery } = clients();
    const resumed = await siteRecovery.replicationProtectedItems.beginCreate(...place, ...names, input, { resumeFrom: serialised });
    expect(resumed.isDone()).toBe(false);
    await lab.call('clock.step', { stepMs: 600_000 });
    const result = await resumed.pollUntilDone();
    expect(result).toMatchObject({ name: 'web', properties: { friendlyName: 'WEB01', providerSpecificDetails: { instanceType: 'InMageAzureV2' } } });
    const after = await listed(siteRecovery.replicationJobs.list(...place));
    expect(after.map(({ name }) => name)).toEqual(expect.arrayContaining(before.map(({ name }) => name)));
    expect(after.filter(({ properties }) => properties?.scenarioName === 'EnableDr')).toHaveLength(1);
  },
  limitMs,
);

/** What "Enable replication" of WEB01 takes: the names behind the vault, and the body. */
async function enabling(
  client: SiteRecoveryManagementClient,
  vault: readonly [string, string],
): Promise<{ names: readonly [string, string, string]; input: EnableProtectionInput }> {
  const [fabric] = await listed(client.replicationFabrics.list(...vault));
  const [container] = await listed(client.replicationProtectionContainers.list(...vault));
  const machines = await listed(client.replicationProtectableItems.listByReplicationProtectionContainers(...vault, fabric?.name ?? '', container?.name ?? ''));
  const [policy] = await listed(client.replicationPolicies.list(...vault));
  const { processServers, runAsAccounts } = fabric?.properties?.customDetails as VMwareDetails;
  const group = (policy?.id ?? '').split('/providers/')[0] ?? '';
  const account = (name: string): string => `${group}/providers/Microsoft.Storage/storageAccounts/${name}`;
  const input: EnableProtectionInput = {
    properties: {
      policyId: policy?.id ?? '',
      protectableItemId: machines.find(({ properties }) => properties?.friendlyName === 'WEB01')?.id ?? '',
      providerSpecificDetails: {
        instanceType: 'InMageAzureV2',
        processServerId: processServers?.[0]?.id ?? '',
        runAsAccountId: runAsAccounts?.find(({ accountName }) => accountName === 'Linux')?.accountId ?? '',
        storageAccountId: account('asrlabtarget'),
        logStorageAccountId: account('asrlablogs'),
      },
    },
  };
  return { names: [fabric?.name ?? '', container?.name ?? '', 'web'], input };
}
