// vSphere's REST wire, over real TLS: sessions, lists, machines, disks, power, and who is refused.
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { accounts, diskBytes } from './siteSpec.ts';
import { basic, vCenterLab, type VCenterLab, type WireClient } from './vcenterLab.ts';

let site: VCenterLab;
let admin: WireClient;
const [administrator, siteRecovery, reader] = accounts as [(typeof accounts)[0], (typeof accounts)[0], (typeof accounts)[0]];

beforeEach(async () => {
  site = await vCenterLab();
  admin = await site.client(administrator);
});
afterEach(async () => {
  expect(site.lab.failures).toEqual([]);
  await site[Symbol.asyncDispose]();
});

const idOf = (name: string): string => site.vCenter.list().find((vm) => vm.name === name)?.id as string;
const machineIdOf = (name: string): string => site.vCenter.list().find((vm) => vm.name === name)?.instanceUuid as string;
const vmdkOf = (name: string, index = 0): string => site.vCenter.list().find((vm) => vm.name === name)?.disks[index]?.vmdkFile as string;
const attach = (vmdkFile: string): object => ({ type: 'SCSI', backing: { type: 'VMDK_FILE', vmdk_file: vmdkFile } });

test('a session is a bare string on /api and a value on /rest, and is needed for everything else', async () => {
  const stranger = await site.client(undefined);
  expect(await stranger.call('/api/vcenter/vm')).toMatchObject({ status: 401, body: { error_type: 'UNAUTHENTICATED' } });
  expect(
    await stranger.call('/api/session', { method: 'POST', headers: { authorization: basic({ userName: 'reader@vsphere.local', password: 'wrong' }) } }),
  ).toMatchObject({ status: 401 });
  const session = await stranger.call('/api/session', { method: 'POST', headers: { authorization: basic(reader) } });
  expect(session.status).toBe(201);
  expect(session.body).toMatch(/^[0-9a-f]{32}$/);
  const older = await stranger.call('/rest/com/vmware/cis/session', { method: 'POST', headers: { authorization: basic(reader) } });
  expect(older).toMatchObject({ status: 200, body: { value: expect.stringMatching(/^[0-9a-f]{32}$/) } });
  const headers = { 'vmware-api-session-id': session.body as string };
  expect((await stranger.call('/api/session', { headers })).body).toMatchObject({ user: 'reader@vsphere.local' });
  expect((await stranger.call('/api/session', { method: 'DELETE', headers })).status).toBe(204);
  expect((await stranger.call('/api/session', { headers })).status).toBe(401);
});

test('a session runs out after half an hour without a call', async () => {
  await site.lab.clock.advance(29 * 60_000);
  expect((await admin.call('/api/vcenter/vm')).status).toBe(200);
  await site.lab.clock.advance(31 * 60_000);
  expect((await admin.call('/api/vcenter/vm')).status).toBe(401);
});

test('the lists show what there is, in both dialects, and filters narrow them', async () => {
  expect((await admin.call('/api/vcenter/vm')).body).toEqual(
    ['web', 'db', 'mt'].map((name) => ({ vm: idOf(name), name, power_state: 'POWERED_OFF', cpu_count: 2, memory_size_MiB: 4096 })),
  );
  expect((await admin.call('/rest/vcenter/vm?filter.names.1=web')).body).toMatchObject({ value: [{ name: 'web' }] });
  expect((await admin.call('/api/vcenter/vm?names=web&names=mt&power_states=POWERED_OFF')).body).toHaveLength(2);
  const hosts = (await admin.call('/api/vcenter/host')).body as { host: string }[];
  expect(hosts).toEqual([
    { host: expect.stringMatching(/^host-\d+$/), name: 'esxi-1', connection_state: 'CONNECTED', power_state: 'POWERED_ON' },
    expect.anything(),
  ]);
  expect((await admin.call(`/api/vcenter/vm?hosts=${hosts[1]?.host}`)).body).toEqual([]);
  expect((await admin.call('/api/vcenter/datastore?types=NFS')).body).toMatchObject([{ name: 'nfs1', type: 'NFS', capacity: 10 * 2 ** 30 }]);
  expect((await admin.call('/api/vcenter/datacenter')).body).toMatchObject([{ name: 'DC0' }]);
  expect((await admin.call('/api/vcenter/cluster')).body).toMatchObject([{ name: 'Cluster0' }]);
  expect((await admin.call('/api/vcenter/network')).body).toMatchObject([{ name: 'VM Network', type: 'STANDARD_PORTGROUP' }]);
  expect((await admin.call('/api/vcenter/folder?type=VIRTUAL_MACHINE')).body).toMatchObject([{ name: 'vm' }]);
  expect((await admin.call('/api/vcenter/resource-pool')).body).toHaveLength(1);
  expect(await admin.call('/api/vcenter/vm?colour=red')).toMatchObject({ status: 400, body: { error_type: 'INVALID_ARGUMENT' } });
});

