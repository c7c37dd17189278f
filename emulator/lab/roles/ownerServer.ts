// What a lab offers to the roles it runs as processes of their own: they join its clock, and reach what only the lab's process holds.
import express, { json } from 'express';
import { randomBytes } from 'node:crypto';
import { bearer, requireBearer } from '../../http/bearer.ts';
import { HttpClient } from '../../http/client.ts';
import { clockPeer } from '../../http/clockPeer.ts';
import { notFound, problems } from '../../http/problem.ts';
import { serve, type Listening } from '../../http/serve.ts';
import type { JoinAnswer, JoinRequest, RoleOwner, RoleSettings } from '../../contract/role.ts';
import type { BlockDevice } from '../../disk/blockDevice.ts';
import { LabError } from '../../kernel/errors.ts';
import type { PhysicalServerOrder } from '../../replication/orders.ts';
import type { Datacenter } from '../datacenter.ts';
import type { World } from '../world.ts';
import type { LabPeer } from './remoteDiskClient.ts';
import { diskRoutes } from './remoteDiskRoutes.ts';

interface Joined extends LabPeer {
  readonly follows: Disposable;
}

interface LentDisk {
  readonly holder: string;
  readonly device: BlockDevice;
}

export interface OwnerServerDeps {
  readonly world: World;
  readonly datacenter: Datacenter;
  /** Release of the components. */
  readonly version: string;
}

/** Requests run as part of the calling role's activity, which is counted there: what sleeps here is counted below zero. */
export class OwnerServer implements AsyncDisposable {
  readonly #deps: OwnerServerDeps;
  readonly #token = randomBytes(24).toString('base64url');
  readonly #roles = new Map<string, Joined>();
  readonly #disks = new Map<string, LentDisk>();
  readonly #resources = new AsyncDisposableStack();
  #listening: Listening | undefined;
  #lent = 0;
  #joins = 0;
  #telling = false;

  private constructor(deps: OwnerServerDeps) {
    this.#deps = deps;
    const { network, faults } = deps.world.kernel;
    this.#resources.use(network.onSettings(() => this.#tellSoon()));
    this.#resources.use(faults.onRules(() => this.#tellSoon()));
  }

  static async open(deps: OwnerServerDeps): Promise<OwnerServer> {
    const endpoint = new OwnerServer(deps);
    endpoint.#listening = await serve(endpoint.#app(), { identity: deps.world.household.identity });
    return endpoint;
  }

  /** For the environment of a role. */
  get owner(): RoleOwner {
    return { url: this.#listening?.url ?? '', token: this.#token, ca: this.#deps.world.household.authority.certificate };
  }

  /** Calls the endpoint of a role that has joined. @throws LabError PeerUnreachable */
  role(name: string): LabPeer {
    const joined = this.#roles.get(name);
    if (joined === undefined) throw new LabError('PeerUnreachable', `${name} has not joined.`);
    return joined;
  }

  /** A role's process is gone: time no longer waits for it, and what it had open is closed. */
  async left(name: string): Promise<void> {
    const joined = this.#roles.get(name);
    this.#roles.delete(name);
    joined?.follows[Symbol.dispose]();
    await joined?.client[Symbol.asyncDispose]();
    for (const [id, { holder }] of this.#disks) if (holder === name) await this.#close(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
    for (const name of this.#roles.keys()) await this.left(name);
    await this.#listening?.[Symbol.asyncDispose]();
  }

  #app(): express.Express {
    const { guests, kernel } = this.#deps.world;
    const { datacenter } = this.#deps;
    const app = express();
    app.disable('x-powered-by');
    app.use(requireBearer(this.#token));
    app.use(
      diskRoutes(
        (id) => this.#disk(id).device,
        (id) => this.#close(id),
      ),
    );
    app.use(json({ limit: '1mb' }));
    app.post('/join', async (request, response) => {
      response.json(await this.#join(request.body as JoinRequest));
    });
    app.post('/machines/reach', async (request, response) => {
      const access = await guests.reach((request.body as { machineId: string }).machineId);
      response.json({ found: access === undefined ? null : { definition: access.definition, installed: access.installed } });
    });
    app.post('/machines/install', async (request, response) => {
      const { machineId, configServerUrl, passphrase } = request.body as { machineId: string; configServerUrl: string; passphrase: string };
      const access = await guests.reach(machineId);
      if (access === undefined) throw new LabError('NotFound', `Machine ${machineId} does not answer.`);
      await access.installMobilityService({ configServerUrl, passphrase });
      response.json({});
    });
    app.post('/physical/find', async (request, response) => {
      response.json({ found: (await datacenter.findPhysical(request.body as PhysicalServerOrder)) ?? null });
    });
    app.post('/disks', async (request, response) => {
      const { vmdkFile, holder } = request.body as { vmdkFile: string; holder: string };
      const device = await datacenter.vCenter.openAttachedDisk(vmdkFile);
      const id = String((this.#lent += 1));
      this.#disks.set(id, { holder, device });
      response.json({ id, sizeBytes: device.sizeBytes });
    });
    app.use(notFound);
    app.use(problems('owner', kernel.trace));
    return app;
  }

  async #join({ name, url, token }: JoinRequest): Promise<JoinAnswer> {
    await this.left(name);
    const { kernel, folder } = this.#deps.world;
    const client = new HttpClient({ url, network: kernel.network, paths: [], connections: 4 });
    const headers = bearer(token);
    const follows = await kernel.clock.join(clockPeer(client, headers));
    this.#roles.set(name, { client, headers, follows });
    this.#joins += 1;
    return {
      seed: `${folder.settings?.seed ?? ''}/${folder.settings?.starts ?? 0}/${name}/${this.#joins}`,
      version: this.#deps.version,
      settings: this.#settings(),
    };
  }

  #settings(): RoleSettings {
    const { network, faults } = this.#deps.world.kernel;
    return { links: network.list(), faults: faults.list().map(({ rule }) => rule) };
  }

  /** Time waits until every role knows. */
  #tellSoon(): void {
    if (this.#telling || this.#roles.size === 0) return;
    this.#telling = true;
    const { clock, trace } = this.#deps.world.kernel;
    clock.start('tell roles', async () => {
      this.#telling = false;
      for (const [name, { client, headers }] of this.#roles) {
        try {
          await client.call('/settings', { method: 'PUT', headers, body: this.#settings() });
        } catch (error) {
          // It died; when it joins again it is told everything.
          trace.record('lab', 'roleNotTold', { name, code: LabError.from(error).code });
        }
      }
    });
  }

  #disk(id: string): LentDisk {
    const disk = this.#disks.get(id);
    if (disk === undefined) throw new LabError('NotFound', `Disk ${id} is not open.`);
    return disk;
  }

  async #close(id: string): Promise<void> {
    const disk = this.#disks.get(id);
    this.#disks.delete(id);
    await disk?.device[Symbol.asyncDispose]();
  }
}
