// The control API of this lab: what Azure has no API for, and (until ARM stands before the vault) the vault's operations too.
import type { ControlEvent } from '../contract/control.ts';
import { serve, type Listening } from '../http/serve.ts';
import type { ItemView } from '../azure/vault/vault.ts';
import type { Vaults } from '../azure/vault/vaults.ts';
import type { Cloud } from './cloud.ts';
import { clockHandlers } from './control/clock.ts';
import { diskHandlers } from './control/disks.ts';
import { itemHandlers } from './control/items.ts';
import { jobHandlers } from './control/jobs.ts';
import { labHandlers } from './control/labs.ts';
import { machineHandlers } from './control/machines.ts';
import { planHandlers } from './control/plans.ts';
import { itemRecord, jobRecord } from './control/records.ts';
import { runbookHandlers } from './control/runbooks.ts';
import { siteHandlers } from './control/sites.ts';
import { ControlFeed, controlApp, type Handlers } from './control/server.ts';
import type { Datacenter } from './datacenter.ts';
import type { DiskPlaces } from './diskPlaces.ts';
import { itemOf } from './past.ts';
import type { Site } from './site.ts';
import type { SiteVault } from './siteVault.ts';
import type { World } from './world.ts';

export interface ControlParts {
  readonly world: World;
  readonly datacenter: Datacenter;
  readonly cloud: Cloud;
  readonly vaults: Vaults;
  readonly siteVault: SiteVault;
  readonly site: Site;
  readonly disks: DiskPlaces;
  /** Storage accounts for new replications. */
  readonly accounts: { readonly log: string; readonly target: string };
}

/** How often items are looked at for whoever watches the feed, in lab time. */
const itemNewsMs = 15_000;

export async function openControl(parts: ControlParts & { readonly port: number }, resources: AsyncDisposableStack): Promise<Listening> {
  const { world, vaults, siteVault, port } = parts;
  const { kernel, household } = world;
  const feed = new ControlFeed();
  const handlers: Handlers = {
    ...clockHandlers(parts),
    ...diskHandlers(parts, feed, resources),
    ...itemHandlers(parts),
    ...jobHandlers(parts),
    ...labHandlers(parts),
    ...machineHandlers(parts),
    ...planHandlers(parts),
    ...runbookHandlers(parts),
    ...siteHandlers(parts),
  };
  resources.use(kernel.trace.subscribe((event) => feed.publish({ kind: 'trace', event })));
  const told = new Map<string, string>();
  const tellItem = (item: ItemView): void => {
    const record = itemRecord(parts, item);
    const text = JSON.stringify(record);
    if (told.get(item.itemId) === text) return;
    told.set(item.itemId, text);
    feed.publish({ kind: 'item', item: record });
  };
  const news = kernel.clock.every(itemNewsMs, 'item news', () => {
    if (feed.watched) for (const item of siteVault.entry?.vault.items() ?? []) tellItem(item);
  });
  resources.defer(() => news.cancel());
  vaults.onVault((vault) => {
    vault.jobs.subscribe((job) => feed.publish({ kind: 'job', job: jobRecord(job) }));
    vault.onEvent((event) => {
      const item = itemOf(vault, event.affectedObjectId);
      // What the record says besides comes from the vault of the site.
      if (item !== undefined && feed.watched && vault === siteVault.entry?.vault) tellItem(item);
    });
  });
  const hello = (): ControlEvent => ({ kind: 'hello', clock: { timeMs: kernel.clock.now(), speed: kernel.clock.speed } });
  return resources.use(await serve(controlApp({ token: household.token, handlers, feed, hello, trace: kernel.trace }), { port, identity: household.identity }));
}
