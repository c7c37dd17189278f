// The places where a fault can be injected, and what a fault can do there.

/** Named points; the subject of a check is the id of the machine, disk, pair or role concerned. */
export const faultPoints = [
  'agent.capture',
  'agent.heartbeat',
  'agent.quiesce',
  'agent.send',
  'configserver.register',
  'mastertarget.apply',
  'mastertarget.attach',
  'processserver.accept',
  'processserver.discover',
  'processserver.heartbeat',
  'processserver.push',
  'processserver.upload',
  'target.apply',
  'vault.failover',
  'vault.report',
  'vcenter.call',
  'vcenter.power',
] as const;
export type FaultPoint = (typeof faultPoints)[number];

/** `error` throws, `delay` costs lab time, `skip` lets the point silently leave its work out, `corrupt` damages what passes. */
export type FaultEffect =
  | { readonly kind: 'error'; readonly code: string; readonly detail?: string }
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'skip' }
  | { readonly kind: 'corrupt' };

export interface FaultRule {
  readonly id: string;
  readonly point: FaultPoint;
  /** Only for this subject; absent: for all. */
  readonly subject?: string;
  readonly effect: FaultEffect;
  /** Passes this often before it works; default 0. */
  readonly after?: number;
  /** Works this often; absent: until removed. */
  readonly times?: number;
  /** 0 to 1; default 1. */
  readonly probability?: number;
}

/** Network paths of the product (asr-behaviour §1.2) that can be cut, delayed or narrowed. */
export const networkPaths = [
  'configserver-vault',
  'machine-configserver',
  'machine-machine',
  'machine-processserver',
  'processserver-configserver',
  'processserver-mastertarget',
  'processserver-storage',
  'processserver-vault',
  'processserver-vcenter',
  'mastertarget-configserver',
  'mastertarget-vcenter',
  'site-to-site',
] as const;
export type NetworkPath = (typeof networkPaths)[number];
