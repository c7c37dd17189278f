// The control API of this lab: what Azure has no API for, and (until ARM stands before the vault) the vault's operations too.
import type { ControlEvent } from '../contract/control.ts';
import { serve, type Listening } from '../http/serve.ts';
import type { Vaults } from '../azure/vault/vaults.ts';
import type { Cloud } from './cloud.ts';
import { clockHandlers } from './control/clock.ts';
import { diskHandlers } from './control/disks.ts';
import { itemHandlers } from './control/items.ts';
import { jobHandlers } from './control/jobs.ts';
import { labHandlers } from './control/labs.ts';
import { machineHandlers } from './control/machines.ts';
import { News } from './control/news.ts';
import { planHandlers } from './control/plans.ts';
import { jobRecord } from './control/records.ts';
import { runbookHandlers } from './control/runbooks.ts';
import { siteHandlers } from './control/sites.ts';
import { ControlFeed, controlApp, type Handlers } from './control/server.ts';
import type { Datacenter } from './datacenter.ts';
import type { DiskPlaces } from './diskPlaces.ts';
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

export interface Control extends Listening {
  /** Whether anybody follows the feed. */
  readonly watched: () => boolean;
}

export async function openControl(parts: ControlParts & { readonly port: number }, resources: AsyncDisposableStack): Promise<Control> {
  const { world, vaults, port } = parts;
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
  const news = resources.use(new News(parts, feed));
  vaults.onVault((vault) => void vault.jobs.subscribe((job) => feed.publish({ kind: 'job', job: jobRecord(job) })));
  const hello = (): ControlEvent => ({ kind: 'hello', clock: news.clock });
  const listening = resources.use(
    await serve(controlApp({ token: household.token, handlers: news.telling(handlers), feed, hello, trace: kernel.trace }), {
      port,
      identity: household.identity,
    }),
  );
  return { ...listening, watched: () => feed.watched };
}