test('a machine shows its firmware, disks and addresses in the shapes of vSphere', async () => {
  const { body } = await admin.call(`/api/vcenter/vm/${idOf('db')}`);
  expect(body).toMatchObject({
    name: 'db',
    guest_OS: 'WINDOWS_9_SERVER_64',
    boot: { type: 'EFI' },
    identity: { instance_uuid: machineIdOf('db') },
    disks: {
      2000: { label: 'Hard disk 1', scsi: { bus: 0, unit: 0 }, backing: { type: 'VMDK_FILE', vmdk_file: '[datastore1] db/db.vmdk' }, capacity: diskBytes },
      2001: { backing: { vmdk_file: '[datastore1] db/db_1.vmdk' } },
    },
    nics: { 4000: { mac_address: expect.stringMatching(/^00:50:56:[89ab]/), backing: { network_name: 'VM Network' } } },
    scsi_adapters: { 1000: { type: 'LSILOGIC' } },
  });
  expect((await admin.call(`/rest/vcenter/vm/${idOf('db')}`)).body).toMatchObject({ value: { disks: [{ key: '2000' }, { key: '2001' }] } });
  expect((await admin.call(`/api/vcenter/vm/${idOf('db')}/hardware/disk`)).body).toEqual([{ disk: '2000' }, { disk: '2001' }]);
  expect((await admin.call(`/api/vcenter/vm/${idOf('db')}/hardware/disk/2001`)).body).toMatchObject({ label: 'Hard disk 2' });
  expect(await admin.call('/api/vcenter/vm/vm-999')).toMatchObject({ status: 404, body: { error_type: 'NOT_FOUND' } });
});

test('what VMware Tools report is there only while they run', async () => {
  const guest = `/api/vcenter/vm/${idOf('db')}/guest`;
  expect(await admin.call(`${guest}/identity`)).toMatchObject({ status: 503, body: { error_type: 'SERVICE_UNAVAILABLE' } });
  await admin.call(`/api/vcenter/vm/${idOf('db')}/power?action=start`, { method: 'POST' });
  expect((await admin.call(`${guest}/identity`)).body).toMatchObject({
    family: 'WINDOWS',
    ip_address: '10.0.0.5',
    full_name: { default_message: 'Microsoft Windows Server 2016 (64-bit)' },
  });
  expect((await admin.call(`${guest}/networking/interfaces`)).body).toMatchObject([{ nic: '4000', ip: { ip_addresses: [{ ip_address: '10.0.0.5' }] } }]);
  expect((await admin.call(`/api/vcenter/vm/${idOf('db')}/tools`)).body).toMatchObject({ run_state: 'RUNNING' });
  await site.vCenter.setGuest(machineIdOf('db'), { toolsRunning: false, rebootPending: true });
  expect((await admin.call(`${guest}/identity`)).status).toBe(503);
  expect((await admin.call(`${guest}/conditions`)).body).toMatchObject({
    reboot_pending: true,
    disks: { 2000: { os_disk: true, sector_bytes: 512 }, 2001: { os_disk: false } },
  });
});

test('power goes on and off, and twice the same is refused', async () => {
  const power = `/api/vcenter/vm/${idOf('web')}/power`;
  expect((await admin.call(`${power}?action=start`, { method: 'POST' })).status).toBe(204);
  expect(site.vCenter.machine(machineIdOf('web')).state).toBe('poweredOn');
  expect(await admin.call(`${power}?action=start`, { method: 'POST' })).toMatchObject({ status: 400, body: { error_type: 'ALREADY_IN_DESIRED_STATE' } });
  expect((await admin.call(`${power}?action=reset`, { method: 'POST' })).status).toBe(204);
  expect((await admin.call(`${power}?action=suspend`, { method: 'POST' })).status).toBe(204);
  expect((await admin.call(power)).body).toEqual({ state: 'SUSPENDED' });
  expect((await admin.call(`/rest/vcenter/vm/${idOf('web')}/power/start`, { method: 'POST' })).status).toBe(200);
  expect((await admin.call(`/api/vcenter/vm/${idOf('web')}/guest/power?action=shutdown`, { method: 'POST' })).status).toBe(204);
  await site.lab.clock.settle();
  expect((await admin.call(power)).body).toMatchObject({ state: 'POWERED_OFF' });
  expect((await admin.call(`${power}?action=explode`, { method: 'POST' })).status).toBe(400);
});

