// How one component runs as a process of its own (`srlab run`): what it is told, and the line it answers with. Types only.

/** How one role is started as a process of its own, on this host or another (`srlab run`). */
export type RoleOptions = { readonly dir: string; readonly name: string; readonly port: number } & (
  | { readonly role: 'storage'; readonly accountName: string; readonly accountKey: string | null }
  | { readonly role: 'configserver'; readonly vaultUrl: string; readonly vaultCa: string; readonly credentialsFile: string }
  | {
      readonly role: 'processserver';
      readonly configServerUrl: string;
      readonly passphrase: string;
      readonly inAzure: boolean;
      readonly cacheLimitBytes: number;
    }
  | {
      readonly role: 'mastertarget';
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
}
