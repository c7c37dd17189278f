// Guest systems that replication takes: `V/replicationSupportedOperatingSystems` (arm-contract §5.10; systems: asr-behaviour §11.2).
import { badRequest } from '../protocol/armError.ts';
import { ok, type ArmOperation } from '../protocol/operation.ts';
import { resourceTypes } from './ids.ts';
import type { DefineOperation } from './siteRecovery.ts';

const systems: readonly { readonly osName: string; readonly osType: 'windows' | 'linux'; readonly versions: readonly string[] }[] = [
  { osName: 'windows server', osType: 'windows', versions: ['2008 R2 SP1', '2012', '2012 R2', '2016', '2019', '2022'] },
  { osName: 'windows', osType: 'windows', versions: ['7 SP1', '8', '8.1', '10', '11'] },
  {
    osName: 'red hat enterprise linux',
    osType: 'linux',
    versions: [
      '6.7',
      '6.8',
      '6.9',
      '6.10',
      '7.0',
      '7.1',
      '7.2',
      '7.3',
      '7.4',
      '7.5',
      '7.6',
      '7.7',
      '7.8',
      '7.9',
      '8.0',
      '8.1',
      '8.2',
      '8.3',
      '8.4',
      '8.5',
      '8.6',
    ],
  },
  {
    osName: 'centos',
    osType: 'linux',
    versions: ['6.7', '6.8', '6.9', '6.10', '7.0', '7.1', '7.2', '7.3', '7.4', '7.5', '7.6', '7.7', '7.8', '7.9', '8.0', '8.1', '8.2', '8.3'],
  },
  { osName: 'ubuntu server', osType: 'linux', versions: ['14.04', '16.04', '18.04', '20.04', '22.04'] },
  { osName: 'debian', osType: 'linux', versions: ['7', '8', '9', '10', '11'] },
  {
    osName: 'suse linux enterprise server',
    osType: 'linux',
    versions: ['11 SP3', '11 SP4', '12 SP1', '12 SP2', '12 SP3', '12 SP4', '12 SP5', '15', '15 SP1', '15 SP2', '15 SP3'],
  },
  {
    osName: 'oracle linux',
    osType: 'linux',
    versions: ['6.4', '6.5', '6.6', '6.7', '6.8', '6.9', '6.10', '7.0', '7.1', '7.2', '7.3', '7.4', '7.5', '7.6', '7.7', '7.8', '7.9', '8.0', '8.1', '8.2'],
  },
];

const providers = ['InMageAzureV2', 'InMage'] as const;

export function supportedOperatingSystemOperations(define: DefineOperation): ArmOperation[] {
  return [
    define('SupportedOperatingSystems_Get', 'GET V/replicationSupportedOperatingSystems', ({ call, ids }) => {
      const asked = call.query.get('instancetype');
      if (asked !== undefined && !/^\w{1,50}$/.test(asked)) throw badRequest('InvalidParameter', 'instanceType is the name of a replication provider.');
      const list = providers.filter((provider) => asked === undefined || asked === '' || provider.toLowerCase() === asked.toLowerCase());
      return ok({
        id: `${ids.vault}/replicationSupportedOperatingSystems/Default`,
        name: 'Default',
        type: resourceTypes.supportedOperatingSystems,
        properties: {
          supportedOsList: list.map((instanceType) => ({
            instanceType,
            supportedOs: systems.map(({ versions, ...system }) => ({ ...system, osVersions: versions.map(osVersion) })),
          })),
        },
      });
    }),
  ];
}

/** `7 SP1`: version and service pack apart. */
function osVersion(text: string): { version: string; servicePack?: string } {
  const [, version = text, servicePack] = /^(.*) (SP\d)$/.exec(text) ?? [];
  return servicePack === undefined ? { version } : { version, servicePack };
}
