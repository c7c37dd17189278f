// Which discovered machines can be protected (asr-behaviour §2.1).
import { expect, test } from 'vitest';
import { firstOrigins, judge, type FoundMachine } from '../../../../emulator/onprem/processserver/selectability.ts';

function found(origin: string, change: Partial<FoundMachine['machine']> = {}, vCenterConnected = true): FoundMachine {
  return {
    origin,
    vCenterConnected,
    machine: {
      machineId: 'uuid-1',
      name: 'web-1',
      platform: 'VmWare',
      vCenterId: 'vc-1',
      poweredOn: true,
      osType: 'Linux',
      osVersion: 'Ubuntu 16.04',
      architecture: '64-bit',
      firmware: 'BIOS',
      secureBoot: false,
      cpuCount: 1,
      memoryBytes: 2 ** 30,
      toolsRunning: true,
      rebootPending: false,
      hostConnected: true,
      ipAddresses: ['10.0.0.4'],
      nics: [],
      datastores: ['ds1'],
      disks: [],
      ...change,
    },
  };
}

function reasons(machine: FoundMachine, componentNames: string[] = []): readonly string[] {
  return judge(machine, firstOrigins([machine], new Map()), componentNames).notSelectable;
}

test('a healthy machine can be protected', () => {
  expect(reasons(found('vc-1/vm-1'))).toEqual([]);
});

test.each<[string, FoundMachine, string]>([
  ['no IP address', found('o', { ipAddresses: [] }), 'It has no valid IP address.'],
  ['a link-local address only', found('o', { ipAddresses: ['169.254.3.4', 'fe80::1'] }), 'It has no valid IP address.'],
  ['a disconnected host', found('o', { hostConnected: false }), 'Its ESXi host is not connected.'],
  ['a pending reboot', found('o', { rebootPending: true }), 'A reboot is pending.'],
  ['a vCenter that is away', found('o', {}, false), 'vCenter is not connected.'],
  ['the name of a process server', found('o', { name: 'ps01' }), 'It is a component of Site Recovery itself.'],
])('a machine with %s cannot', (_name, machine, reason) => {
  expect(reasons(machine, ['CS01', 'PS01'])).toEqual([reason]);
});

test('of two machines with one instance UUID the first discovered wins, also in later runs and another order', () => {
  const [first, second] = [found('vc-1/vm-1'), found('vc-2/vm-7')];
  const origins = firstOrigins([first, second], new Map());
  const later = firstOrigins([second, first], origins);
  expect(judge(first, later, [])).toMatchObject({ machineId: 'uuid-1', notSelectable: [] });
  expect(judge(second, later, [])).toMatchObject({ machineId: 'uuid-1@vc-2/vm-7', notSelectable: ['Another machine has the same instance UUID.'] });
});

test('when the first is gone the other takes its place', () => {
  const [first, second] = [found('vc-1/vm-1'), found('vc-2/vm-7')];
  const origins = firstOrigins([second], firstOrigins([first, second], new Map()));
  expect(judge(second, origins, [])).toMatchObject({ machineId: 'uuid-1', notSelectable: [] });
});
