// One component in this process: alone, with real time, or as a part of the lab that started it.
import { randomBytes, X509Certificate } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RoleOptions, RoleOwner, RoleReadyLine } from '../contract/role.ts';
import { LabError } from '../kernel/errors.ts';
import { inActivity } from '../kernel/inActivity.ts';
import type { MasterTarget } from '../onprem/mastertarget/masterTarget.ts';
import type { ProcessServer } from '../onprem/processserver/processServer.ts';
import { takeLock } from './labFolder.ts';
import { openPart, readText, type Part, type PartSurroundings } from './roles/openPart.ts';
import { OwnerClient } from './roles/ownerClient.ts';
import { roleKernel, type RoleKernel } from './roles/roleKernel.ts';
import { openRoleServer, takeSettings } from './roles/roleServer.ts';
import { componentVersions } from './versions.ts';

/** A running component; its folder is its own until it is disposed. */
export interface Role extends AsyncDisposable {
  readonly ready: RoleReadyLine;
}

/** A killed predecessor takes a moment to end. */
const formerOwnerMs = 10_000;
/** Of a component that belongs to no lab. */
const ownVersion = componentVersions['2023'];

/**
 * @param environment `SRLAB_OWNER` (JSON of `RoleOwner`) makes it a part of that lab; else `SRLAB_CA` is the `caFile` of a
 * role that was not told one.
 * @throws LabError LabFolderInUse, PortInUse, InvalidArgument, and what the component's own `open` throws
 */
export async function openRole(options: RoleOptions, environment: NodeJS.ProcessEnv = process.env): Promise<Role> {
  await using opening = new AsyncDisposableStack();
  mkdirSync(options.dir, { recursive: true });
  const lock = takeLock(join(options.dir, 'role.lock'), options.dir, formerOwnerMs);
  opening.defer(() => lock.close());
  const kernel = roleKernel(options.dir, options.name, opening);
  const started: { part?: Part } = {};
  const surroundings = await openSurroundings({ options, environment, kernel, started }, opening);
  const part = await inActivity(kernel.clock, 'open', () => openPart(options, surroundings, opening));
  started.part = part;
  const { role, name } = options;
  const ready: RoleReadyLine = { pid: process.pid, role, name, url: part.url, hostId: part.hostId };
  const resources = opening.move();
  return { ready, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

interface Start {
  readonly options: RoleOptions;
  readonly environment: NodeJS.ProcessEnv;
  readonly kernel: RoleKernel;
  /** Filled when it is there: the lab's endpoint asks for it. */
  readonly started: { part?: Part };
}

async function openSurroundings({ options, environment, kernel, started }: Start, resources: AsyncDisposableStack): Promise<PartSurroundings> {
  const { SRLAB_OWNER: ownerText } = environment;
  if (ownerText === undefined) {
    // Alone it has nobody's seed to repeat: its ids must differ from those of any other component, and of its own earlier starts.
    kernel.seed(randomBytes(16).toString('hex'));
    // Which networks there are is the host's affair, not the lab's.
    for (const { path } of kernel.network.list()) kernel.network.set(path, { state: 'up' });
    await kernel.clock.setSpeed(1);
    return { kernel, version: ownVersion, labCa: () => authorityOf(options, environment), owner: undefined };
  }
  const owner = resources.use(new OwnerClient(JSON.parse(ownerText) as RoleOwner, options.name, kernel.network));
  const server = await openRoleServer({
    kernel,
    token: owner.token,
    setBandwidth: (schedule) => processServerIn(started).setBandwidth(schedule),
    findReplica: (pairId) => (started.part?.component as MasterTarget | undefined)?.replicaOf(pairId),
  });
  resources.use(server);
  const { seed, version, settings } = await owner.join(server.url);
  kernel.seed(seed);
  takeSettings(kernel, settings);
  // Without its lab it has no time; everything acknowledged is on disk, so it ends as if it were killed.
  process.stdin.once('end', () => process.exit(0)).resume();
  return { kernel, version, labCa: () => owner.labCa, owner };
}

function processServerIn({ part }: { part?: Part }): ProcessServer {
  if (part === undefined || part.role !== 'processserver') throw new LabError('InvalidArgument', 'This role has no upload schedule.');
  return part.component as ProcessServer;
}

function authorityOf(options: RoleOptions, { SRLAB_CA }: NodeJS.ProcessEnv): string {
  const path = (options.role === 'storage' ? null : options.caFile) ?? SRLAB_CA;
  if (path === undefined)
    throw new LabError('InvalidArgument', 'Whom to trust: --ca or SRLAB_CA must name the PEM of the authority of vault and vCenter (ca.pem of the lab).');
  return requireCertificate(path, readText(path));
}

/** A wrong file would be found out only when nobody is trusted. @returns the PEM. @throws LabError InvalidArgument */
function requireCertificate(path: string, pem: string): string {
  try {
    return new X509Certificate(pem).toString();
  } catch (error) {
    throw new LabError('InvalidArgument', `${path} is no certificate in PEM.`, { cause: error });
  }
}
