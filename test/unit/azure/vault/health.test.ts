// Health: RPO by what was uploaded, errors with their codes, changes told once, servers by heartbeat and certificate.
import { expect, test } from 'vitest';
import { Estate, hourMs, minuteMs } from './estate.ts';

test('an upload that stands still: first the RPO, then no progress, then healthy again', async () => {
  await using estate = await Estate.ready();
  const { site, vault } = estate;
  const item = await estate.protect(site.addMachine('WEB01'));
  await estate.clock.advance(5 * minuteMs);
  expect(vault.item(item.itemId).replicationHealth).toBe('Normal');
  expect(vault.item(item.itemId).rpoMs).toBeLessThanOrEqual(5 * minuteMs);
  site.uploadCut = true;
  await estate.clock.advance(20 * minuteMs);
  expect(vault.item(item.itemId)).toMatchObject({
    replicationHealth: 'Warning',
    healthErrors: [{ errorCode: '78026', eventCode: 'InMageCommon_ECH0007' }, { errorCode: '161011' }],
  });
  await estate.clock.advance(60 * minuteMs);
  expect(vault.item(item.itemId).replicationHealth).toBe('Critical');
  expect(vault.item(item.itemId).healthErrors.map((error) => error.errorCode)).toContain('90078');
  site.uploadCut = false;
  await estate.clock.advance(10 * minuteMs);
  expect(vault.item(item.itemId).replicationHealth).toBe('Normal');
  const changes = vault.events().filter((event) => event.eventCode === 'SRSVMHealthChanged');
  expect(changes.map((event) => event.severity)).toEqual(['Warning', 'Critical', 'OK']);
  expect(changes[0]?.name).toMatch(/^VmMonitoringEvent;\d{18}_[0-9a-f-]{36}$/);
});

test('a machine that is off is told by its silence', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  estate.site.power(item.source.machineId, false);
  await estate.clock.advance(16 * minuteMs);
  expect(estate.vault.item(item.itemId).healthErrors.map((error) => error.errorCode)).toContain('78174');
});

test('a clock 11 minutes ahead, and marks that fail', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  for (const agent of estate.site.agents.values()) Object.assign(agent, { clockAheadMs: 11 * minuteMs, crashFailures: 3, appFailures: 1 });
  await estate.clock.advance(3 * minuteMs);
  expect(estate.vault.item(item.itemId).healthErrors[0]).toMatchObject({ errorCode: '78193', errorLevel: 'Warning' });
  expect(
    estate.vault
      .events()
      .map((event) => event.eventCode)
      .filter((code) => code.startsWith('EA')),
  ).toEqual(['EA0430', 'EA0431']);
});

test('without application-consistent points for twice their interval there is a warning', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  await estate.clock.advance(2 * hourMs + 10 * minuteMs);
  expect(estate.vault.item(item.itemId).healthErrors.map((error) => error.errorCode)).toContain('78144');
  await estate.site.markAll('ApplicationConsistent');
  await estate.clock.advance(minuteMs);
  expect(estate.vault.item(item.itemId).replicationHealth).toBe('Normal');
});

test('a critical process server cannot be chosen, and its machines can be moved away', async () => {
  await using estate = await Estate.ready();
  const { site, vault } = estate;
  const item = await estate.protect(site.addMachine('WEB01'));
  Object.assign(site.processServers[0] as object, { cacheFreeBytes: 20 });
  await estate.clock.advance(20 * minuteMs);
  expect(vault.processServerHealth('PS01').level).toBe('Critical');
  const machineId = site.addMachine('WEB02');
  await site.report();
  const refused = await estate.finish(estate.enable(machineId));
  expect(refused.errors[0]?.details?.[0]?.code).toBe('ProcessServerUnhealthy');
  await estate.succeed(vault.operations.switchProcessServer('PS01', 'PSAZ'));
  expect(vault.item(item.itemId).forward.processServerId).toBe('PSAZ');
  expect(site.orders.find((order) => order.hostId === item.forward.agentHostId)?.processServer?.hostId).toBe('PSAZ');
  expect(() => vault.operations.changeProcessServer([item.itemId], 'PS01')).toThrow(expect.objectContaining({ code: 'ProcessServerUnhealthy' }) as Error);
});