test('with read-only rights everything can be seen and nothing changed', async () => {
  const client = await site.client(reader);
  expect((await client.call('/api/vcenter/vm')).body).toHaveLength(3);
  const refused: [string, object?][] = [
    [`/api/vcenter/vm/${idOf('web')}/power?action=start`],
    [`/api/vcenter/vm/${idOf('web')}/guest/power?action=shutdown`],
    [`/api/vcenter/vm/${idOf('mt')}/hardware/disk`, attach(vmdkOf('web'))],
    [`/api/vcenter/vm/${idOf('web')}/hardware/disk`, { type: 'SCSI', new_vmdk: { capacity: 2 ** 20 } }],
    [`/api/vcenter/vm/${idOf('web')}/snapshots`, { name: 'before' }],
  ];
  for (const [path, body] of refused) {
    const answer = await client.call(path, { method: 'POST', ...(body === undefined ? {} : { body }) });
    expect({ path, ...answer }).toMatchObject({ path, status: 403, body: { error_type: 'UNAUTHORIZED' } });
  }
  expect((await client.call('/folder/web?dcPath=DC0&dsName=datastore1')).status).toBe(403);
});

test('the role that Site Recovery asks for may attach disks and power machines, but not delete them', async () => {
  const client = await site.client(siteRecovery);
  expect((await client.call(`/api/vcenter/vm/${idOf('mt')}/hardware/disk`, { body: attach(vmdkOf('web')) })).status).toBe(201);
  expect((await client.call(`/api/vcenter/vm/${idOf('web')}`, { method: 'DELETE' })).status).toBe(403);
});

test('a disk is held by whoever runs: the machine or the appliance, never both', async () => {
  const [web, mt] = [idOf('web'), idOf('mt')];
  await admin.call(`/api/vcenter/vm/${mt}/power?action=start`, { method: 'POST' });
  await admin.call(`/api/vcenter/vm/${web}/power?action=start`, { method: 'POST' });
  expect(await admin.call(`/api/vcenter/vm/${mt}/hardware/disk`, { body: attach(vmdkOf('web')) })).toMatchObject({
    status: 400,
    body: { error_type: 'RESOURCE_IN_USE' },
  });
  await admin.call(`/api/vcenter/vm/${web}/power?action=stop`, { method: 'POST' });
  const attached = await admin.call(`/api/vcenter/vm/${mt}/hardware/disk`, { body: attach(vmdkOf('web')) });
  expect(attached).toMatchObject({ status: 201, body: '2001' });
  expect(await admin.call(`/api/vcenter/vm/${mt}/hardware/disk`, { body: attach(vmdkOf('web')) })).toMatchObject({
    status: 400,
    body: { error_type: 'ALREADY_EXISTS' },
  });
  expect(await admin.call(`/api/vcenter/vm/${web}/power?action=start`, { method: 'POST' })).toMatchObject({
    status: 400,
    body: { error_type: 'RESOURCE_IN_USE' },
  });
  const disk = await site.vCenter.openAttachedDisk(vmdkOf('web'));
  await disk.write(1024, Buffer.alloc(512, 'f'));
  expect((await admin.call(`/api/vcenter/vm/${mt}/hardware/disk/2001`, { method: 'DELETE' })).status).toBe(400);
  await disk[Symbol.asyncDispose]();
  expect((await admin.call(`/api/vcenter/vm/${mt}/hardware/disk/2001`, { method: 'DELETE' })).status).toBe(204);
  expect((await admin.call(`/api/vcenter/vm/${web}/power?action=start`, { method: 'POST' })).status).toBe(204);
  const machine = site.vCenter.machine(machineIdOf('web'));
  expect((await machine.disk(machine.definition.disks[0]?.diskId as string).read(1024, 512)).toString()).toBe('f'.repeat(512));
});

