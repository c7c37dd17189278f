// The control API of a running lab: every operation by its name, and the feed of news.
// Types only. `POST /control/<operation>` with a JSON body and a bearer token → the reply, or `{error: ErrorBody}`; `GET /control/events` → server-sent events.
import type { DiskOperations } from './control/disks.ts';
import type { ItemOperations } from './control/items.ts';
import type { JobOperations } from './control/jobs.ts';
import type { LabOperations } from './control/lab.ts';
import type { MachineOperations } from './control/machines.ts';
import type { PlanOperations } from './control/plans.ts';
import type { PolicyOperations } from './control/policies.ts';
import type { SiteOperations } from './control/sites.ts';
import type { ClockState, ItemRecord, JobRecord, MachineRecord, SiteNews } from './resources.ts';

/** By topic, a file for each. */
export interface ControlOperations
  extends LabOperations, MachineOperations, DiskOperations, ItemOperations, PolicyOperations, JobOperations, PlanOperations, SiteOperations {}
export type OperationName = keyof ControlOperations;
export type RequestOf<Name extends OperationName> = ControlOperations[Name]['request'];
export type ReplyOf<Name extends OperationName> = ControlOperations[Name]['reply'];

/** One message of `GET /control/events`: its `kind` is the event's name, the whole its JSON. The first is `hello`. */
export type ControlEvent =
  | { readonly kind: 'hello'; readonly clock: ClockState }
  | { readonly kind: 'clock'; readonly clock: ClockState }
  | { readonly kind: 'job'; readonly job: JobRecord }
  /** An item changed its state or its copy moved on. Of items, machines and the site, changes are told each 15 s of lab time, at most four times a second; what was asked for is told before its answer. */
  | { readonly kind: 'item'; readonly item: ItemRecord }
  /** A machine that came, or that changed in anything but its protection, which is told as an item. */
  | { readonly kind: 'machine'; readonly machine: MachineRecord }
  | { readonly kind: 'machineGone'; readonly machineId: string }
  /** Components, hosts, links, faults, health of the servers. */
  | { readonly kind: 'site'; readonly site: SiteNews }
  | { readonly kind: 'progress'; readonly progressId: string; readonly doneBytes: number; readonly totalBytes: number }
  | { readonly kind: 'trace'; readonly event: { readonly timeMs: number; readonly role: string; readonly event: string; readonly [field: string]: unknown } };
