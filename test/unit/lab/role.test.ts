// A component in a process of its own: in step with the lab that started it, back at its place after a kill, and alone.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LabError } from '../../../emulator/kernel/errors.ts';
import { openRole } from '../../../emulator/lab/role.ts';
import { LabUnderTest, linuxServer } from '../../support/lab.ts';
import { useFolder } from '../../support/folder.ts';

describe('a process server as a process of the lab', () => {
  test('is in step with stepped time, is killed and comes back at its port, and hears of links and faults', { timeout: 120_000 }, async () => {
    await using lab = await LabUnderTest.open({ virtualMachines: [linuxServer(1)] }, { processes: ['processserver'] });
    const { client } = lab;
    const roleOf = async (name: string) => {
      const { roles } = await client.call('lab.status', {});
      const found = roles.find((one) => one.role === 'processserver' && one.name === name);
      if (found === undefined) throw new Error(`There is no ${name}.`);
      return found;
    };
    const before = await roleOf('CS01');
    expect(before.pid).not.toBe(process.pid);

    // Push installation reaches the machine through the lab, the batches go to storage from the other process.
    await lab.protectAll();
    const { timeMs } = await client.call('clock.show', {});
    await lab.step(10 * 60_000);
    const { lastHeartbeatMs } = await roleOf('CS01');
    expect(lastHeartbeatMs).toBeGreaterThanOrEqual(timeMs + 9 * 60_000);
    expect(lastHeartbeatMs).toBeLessThanOrEqual(timeMs + 10 * 60_000);

    await client.call('role.restart', { role: 'CS01', kill: true });
    const after = await roleOf('CS01');
    expect(after.pid).not.toBe(before.pid);
    expect(after.url).toBe(before.url);

    await client.call('link.set', { path: 'processserver-storage', state: 'cut' });
    await lab.step(10 * 60_000);
    const { newestPointMs: whileCutMs } = await lab.item('SRV01');
    await client.call('link.set', { path: 'processserver-storage', state: 'up' });
    await lab.step(10 * 60_000);
    const { newestPointMs: afterwardsMs } = await lab.item('SRV01');
    expect(afterwardsMs).toBeGreaterThanOrEqual((whileCutMs ?? 0) + 10 * 60_000);
  });
});

describe('a component alone', () => {
  test('a storage account listens, keeps its key, and its folder belongs to one process', async () => {
    using folder = useFolder();
    const options = { role: 'storage', dir: folder.path, name: 'storage', port: 0, accountName: 'someaccount', accountKey: null } as const;
    await using role = await openRole(options, {});
    expect(role.ready).toMatchObject({ role: 'storage', name: 'storage', hostId: null });
    expect(role.ready.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(existsSync(join(folder.path, 'account-key.txt'))).toBe(true);
  });

  test.each([
    { what: 'nobody said whom to trust', caFile: null },
    { what: 'the file of whom to trust is not there', caFile: 'gone.pem' },
    { what: 'that file is no certificate', caFile: import.meta.filename },
  ])('a process server does not start when $what', async ({ caFile }) => {
    using folder = useFolder();
    const opening = openRole(
      {
        role: 'processserver',
        dir: folder.path,
        name: 'PS',
        port: 0,
        caFile,
        configServerUrl: 'https://127.0.0.1:1',
        passphrase: 'p',
        inAzure: false,
        cacheLimitBytes: 2 ** 30,
      },
      {},
    );
    await expect(opening).rejects.toSatisfy((error) => LabError.is(error, 'InvalidArgument'));
  });
});
