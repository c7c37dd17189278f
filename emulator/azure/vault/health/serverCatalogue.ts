// What can be wrong with the servers of a site: causes and remedy of each problem (asr-behaviour §1.4, §9.1, §9.5).
import type { EvidenceMark } from '../profiles.ts';

export interface ServerEntry {
  readonly causes: string;
  readonly action: string;
  readonly source: string;
  readonly mark: EvidenceMark;
}

export const serverCatalogue = {
  '806': {
    causes: 'The process server is off, its services do not run, or its way to port 443 of the configuration server is cut.',
    action: 'Start the process server, or switch its machines to another one.',
    source: '§9.5',
    mark: 'Documented',
  },
  '78022': {
    causes: 'The master target is off, its agent does not run, or its way to the configuration server is cut.',
    action: 'Start the master target; failback waits until then.',
    source: '§9.5',
    mark: 'Documented',
  },
  NoConnectivity: {
    causes: 'The configuration server is off, or its way to Azure over port 443 is cut.',
    action: 'Start the configuration server and check its firewall and proxy; replication itself goes on without it.',
    source: '§9.5',
    mark: 'Documented',
  },
  ProcessServerHealth: {
    causes:
      'The process server has held one of these limits for 15 minutes: CPU or memory 80 and 95 %, free cache 30 and 25 %, upload backlog 30 and 45 minutes, a stopped service.',
    action: 'Start its services, give it more resources or bandwidth, or move machines to another process server (load balance, switch).',
    source: '§9.1',
    mark: 'Documented',
  },
  SslCertificateExpired: {
    causes: 'The certificate of the configuration server lives three years and was not renewed in time.',
    action: 'Run RenewCerts on the configuration server; its components get new certificates within 15 minutes.',
    source: '§1.4',
    mark: 'Documented',
  },
  SslCertificateExpiring: {
    causes: 'The certificate of the configuration server lives three years; the warning begins two months before its end.',
    action: 'Renew the certificates while they are valid and all components are connected.',
    source: '§1.4',
    mark: 'Documented',
  },
} as const satisfies Record<string, ServerEntry>;

export type ServerProblemCode = keyof typeof serverCatalogue;
