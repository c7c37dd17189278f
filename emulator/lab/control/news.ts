// What the feed tells of changes: the clock, items, machines and the site, each only when it looks different from what was told last.
import type { ClockState } from '../../contract/resources.ts';
import type { ItemView } from '../../azure/vault/vault.ts';
import { wallTimeMs } from '../../kernel/wallTime.ts';
import type { ControlParts } from '../control.ts';
import { itemOf } from '../past.ts';
import { itemRecord, machineRecord } from './records.ts';
import type { ControlFeed, Handlers } from './server.ts';
import { siteNews } from './siteNews.ts';

/** How often everything is looked at for whoever follows the feed, in lab time. */
const lookMs = 15_000;
/** On a clock that runs fast nobody can read more often than this, in wall time. */
const leastPauseMs = 250;

/** Operations whose effect is told before their answer. */
const toldAtOnce = [
  'clock.speed',
  'clock.step',
  'clock.jump',
  'link.set',
  'fault.add',
  'fault.remove',
  'machine.power',
  'machine.add',
  'machine.remove',
  'vcenter.host',
] as const;

export class News implements Disposable {
  readonly #parts: ControlParts;
  readonly #feed: ControlFeed;
  readonly #resources = new DisposableStack();
  readonly #told = new Map<string, string>();
  #machines = new Set<string>();
  #lastMs = 0;

  constructor(parts: ControlParts, feed: ControlFeed) {
    this.#parts = parts;
    this.#feed = feed;
    const { world, vaults, siteVault } = parts;
    const look = world.kernel.clock.every(lookMs, 'news', () => {
      if (!feed.watched || wallTimeMs() - this.#lastMs < leastPauseMs) return;
      this.#tellAll();
    });
    this.#resources.defer(() => look.cancel());
    vaults.onVault((vault) => {
      vault.onEvent((event) => {
        const item = itemOf(vault, event.affectedObjectId);
        // What the record says besides comes from the vault of the site.
        if (item !== undefined && feed.watched && vault === siteVault.entry?.vault) this.#tellItem(item);
      });
    });
  }

  get clock(): ClockState {
    const { clock } = this.#parts.world.kernel;
    return { timeMs: clock.now(), speed: clock.speed };
  }

  /** The same handlers; whoever follows the feed sees the effect of those that change what it tells. */
  telling(handlers: Handlers): Handlers {
    const told = Object.fromEntries(
      toldAtOnce.map((name) => [
        name,
        async (request: unknown) => {
          const reply: unknown = await (handlers[name] as (request: unknown) => Promise<unknown>)(request);
          if (this.#feed.watched) this.#tellAll();
          return reply;
        },
      ]),
    );
    return { ...handlers, ...(told as Partial<Handlers>) };
  }

  [Symbol.dispose](): void {
    this.#resources.dispose();
  }

  #tellAll(): void {
    this.#lastMs = wallTimeMs();
    this.#feed.publish({ kind: 'clock', clock: this.clock });
    for (const item of this.#parts.siteVault.entry?.vault.items() ?? []) this.#tellItem(item);
    this.#tellMachines();
    const site = siteNews(this.#parts);
    if (this.#isNew('site', site)) this.#feed.publish({ kind: 'site', site });
  }

  #tellItem(view: ItemView): void {
    const item = itemRecord(this.#parts, view);
    if (this.#isNew(`item ${view.itemId}`, item)) this.#feed.publish({ kind: 'item', item });
  }

  #tellMachines(): void {
    const machines = this.#parts.disks.hosted().map((hosted) => machineRecord(this.#parts, hosted));
    for (const machine of machines) {
      // Its protection is told as an item.
      const { item: _item, ...own } = machine;
      if (this.#isNew(`machine ${machine.machineId}`, own)) this.#feed.publish({ kind: 'machine', machine });
    }
    const present = new Set(machines.map(({ machineId }) => machineId));
    for (const machineId of this.#machines) {
      if (present.has(machineId)) continue;
      this.#told.delete(`machine ${machineId}`);
      this.#feed.publish({ kind: 'machineGone', machineId });
    }
    this.#machines = present;
  }

  #isNew(subject: string, record: object): boolean {
    const text = JSON.stringify(record);
    if (this.#told.get(subject) === text) return false;
    this.#told.set(subject, text);
    return true;
  }
}
