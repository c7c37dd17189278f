// How a running lab is found: where its roles listen and what opens them.

/** The one line that `srlab up` prints when everything listens; secrets in it open this lab only. */
export interface ReadyLine {
  readonly pid: number;
  readonly dir: string;
  readonly arm: { readonly url: string; readonly token: string };
  readonly vcenter: { readonly url: string; readonly user: string; readonly password: string };
  readonly configServer: { readonly url: string; readonly hostId: string; readonly passphrase: string };
  readonly processServers: readonly { readonly url: string; readonly hostId: string; readonly name: string }[];
  readonly blob: { readonly url: string; readonly accountName: string; readonly accountKey: string };
  readonly control: { readonly url: string; readonly token: string };
  /** Path of the PEM of the lab's own authority. */
  readonly ca: string;
  readonly token: string;
  /** Of the lab's own authority: what its service principals belong to. */
  readonly tenant: string;
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly vault: string;
}

/** `<dir>/.srlab/lab.json`: written by the lab when it is ready, readable by its user only. The start time tells a live owner from a reused pid. */
export interface LabLocator extends ReadyLine {
  /** Wall time at which the process began, as the operating system tells it. */
  readonly startedMs: number;
}