test('a change log from before a failback is never replayed onto what the failback wrote', async () => {
  const [web, mt] = [idOf('web'), idOf('mt')];
  const machine = site.vCenter.machine(machineIdOf('web'));
  const diskId = machine.definition.disks[0]?.diskId as string;
  await admin.call(`/api/vcenter/vm/${mt}/power?action=start`, { method: 'POST' });
  await machine.powerOn();
  await machine.disk(diskId).start();
  await machine.disk(diskId).write(0, Buffer.alloc(512, 'o'));
  await machine.powerOff();
  await admin.call(`/api/vcenter/vm/${mt}/hardware/disk`, { body: attach(vmdkOf('web')) });
  const disk = await site.vCenter.openAttachedDisk(vmdkOf('web'));
  await disk.write(0, Buffer.alloc(512, 'n'));
  await disk[Symbol.asyncDispose]();
  await admin.call(`/api/vcenter/vm/${mt}/hardware/disk/2001`, { method: 'DELETE' });
  await admin.call(`/api/vcenter/vm/${web}/power?action=start`, { method: 'POST' });
  expect((await machine.disk(diskId).read(0, 512)).toString()).toBe('n'.repeat(512));
  expect(machine.disk(diskId).mode).toBe('off');
});

test('a machine made over the wire has new and existing disks, and goes with its files', async () => {
  const datastore = ((await admin.call('/api/vcenter/datastore?names=datastore1')).body as { datastore: string }[])[0]?.datastore;
  const network = ((await admin.call('/api/vcenter/network')).body as { network: string }[])[0]?.network;
  const body = {
    name: 'back',
    guest_OS: 'UBUNTU_64',
    placement: { datastore },
    cpu: { count: 4 },
    memory: { size_MiB: 1024 },
    boot: { type: 'EFI' },
    nics: [{ type: 'VMXNET3', backing: { type: 'STANDARD_PORTGROUP', network } }],
    disks: [{ type: 'SCSI', new_vmdk: { capacity: diskBytes } }],
  };
  const made = await admin.call('/api/vcenter/vm', { body });
  expect(made).toMatchObject({ status: 201, body: expect.stringMatching(/^vm-\d+$/) });
  expect((await admin.call(`/api/vcenter/vm/${String(made.body)}`)).body).toMatchObject({
    name: 'back',
    guest_OS: 'UBUNTU_64',
    boot: { type: 'EFI' },
    cpu: { count: 4 },
    disks: { 2000: { capacity: diskBytes } },
  });
  expect(await admin.call('/api/vcenter/vm', { body })).toMatchObject({ status: 400, body: { error_type: 'ALREADY_EXISTS' } });
  const vmx = readFileSync(site.vCenter.file('[datastore1] back/back.vmx'), 'utf8');
  expect(vmx).toContain('scsi0:0.fileName = "back.vmdk"');
  expect((await admin.call(`/api/vcenter/vm/${String(made.body)}?action=unregister`, { method: 'POST' })).status).toBe(204);
  const again = await admin.call('/api/vcenter/vm?action=register', { body: { datastore_path: '[datastore1] back/back.vmx' } });
  expect((await admin.call(`/api/vcenter/vm/${String(again.body)}`)).body).toMatchObject({
    name: 'back',
    boot: { type: 'EFI' },
    disks: { 2000: { backing: { vmdk_file: '[datastore1] back/back.vmdk' } } },
  });
  expect((await admin.call(`/api/vcenter/vm/${String(again.body)}`, { method: 'DELETE' })).status).toBe(204);
  expect(existsSync(site.vCenter.file('[datastore1] back'))).toBe(false);
});

test('a host that is away takes its machines out of reach, and a datastore the host does not mount cannot be attached', async () => {
  site.vCenter.setHost('esxi-1', 'NOT_RESPONDING');
  expect(await admin.call(`/api/vcenter/vm/${idOf('web')}/power?action=start`, { method: 'POST' })).toMatchObject({
    status: 500,
    body: { error_type: 'RESOURCE_INACCESSIBLE' },
  });
  expect((await admin.call('/api/vcenter/host?names=esxi-1')).body).toEqual([{ host: expect.anything(), name: 'esxi-1', connection_state: 'NOT_RESPONDING' }]);
  expect(await admin.call(`/api/vcenter/vm/${idOf('web')}/hardware/disk`, { body: attach('[nfs1] other/other.vmdk') })).toMatchObject({
    status: 500,
    body: { error_type: 'RESOURCE_INACCESSIBLE' },
  });
  site.vCenter.setDatastore('datastore1', { accessible: false });
  expect((await admin.call(`/api/vcenter/vm/${idOf('mt')}/hardware/disk`, { body: attach(vmdkOf('web')) })).status).toBe(500);
});

