// Operations on the site as its administrators arrange it, and on the conditions that make the product refuse.
import type { JobRecord } from '../resources.ts';
import type { Nothing, Operation } from './operation.ts';

/** Upload throttle of a process server (asr-behaviour §4.8): 512 Kbps to 102 Mbps; hours are those of the lab's clock in UTC, day 0 is Sunday. */
export interface BandwidthSchedule {
  readonly workDays: readonly number[];
  readonly startWorkHour: number;
  readonly endWorkHour: number;
  readonly workHourBps: number;
  readonly nonWorkHourBps: number;
}

export interface SiteOperations {
  'site.refresh': Operation<Nothing, JobRecord>;
  /** With another vault, as an administrator who takes its registration key there; refused while the present one has machines of this site. */
  'site.register': Operation<
    { readonly vault: string; readonly resourceGroup?: string },
    { readonly vault: string; readonly resourceGroup: string; readonly region: string }
  >;
  'site.addPhysicalServer': Operation<{ readonly name: string; readonly ipAddress: string; readonly osType: 'Windows' | 'Linux' }, JobRecord>;
  /** How replicated data leaves the site; over a site-to-site VPN it is not supported (asr-behaviour §1.3). */
  'site.replicationPath': Operation<{ readonly path: 'internet' | 'expressRouteMicrosoftPeering' | 'siteToSiteVpn' }, Nothing>;
  /** RenewCerts: three more years. */
  'site.renewCertificates': Operation<Nothing, { readonly expiryMs: number }>;
  /** What the configuration server's vCenter account may do: with `readOnly` only re-protection fails (asr-behaviour §2.2). */
  'vcenter.account': Operation<{ readonly role: 'siteRecovery' | 'readOnly' }, Nothing>;
  'vcenter.host': Operation<{ readonly name: string; readonly connection: 'CONNECTED' | 'DISCONNECTED' | 'NOT_RESPONDING' }, Nothing>;
  'vcenter.datastore': Operation<{ readonly name: string; readonly accessible: boolean }, Nothing>;
  /** `schedule` null: no throttle. */
  'processServer.bandwidth': Operation<{ readonly processServer?: string; readonly schedule: BandwidthSchedule | null }, Nothing>;
}
