// Growing a disk in vCenter: off, without snapshots, never smaller; the guest and a restarted vCenter see the new size.
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LabError } from '../../../../emulator/kernel/errors.ts';
import { accounts, diskBytes } from './siteSpec.ts';
import { vCenterLab, type VCenterLab } from './vcenterLab.ts';

let site: VCenterLab;
beforeEach(async () => {
  site = await vCenterLab();
});
afterEach(() => site[Symbol.asyncDispose]());

const vmOf = (name: string): ReturnType<VCenterLab['vCenter']['list']>[number] => {
  const vm = site.vCenter.list().find((one) => one.name === name);
  if (vm === undefined) throw new Error(name);
  return vm;
};

test('the guest finds the new size at its next start, also after a restart of vCenter', async () => {
  const { instanceUuid, disks } = vmOf('web');
  const diskId = disks[0]?.diskId ?? '';
  await site.vCenter.growDisk(instanceUuid, diskId, 2 * diskBytes);
  await site.reopen();
  expect(vmOf('web').disks).toMatchObject([{ diskId, sizeBytes: 2 * diskBytes }]);
  await using disk = await site.vCenter.openStoppedDisk(instanceUuid, diskId);
  expect(disk.sizeBytes).toBe(2 * diskBytes);
  expect(site.vCenter.machine(instanceUuid).definition.disks).toMatchObject([{ sizeBytes: 2 * diskBytes }]);
});

test('a smaller size, a running machine and one with snapshots are refused', async () => {
  const { id, instanceUuid, disks } = vmOf('web');
  const diskId = disks[0]?.diskId ?? '';
  const attempt = async (sizeBytes: number, disk = diskId): Promise<string> =>
    site.vCenter.growDisk(instanceUuid, disk, sizeBytes).then(
      () => 'grown',
      (error: unknown) => LabError.from(error).code,
    );
  expect(await attempt(diskBytes)).toBe('DiskShrinkRefused');
  expect(await attempt(4 * diskBytes, 'none')).toBe('NotFound');
  const [administrator] = accounts;
  const admin = await site.client(administrator);
  await admin.call(`/api/vcenter/vm/${id}/power?action=start`, { method: 'POST' });
  expect(await attempt(4 * diskBytes)).toBe('VSphereNotAllowedInCurrentState');
  await admin.call(`/api/vcenter/vm/${id}/power?action=stop`, { method: 'POST' });
  await admin.call(`/api/vcenter/vm/${id}/snapshots`, { body: { name: 'before', quiesce: false } });
  expect(await attempt(4 * diskBytes)).toBe('VSphereNotAllowedInCurrentState');
});