test('sixty disks fit into a machine, no more', async () => {
  const mt = idOf('mt');
  for (let count = 1; count < 60; count += 1)
    expect((await admin.call(`/api/vcenter/vm/${mt}/hardware/disk`, { body: { type: 'SCSI', new_vmdk: { capacity: 512 } } })).status).toBe(201);
  expect(await admin.call(`/api/vcenter/vm/${mt}/hardware/disk`, { body: { type: 'SCSI', new_vmdk: { capacity: 512 } } })).toMatchObject({
    status: 500,
    body: { error_type: 'UNABLE_TO_ALLOCATE_RESOURCE' },
  });
});

test('many disks attached at once all get a place of their own', async () => {
  const mt = idOf('mt');
  const answers = await Promise.all(
    [vmdkOf('web'), vmdkOf('db'), vmdkOf('db', 1)].map((vmdkFile) => admin.call(`/api/vcenter/vm/${mt}/hardware/disk`, { body: attach(vmdkFile) })),
  );
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  expect(
    site.vCenter
      .list()
      .find(({ id }) => id === mt)
      ?.disks.map(({ key }) => key),
  ).toEqual([2000, 2001, 2002, 2003]);
});

test('requests that cannot be read are refused with the argument that is wrong', async () => {
  const disk = `/api/vcenter/vm/${idOf('web')}/hardware/disk`;
  for (const body of [
    {},
    { type: 'SATA', new_vmdk: { capacity: 1 } },
    { type: 'SCSI', new_vmdk: { capacity: 'large' } },
    { type: 'SCSI', new_vmdk: { capacity: 1000 } },
    { type: 'SCSI', backing: { type: 'VMDK_FILE', vmdk_file: 'web.vmdk' } },
    { type: 'SCSI', backing: { type: 'VMDK_FILE', vmdk_file: '[datastore1] ../../../etc/passwd' } },
  ]) {
    expect({ body, status: (await admin.call(disk, { body })).status }).toEqual({ body, status: 400 });
  }
  expect((await admin.call(disk, { body: { type: 'SCSI', backing: { type: 'VMDK_FILE', vmdk_file: '[datastore1] none/none.vmdk' } } })).status).toBe(404);
  expect(await admin.call('/api/vcenter/vm', { body: Buffer.from('{'), headers: { 'content-type': 'application/json' } })).toMatchObject({
    status: 400,
    body: { error_type: 'INVALID_ARGUMENT' },
  });
  expect((await admin.call('/api/vcenter/nothing')).status).toBe(404);
});

test('an injected fault comes back in the shape of vSphere', async () => {
  site.kernel.faults.add({
    id: 'slow',
    point: 'vcenter.power',
    subject: machineIdOf('web'),
    effect: { kind: 'error', code: 'VSphereResourceInaccessible' },
    times: 1,
  });
  expect(await admin.call(`/api/vcenter/vm/${idOf('web')}/power?action=start`, { method: 'POST' })).toMatchObject({
    status: 500,
    body: { error_type: 'RESOURCE_INACCESSIBLE' },
  });
  expect((await admin.call(`/api/vcenter/vm/${idOf('web')}/power?action=start`, { method: 'POST' })).status).toBe(204);
  site.kernel.faults.add({ id: 'down', point: 'vcenter.call', effect: { kind: 'error', code: 'FaultInjected' } });
  expect((await admin.call('/api/vcenter/vm')).status).toBe(500);
});

test('machines that ran come up again after the process died, with the same ids', async () => {
  await admin.call(`/api/vcenter/vm/${idOf('web')}/power?action=start`, { method: 'POST' });
  const before = site.vCenter.list();
  await site.reopen();
  expect(site.vCenter.list()).toEqual(before);
  expect(site.vCenter.machine(machineIdOf('web')).state).toBe('poweredOff');
  expect(await site.vCenter.resume()).toEqual([]);
  expect(site.vCenter.machine(machineIdOf('web')).state).toBe('poweredOn');
  expect(site.vCenter.machine(machineIdOf('db')).state).toBe('poweredOff');
});
