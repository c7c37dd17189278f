// Health errors as the service words them in substance: code, level, causes and remedy, each with source and mark (asr-behaviour §9.5, §10.2).
import type { EvidenceMark } from '../profiles.ts';

export interface HealthEntry {
  readonly eventCode: string | null;
  readonly level: 'Information' | 'Warning' | 'Critical';
  readonly category: 'Replication' | 'TestFailover' | 'AgentHealth' | 'ServerHealth';
  readonly summary: string;
  readonly causes: string;
  readonly action: string;
  readonly source: string;
  readonly mark: EvidenceMark;
}

export const healthCatalogue = {
  '806': {
    eventCode: null,
    level: 'Critical',
    category: 'ServerHealth',
    summary: 'The process server sends no heartbeat.',
    causes: 'The server is off, its services do not run, or its link to the configuration server is cut.',
    action: 'Start the process server, or switch its machines to another one.',
    source: '§9.5',
    mark: 'Documented',
  },
  '78022': {
    eventCode: null,
    level: 'Critical',
    category: 'ServerHealth',
    summary: 'The master target sends no heartbeat.',
    causes: 'The server is off, or its link to the configuration server is cut.',
    action: 'Start the master target.',
    source: '§9.5',
    mark: 'Documented',
  },
  '78026': {
    eventCode: 'InMageCommon_ECH0007',
    level: 'Warning',
    category: 'Replication',
    summary: 'The RPO is over the threshold of the policy.',
    causes: 'The machine is off, the process server is throttled, marks fail, or the upload is slow.',
    action: 'Remove the other errors of this machine first; then look at bandwidth and churn.',
    source: '§10.2',
    mark: 'Observed',
  },
  '78028': {
    eventCode: null,
    level: 'Warning',
    category: 'Replication',
    summary: 'The source machine cannot upload its changes.',
    causes: 'The process server refuses or throttles, or an address on the way blocks.',
    action: 'Look at the process server and its cache folder.',
    source: '§9.5',
    mark: 'Documented',
  },
  '78144': {
    eventCode: null,
    level: 'Warning',
    category: 'Replication',
    summary: 'There is no recent application-consistent recovery point.',
    causes: 'VSS does not work on the machine, or the scripts of a Linux machine fail.',
    action: 'Correct the VSS writers or the scripts; crash-consistent points go on.',
    source: '§10.2',
    mark: 'Documented',
  },
  '78174': {
    eventCode: null,
    level: 'Critical',
    category: 'AgentHealth',
    summary: 'The Mobility service sends no heartbeat.',
    causes: 'The machine is off, the service does not run, or port 443 of the configuration server is not reachable.',
    action: 'Start the machine and its Mobility service, and check the way to the configuration server.',
    source: '§9.5',
    mark: 'Documented',
  },
  '78186': {
    eventCode: null,
    level: 'Warning',
    category: 'Replication',
    summary: 'The process server cannot be reached from the source machine.',
    causes: 'Port 9443 is blocked, or the process server is off.',
    action: 'Open the port, start the process server, or switch the machine to another one.',
    source: '§9.5',
    mark: 'Documented',
  },
  '78193': {
    eventCode: 'InMageCommon_PositiveSourceClockSkewExceeded',
    level: 'Warning',
    category: 'AgentHealth',
    summary: 'The clock of the source machine is more than 10 minutes ahead.',
    causes: 'The machine does not synchronise its time.',
    action: 'Correct the time of the machine; its RPO is wrong until then.',
    source: '§5.3',
    mark: 'Observed',
  },
  '78222': {
    eventCode: null,
    level: 'Critical',
    category: 'Replication',
    summary: 'Resynchronisation is required.',
    causes: 'A batch was damaged, or source and replica have come apart.',
    action: 'Start the resynchronisation of the machine.',
    source: '§4.6',
    mark: 'Observed',
  },
  '90074': {
    eventCode: 'EA0430',
    level: 'Information',
    category: 'AgentHealth',
    summary: 'A crash-consistent mark failed three times in a row.',
    causes: 'A disk is in bitmap mode, or a member of the replication group does not answer.',
    action: 'Nothing, if it passes; otherwise look at churn and at the members of the group.',
    source: '§10.2',
    mark: 'Observed',
  },
  '90075': {
    eventCode: 'EA0431',
    level: 'Information',
    category: 'AgentHealth',
    summary: 'An application-consistent mark failed.',
    causes: 'A VSS writer or script failed.',
    action: 'Look at the writers and scripts of the machine.',
    source: '§10.2',
    mark: 'Observed',
  },
  '90078': {
    eventCode: 'InMageCommon_ECH00014',
    level: 'Critical',
    category: 'Replication',
    summary: 'Replication has made no progress for 60 minutes.',
    causes: 'The link between process server and log account is cut, or the process server does not run.',
    action: 'Restore connectivity and start the services of the process server.',
    source: '§5.3',
    mark: 'Observed',
  },
  '161011': {
    eventCode: null,
    level: 'Warning',
    category: 'TestFailover',
    summary: 'No test failover has succeeded for this machine.',
    causes: 'No drill was run, or it was not cleaned up.',
    action: 'Run a test failover and clean it up.',
    source: '§5.3',
    mark: 'Observed',
  },
} as const satisfies Record<string, HealthEntry>;

export type HealthCode = keyof typeof healthCatalogue;
