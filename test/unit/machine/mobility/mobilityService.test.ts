// The life of a Mobility service: registration, first copy, marks, requests, shutdown, kill.
import { expect, test } from 'vitest';
import { guestConditions } from '../../../../emulator/machine/guest.ts';
import { RawDisk } from '../../../../emulator/disk/rawDisk.ts';
import { Machine } from '../../../../emulator/machine/machine.ts';
import { SiteWorld } from './siteWorld.ts';

const minuteMs = 60_000;
const disk = (diskId: string) => ({ diskId, name: diskId, sizeBytes: 4 * 2 ** 20, osDisk: diskId === 'disk0', dynamic: false, sectorBytes: 512 });

test('a machine registers, is copied, and gets a point each five minutes on the grid of the clock', async () => {
  await using world = await SiteWorld.open();
  const machine = await world.lab.machine('web', { disks: [disk('disk0'), disk('disk1')] });
  const service = await world.install(machine);
  await world.activity(() => machine.disk('disk0').write(0, Buffer.alloc(65_536, 1)));
  await world.order(machine, service);
  await world.lab.clock.advance(17 * minuteMs);
  const snapshots = await world.replica('web-disk0').snapshots();
  // One ends the copy, three lie on the grid.
  expect(snapshots.length).toBe(4);
  expect(snapshots.slice(1).every(({ mark }) => mark.timeMs % (5 * minuteMs) === 0)).toBe(true);
  expect(snapshots.map(({ mark }) => mark.id)).toEqual((await world.replica('web-disk1').snapshots()).map(({ mark }) => mark.id));
  expect(snapshots[0]?.mark.disks).toEqual(['disk0', 'disk1']);
  const agent = world.agent(service.hostId);
  expect(agent?.pairs.map(({ stage }) => stage)).toEqual(['DifferentialSync', 'DifferentialSync']);
  expect(agent?.ipAddress).toBe('10.0.0.4');
  expect(world.lab.failures).toEqual([]);
});

test('every point equals the disk at its mark', async () => {
  await using world = await SiteWorld.open();
  const machine = await world.lab.machine('db', { disks: [disk('disk0')] });
  const service = await world.install(machine);
  await world.order(machine, service);
  await world.lab.clock.advance(minuteMs);
  const expected: Buffer[] = [await machine.disk('disk0').read(0, 4 * 2 ** 20)];
  for (let round = 1; round <= 3; round += 1) {
    await world.activity(() => machine.disk('disk0').write(round * 8192, world.kernel.random.bytes(12_288)));
    expected.push(await machine.disk('disk0').read(0, 4 * 2 ** 20));
    await world.lab.clock.advance(5 * minuteMs);
  }
  const replica = world.replica('db-disk0');
  const snapshots = await replica.snapshots();
  expect(snapshots.length).toBe(4);
  for (const [place, { id }] of snapshots.entries())
    expect((await replica.read({ offset: 0, length: 4 * 2 ** 20 }, id)).equals(expected[place] as Buffer)).toBe(true);
});

test('while one disk knows only its regions the machine gets no mark, and counts the failures', async () => {
  await using world = await SiteWorld.open();
  const { definition, folder } = await world.lab.machine('web', { disks: [disk('disk0'), disk('disk1')] });
  await using machine = new Machine({
    kernel: world.kernel,
    definition,
    folder,
    openDevice: (diskId) => RawDisk.open({ path: world.lab.diskPath('web', diskId) }),
    captureLimitBytes: 256 * 1024,
  });
  const service = await world.install(machine);
  await world.order(machine, service);
  await world.lab.clock.advance(6 * minuteMs);
  const before = (await world.replica('web-disk1').snapshots()).length;
  world.kernel.network.set('machine-processserver', { state: 'cut' });
  for (let place = 0; place < 8; place += 1) await world.activity(() => machine.disk('disk0').write(place * 65_536, Buffer.alloc(65_536, place + 1)));
  expect(machine.disk('disk0').mode).toBe('bitmap');
  await world.lab.clock.advance(10 * minuteMs);
  expect(world.agent(service.hostId)?.crashFailures).toBe(2);
  world.kernel.network.set('machine-processserver', { state: 'up' });
  await world.lab.clock.advance(6 * minuteMs);
  const after = await world.replica('web-disk1').snapshots();
  expect(after.length).toBe(before + 1);
  expect(world.agent(service.hostId)?.crashFailures).toBe(0);
});

