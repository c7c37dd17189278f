// A poller that outlives the lab: written down, the lab killed between begin and end, and taken up by another client of another lab process.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ReadyLine } from '../../emulator/contract/labLocator.ts';
import { LabProcess } from '../scenario/world/labProcess.ts';
import { useFolder } from '../support/folder.ts';
import { linuxMachine } from '../support/lab.ts';
import { found, listed } from './life/life.ts';
import { officialClients, type OfficialClients } from './officialClients.ts';

const limitMs = 600_000;
const machine = 'WEB01';

interface Site {
  readonly place: readonly [vault: string, resourceGroup: string, fabric: string, container: string];
  readonly item: Parameters<OfficialClients['siteRecovery']['replicationProtectedItems']['beginCreate']>[5];
}

/** What the enabling of replication needs, as a client finds it. */
async function siteOf({ siteRecovery }: OfficialClients, { vault, resourceGroup, subscription }: ReadyLine): Promise<Site> {
  const fabric = found('The site', (await listed(siteRecovery.replicationFabrics.list(vault, resourceGroup)))[0]);
  const [container] = await listed(siteRecovery.replicationProtectionContainers.list(vault, resourceGroup));
  const place = [vault, resourceGroup, found('Its name', fabric.name), found('The container', container?.name)] as const;
  const machines = await listed(siteRecovery.replicationProtectableItems.listByReplicationProtectionContainers(...place));
  const [policy] = await listed(siteRecovery.replicationPolicies.list(vault, resourceGroup));
  const details = fabric.properties?.customDetails as { processServers?: { id?: string }[]; runAsAccounts?: { accountId?: string; accountName?: string }[] };
  const group = `/subscriptions/${subscription}/resourceGroups/${resourceGroup}`;
  const server = found('The process server', details.processServers?.[0]?.id);
  return {
    place,
    item: {
      properties: {
        policyId: found('The policy', policy?.id),
        protectableItemId: found(machine, machines.find(({ properties }) => properties?.friendlyName === machine)?.id),
        providerSpecificDetails: {
          instanceType: 'InMageAzureV2',
          processServerId: server,
          masterTargetId: server,
          runAsAccountId: found('An account', details.runAsAccounts?.find(({ accountName }) => accountName === 'Linux')?.accountId),
          storageAccountId: `${group}/providers/Microsoft.Storage/storageAccounts/asrlabtarget`,
          targetAzureV2ResourceGroupId: group,
          targetAzureVmName: machine,
        },
      },
    },
  };
}

test(
  'a serialised poller resumes after the lab was killed, and the work is done once',
  async () => {
    using folder = useFolder();
    const dir = join(folder.path, 'lab');
    const scenario = join(folder.path, 'estate.json');
    const policies = [{ name: 'silver', retentionMs: 86_400_000, appConsistentIntervalMs: 3_600_000, rpoThresholdMs: 900_000 }];
    writeFileSync(scenario, JSON.stringify({ virtualMachines: [linuxMachine(machine)], policies }));
    await using lab = new LabProcess({ dir, scenario, seed: 'test', processes: [] });
    await lab.start();
    const ready = (): ReadyLine => JSON.parse(readFileSync(join(dir, '.srlab', 'lab.json'), 'utf8')) as ReadyLine;
    const first = officialClients(ready());
    const { place, item } = await siteOf(first, ready());
    const started = await first.siteRecovery.replicationProtectedItems.beginCreate(...place, 'web', item);
    expect(started.isDone()).toBe(false);
    const serialised = started.toString();
    const jobs = async ({ siteRecovery }: OfficialClients): Promise<string[]> =>
      (await listed(siteRecovery.replicationJobs.list(place[0], place[1]))).flatMap(({ properties, name }) =>
        properties?.scenarioName === 'EnableDr' ? (name ?? '') : [],
      );
    const before = await jobs(first);
    expect(before).toHaveLength(1);

    await lab.kill();
    await lab.start();
    const second = officialClients(ready());
    const resumed = await second.siteRecovery.replicationProtectedItems.beginCreate(...place, 'web', item, { resumeFrom: serialised });
    await lab.call('clock.step', { stepMs: 1_800_000 });
    expect(await resumed.pollUntilDone()).toMatchObject({
      name: 'web',
      properties: { friendlyName: machine, protectionState: expect.stringMatching(/\w/) as string },
    });
    expect(await jobs(second)).toEqual(before);
    expect(second.traffic.exchanges.filter(({ verb }) => verb === 'PUT')).toEqual([]);
  },
  limitMs,
);
