// A day of ten machines on the virtual clock: the recovery points that a policy of 24 hours leaves, RPO and health.
import { expect, test } from 'vitest';
import { LabUnderTest, lightLog, linuxServer } from '../support/lab.ts';

const hourMs = 3_600_000;
const machineCount = 10;

test(
  'ten machines that were protected for a day have the points of the last two hours, one for each hour before, and are well',
  // Its own aim is a minute; the limit only ends a run that hangs, on however slow a machine.
  { timeout: 900_000 },
  async () => {
    await using site = await LabUnderTest.open({
      virtualMachines: Array.from({ length: machineCount }, (_, place) => linuxServer(place + 1, { workloads: [lightLog] })),
    });
    await site.protectAll();
    const began = performance.now();
    await site.step(25 * hourMs);
    process.stdout.write(`25 hours of ${machineCount} machines: ${((performance.now() - began) / 1000).toFixed(1)} s of wall time\n`);

    const nowMs = site.lab.world.kernel.clock.now();
    for (const { name } of await site.client.call('machine.list', {})) {
      const points = await site.client.call('item.points', { machine: name });
      const ages = points.map((point) => nowMs - point.timeMs);
      expect(ages.filter((ageMs) => ageMs <= 2 * hourMs).length, `${name}: points of the last two hours`).toBe(24);
      const older = points.filter((point) => nowMs - point.timeMs > 2 * hourMs);
      expect(older.length, `${name}: points before`).toBeGreaterThanOrEqual(22);
      expect(older.length, `${name}: points before`).toBeLessThanOrEqual(24);
      expect(new Set(older.map((point) => Math.floor(point.timeMs / hourMs))).size, `${name}: one an hour`).toBe(older.length);
      expect(Math.max(...ages), `${name}: nothing beyond the retention`).toBeLessThanOrEqual(24 * hourMs);

      const item = await site.item(name);
      expect(item).toMatchObject({ protectionState: 'Protected', replicationHealth: 'Normal', resyncRequired: false });
      expect(item.rpoMs, `${name}: RPO`).toBeLessThanOrEqual(10 * 60_000);
    }
  },
);