test('a mark on request is made at once, and once', async () => {
  await using world = await SiteWorld.open();
  const machine = await world.lab.machine('web', { disks: [disk('disk0')] });
  const service = await world.install(machine);
  await world.order(machine, service);
  await world.lab.clock.advance(minuteMs);
  await world.order(machine, service, { markRequest: { requestId: 'latest', consistency: 'ApplicationConsistent' } });
  await world.ring();
  const requested = async () => (await world.replica('web-disk0').snapshots()).filter(({ mark }) => mark.requestId === 'latest');
  expect((await requested()).map(({ mark }) => mark.consistency)).toEqual(['ApplicationConsistent']);
  await world.activity(() => machine.powerOff());
  await world.activity(() => machine.powerOn());
  await world.lab.clock.advance(minuteMs);
  expect((await requested()).length).toBe(1);
});

test('without a working VSS crash-consistent points go on and the failure is counted', async () => {
  await using world = await SiteWorld.open();
  const machine = await world.lab.machine('web', { disks: [disk('disk0')], guest: guestConditions('Linux', { vssWorks: false }) });
  const service = await world.install(machine);
  await world.order(machine, service, { appConsistentIntervalMs: 5 * minuteMs });
  await world.lab.clock.advance(11 * minuteMs);
  const snapshots = await world.replica('web-disk0').snapshots();
  expect(snapshots.map(({ mark }) => mark.consistency)).toEqual(['CrashConsistent', 'CrashConsistent', 'CrashConsistent']);
  expect(world.agent(service.hostId)?.appFailures).toBe(2);
});

test('at most three disks of a machine copy at once', async () => {
  await using world = await SiteWorld.open();
  const disks = ['disk0', 'disk1', 'disk2', 'disk3', 'disk4'].map(disk);
  const machine = await world.lab.machine('big', { disks });
  const service = await world.install(machine);
  for (const { diskId } of disks) await world.activity(() => machine.disk(diskId).write(0, world.kernel.random.bytes(2 ** 20)));
  world.kernel.network.set('machine-processserver', { state: 'cut' });
  await world.order(machine, service);
  await world.lab.clock.advance(minuteMs);
  expect(world.arrived.size).toBe(0);
  world.kernel.network.set('machine-processserver', { state: 'up', bandwidthBps: 8 * 2 ** 20 });
  await world.lab.clock.advance(2500);
  expect(world.arrived.size).toBeLessThanOrEqual(3);
  await world.lab.clock.advance(2 * minuteMs);
  expect(world.arrived.size).toBe(5);
  for (const { diskId, sizeBytes } of disks)
    expect((await world.replica(`big-${diskId}`).read({ offset: 0, length: sizeBytes })).equals(await machine.disk(diskId).read(0, sizeBytes))).toBe(true);
});

test('a disk of another size than its replica waits for a pair that fits, and holds up the marks of the machine until then', async () => {
  await using world = await SiteWorld.open();
  const machine = await world.lab.machine('web', { disks: [disk('disk0'), disk('disk1')] });
  const service = await world.install(machine);
  const [first, second] = machine.definition.disks.map((one) => world.pairOrder(machine, one));
  if (first === undefined || second === undefined) throw new Error('The machine has two disks.');
  await world.order(machine, service, { pairs: [first, { ...second, pairId: 'smaller', sizeBytes: second.sizeBytes / 2 }] });
  await world.lab.clock.advance(12 * minuteMs);
  const hostId = await service.registered();
  expect(world.agent(hostId)).toMatchObject({
    lastMarkMs: null,
    pairs: [{ error: null }, { pairId: 'smaller', totalBytes: second.sizeBytes, error: { code: 'DiskResized' } }],
  });
  await world.order(machine, service, { pairs: [first, second] });
  await world.lab.clock.advance(12 * minuteMs);
  expect(world.agent(hostId)?.lastMarkMs).toBeGreaterThan(0);
  expect((await world.replica(second.pairId).read({ offset: 0, length: second.sizeBytes })).equals(await machine.disk('disk1').read(0, second.sizeBytes))).toBe(
    true,
  );
});

