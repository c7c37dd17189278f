// How one component runs as a process of its own (`srlab run`): what it is told, and the line it answers with. Types only.
import type { FaultRule } from './faults.ts';
import type { LinkState } from './resources.ts';

/**
 * How one role is started as a process of its own, on this host or another (`srlab run`).
 * `caFile` is the path of the PEM of the authority that signed the certificates of vault and vCenter; null: the environment names it.
 */
export type RoleOptions = { readonly dir: string; readonly name: string; readonly port: number } & (
  | { readonly role: 'storage'; readonly accountName: string; readonly accountKey: string | null }
  | {
      readonly role: 'configserver';
      readonly caFile: string | null;
      /** Path of the vault's registration key; null: it has registered before. */
      readonly credentialsFile: string | null;
      /** null: as the registration key says. */
      readonly vaultUrl: string | null;
    }
  | {
      readonly role: 'processserver';
      readonly caFile: string | null;
      readonly configServerUrl: string;
      readonly passphrase: string;
      readonly inAzure: boolean;
      readonly cacheLimitBytes: number;
    }
  | {
      readonly role: 'mastertarget';
      readonly caFile: string | null;
      readonly configServerUrl: string;
      readonly passphrase: string;
      readonly osType: 'Windows' | 'Linux';
      readonly retentionDir: string;
      readonly retentionBytes: number;
    }
);

/** The one line that `srlab run` prints when its role listens. */
export interface RoleReadyLine {
  readonly pid: number;
  readonly role: RoleOptions['role'];
  readonly name: string;
  readonly url: string;
  /** Its id in the site; null: it has none. */
  readonly hostId: string | null;
}

/** `SRLAB_OWNER`, as JSON: the lab that started this role, whose time it follows. */
export interface RoleOwner {
  readonly url: string;
  readonly token: string;
  /** PEM of the lab's authority. */
  readonly ca: string;
}

/** `POST /join`: a role that has just started says where its own endpoint is. */
export interface JoinRequest {
  readonly name: string;
  readonly url: string;
  readonly token: string;
}

/** What the role takes over from its lab; time and speed come by the role's endpoint. */
export interface JoinAnswer {
  readonly seed: string;
  /** Release of the components, by the lab's profile. */
  readonly version: string;
  readonly settings: RoleSettings;
}

/** `PUT /settings` of the role's endpoint, whenever one of them changes. */
export interface RoleSettings {
  readonly links: readonly LinkState[];
  readonly faults: readonly FaultRule[];
}
