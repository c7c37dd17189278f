// What is done to a machine itself, and where it runs.
import { describe, expect, test } from 'vitest';
import type { LabStatus } from '../../../../emulator/contract/resources.ts';
import { operationNamed } from '../../../../extension/operations/registry.ts';
import { contextOf, item, snapshotOf, subject } from './site.ts';

test('what is written to a disk fills whole sectors', async () => {
  const machine = {
    machineId: 'web01-id',
    name: 'web01',
    platform: 'VmWare',
    poweredOn: true,
    disks: [{ diskId: 'os', name: 'Disk0', sizeBytes: 2 ** 30, osDisk: true }],
  };
  const snapshot = snapshotOf({}, { lab: { machines: [machine] } as unknown as LabStatus });
  const calls = await operationNamed('writeToDisk')?.calls(contextOf(snapshot), [{ kind: 'machine', machineId: 'web01-id' }], {
    disk: 'os',
    offset: '512',
    text: 'hello',
  });
  expect(calls).toEqual([
    {
      control: 'disk.write',
      request: {
        disk: { location: 'onPremises', machine: 'web01-id', disk: 'os', at: 'present' },
        offset: 512,
        base64: Buffer.concat([Buffer.from('hello')], 512).toString('base64'),
      },
    },
  ]);
});

describe('Where a machine runs', () => {
  const told = async (direction: 'toAzure' | 'toSite', activeLocation: 'Primary' | 'Recovery'): Promise<string | undefined> => {
    const context = contextOf(snapshotOf({ items: [item('web01', { activeLocation }, direction)] }));
    return (await operationNamed('disableReplication')?.confirmation?.(context, [subject('web01')], {}))?.detail;
  };

  test('is told before its replication ends: active on the recovery side is in Azure, or at the site after a failback', async () => {
    const warning = 'web01: it runs in Azure and cannot fail back any more.';
    expect(await told('toAzure', 'Primary')).not.toContain(warning);
    expect(await told('toAzure', 'Recovery')).toContain(warning);
    expect(await told('toSite', 'Primary')).toContain(warning);
    expect(await told('toSite', 'Recovery')).not.toContain(warning);
  });
});