test('a shutdown sends the last changes and a final mark', async () => {
  await using world = await SiteWorld.open();
  const machine = await world.lab.machine('web', { disks: [disk('disk0')] });
  const service = await world.install(machine);
  await world.order(machine, service);
  await world.lab.clock.advance(minuteMs);
  const last = world.kernel.random.bytes(4096);
  await world.activity(() => machine.disk('disk0').write(4096, last));
  await world.activity(() => machine.shutDown());
  await world.lab.clock.settle();
  const [newest] = (await world.replica('web-disk0').snapshots()).toReversed();
  expect(newest?.mark.requestId).toBe('shutdown');
  expect((await world.replica('web-disk0').read({ offset: 4096, length: 4096 }, newest?.id)).equals(last)).toBe(true);
});

test('a shutdown waits for a dead process server only so long', async () => {
  await using world = await SiteWorld.open();
  const machine = await world.lab.machine('web', { disks: [disk('disk0')] });
  const service = await world.install(machine, { drainLimitMs: 2 * minuteMs });
  await world.order(machine, service);
  await world.lab.clock.advance(minuteMs);
  world.kernel.network.set('machine-processserver', { state: 'cut' });
  await world.activity(() => machine.disk('disk0').write(0, Buffer.alloc(512, 1)));
  const down = world.activity(() => machine.shutDown());
  await world.lab.clock.advance(3 * minuteMs);
  await down;
  expect(machine.state).toBe('poweredOff');
});

test('after the plug was pulled nothing acknowledged is lost and replication goes on', async () => {
  await using world = await SiteWorld.open();
  const machine = await world.lab.machine('web', { disks: [disk('disk0')] });
  const service = await world.install(machine);
  await world.order(machine, service);
  await world.lab.clock.advance(minuteMs);
  world.kernel.network.set('machine-processserver', { state: 'cut' });
  const written = world.kernel.random.bytes(8192);
  await world.activity(() => machine.disk('disk0').write(8192, written));
  await world.activity(() => machine.powerOff());
  world.kernel.network.set('machine-processserver', { state: 'up' });
  await world.activity(() => machine.powerOn());
  await world.lab.clock.advance(6 * minuteMs);
  const [newest] = (await world.replica('web-disk0').snapshots()).toReversed();
  expect((await world.replica('web-disk0').read({ offset: 8192, length: 8192 }, newest?.id)).equals(written)).toBe(true);
});

test('a machine without an IPv4 address says so, and registers when it has one', async () => {
  await using world = await SiteWorld.open();
  const machine = await world.lab.machine('web', { nics: [{ nicId: '00:50:56:00:00:02', network: 'VM Network', ipAddress: null }] });
  const service = await world.install(machine);
  expect(service.registrationError?.code).toBe('NoValidIpAddress');
  await machine.redefine({ ...machine.definition, nics: [{ nicId: '00:50:56:00:00:02', network: 'VM Network', ipAddress: '10.0.0.9' }] });
  await world.lab.clock.advance(2 * minuteMs);
  expect(service.hostId).toBe(await service.registered());
});

test('a wrong passphrase leaves the machine unregistered', async () => {
  await using world = await SiteWorld.open();
  const machine = await world.lab.machine('web');
  const service = await world.install(machine, { passphrase: 'not the passphrase' });
  await expect(service.registeredAtFirst()).rejects.toMatchObject({ code: 'PassphraseWrong' });
  expect(service.hostId).toBeUndefined();
});

test('an Azure VM registers a quarter of an hour after its boot, through the VPN', async () => {
  await using world = await SiteWorld.open();
  const machine = await world.lab.machine('failed-over', { platform: 'Azure' });
  const service = await world.install(machine, { registrationDelayMs: 15 * minuteMs });
  await world.lab.clock.advance(16 * minuteMs);
  expect(service.registrationError?.code).toBe('LinkDown');
  world.kernel.network.set('site-to-site', { state: 'up' });
  await world.lab.clock.advance(2 * minuteMs);
  expect(service.hostId).toBe(await service.registered());
});

test('when the order is gone capture ends', async () => {
  await using world = await SiteWorld.open();
  const machine = await world.lab.machine('web', { disks: [disk('disk0')] });
  const service = await world.install(machine);
  await world.order(machine, service);
  await world.lab.clock.advance(minuteMs);
  expect(machine.disk('disk0').mode).toBe('data');
  await world.forget(await service.registered());
  expect(machine.disk('disk0').mode).toBe('off');
});