test('the certificate of the configuration server is complained about two months before its end', async () => {
  await using estate = await Estate.ready();
  estate.site.sslCertExpiryMs = estate.clock.now() + 61 * 24 * hourMs;
  await estate.clock.advance(2 * minuteMs);
  expect(estate.vault.configServerHealth(estate.site.hostId).level).toBe('Normal');
  estate.site.sslCertExpiryMs = estate.clock.now() + 50 * 24 * hourMs;
  await estate.clock.advance(3 * minuteMs);
  expect(estate.vault.configServerHealth(estate.site.hostId)).toMatchObject({ level: 'Warning', problems: [{ code: 'SslCertificateExpiring' }] });
  expect(estate.vault.events().filter((event) => event.eventCode === 'SslCertificateExpiring')).toHaveLength(1);
  estate.site.stop();
  await estate.clock.advance(16 * minuteMs);
  expect(estate.vault.configServerHealth(estate.site.hostId).problems[0]?.code).toBe('NoConnectivity');
});

test('a machine that changes more than its target takes is told of, and a passing peak is not', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  const codes = (): string[] => estate.vault.item(item.itemId).healthErrors.map((error) => error.errorCode);
  const [agent] = [...estate.site.agents.values()];
  await estate.clock.advance(6 * minuteMs);
  Object.assign(agent as object, { churnBps: 1_500_000 });
  await estate.clock.advance(12 * minuteMs);
  Object.assign(agent as object, { churnBps: 3_000_000 });
  await estate.clock.advance(12 * minuteMs);
  expect(codes()).toContain('78188');
  expect(estate.vault.item(item.itemId)).toMatchObject({ replicationHealth: 'Warning' });
});

test('a reboot and an update of the Mobility service are events; one five versions behind is a warning', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'));
  const [agent] = [...estate.site.agents.values()];
  Object.assign(agent as object, { startedMs: estate.clock.now() });
  await estate.clock.advance(2 * minuteMs);
  Object.assign(agent as object, { version: '9.36' });
  await estate.clock.advance(2 * minuteMs);
  const codes = estate.vault.events().map((event) => event.eventCode);
  expect(codes.filter((code) => code.startsWith('EA'))).toEqual(['EA0434', 'EA0435']);
  expect(estate.vault.item(item.itemId).healthErrors[0]).toMatchObject({ errorCode: 'AgentVersionUnsupported', errorLevel: 'Warning' });
  Object.assign(agent as object, { version: '9.37' });
  await estate.clock.advance(2 * minuteMs);
  expect(estate.vault.item(item.itemId).replicationHealth).toBe('Normal');
});

test('a disk that is added to a protected machine is not replicated, and that is said', async () => {
  await using estate = await Estate.ready();
  const { site, vault } = estate;
  const machineId = site.addMachine('WEB01');
  const item = await estate.protect(machineId);
  const machine = site.machines.get(machineId);
  const [first] = machine?.found.disks ?? [];
  if (machine === undefined || first === undefined) throw new Error('The machine has a disk.');
  machine.found = { ...machine.found, disks: [first, { ...first, diskId: '{late}', name: 'late disk', osDisk: false }] };
  await estate.clock.advance(3 * minuteMs);
  expect(vault.item(item.itemId).healthErrors[0]).toMatchObject({
    errorCode: 'DiskNotReplicated',
    errorMessage: expect.stringContaining('late disk') as string,
  });
  expect(vault.item(item.itemId).pairs).toHaveLength(1);
});

test('a target without a network is not ready for failover, though replication is healthy', async () => {
  await using estate = await Estate.ready();
  const item = await estate.protect(estate.site.addMachine('WEB01'), { networkName: null, subnetName: null });
  await estate.clock.advance(2 * minuteMs);
  expect(estate.vault.item(item.itemId)).toMatchObject({
    replicationHealth: 'Normal',
    failoverHealth: 'Warning',
    healthErrors: [{ errorCode: '161011' }, { errorCode: 'TargetNetworkMissing', errorCategory: 'Configuration' }],
  });
});

test('two process servers without heartbeat are two problems, each with its remedy and its beginning', async () => {
  await using estate = await Estate.ready();
  await estate.clock.advance(2 * minuteMs);
  for (const processServer of estate.site.processServers) Object.assign(processServer, { lastHeartbeatMs: -1 });
  await estate.clock.advance(3 * minuteMs);
  const { level, problems } = estate.vault.configServerHealth(estate.site.hostId);
  expect(level).toBe('Critical');
  expect(problems).toMatchObject([
    { code: '806', subject: 'PS01', recommendedAction: expect.stringContaining('switch') as string },
    { code: '806', subject: 'PSAZ', possibleCauses: expect.stringContaining('443') as string },
  ]);
  expect(problems.every((problem) => problem.sinceMs < estate.clock.now())).toBe(true);
  expect(
    estate.vault
      .events()
      .filter((event) => event.eventCode === '806')
      .map((event) => event.affectedObjectFriendlyName),
  ).toEqual(['PS01', 'PSAZ']);
});
