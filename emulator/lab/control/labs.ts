// Control operations on the lab itself: status, events, saved labs, stopping.
import type { LabStatus, RoleStatus } from '../../contract/resources.ts';
import { LabError } from '../../kernel/errors.ts';
import type { ControlParts } from '../control.ts';
import { savedLabs, saveLab } from '../savedLabs.ts';
import { fidelity } from './fidelity.ts';
import { machineRecord } from './records.ts';
import { roles } from './roles.ts';
import type { Handlers } from './server.ts';
import { siteNews } from './siteNews.ts';

type Names = 'lab.status' | 'lab.stop' | 'lab.list' | 'lab.save' | 'role.restart' | 'fidelity.list' | 'event.list' | 'vault.credentials';

const defaultEvents = 100;

export function labHandlers(parts: ControlParts): Handlers<Names> {
  const { world, siteVault, cloud, site } = parts;
  const { folder } = world;
  return {
    'lab.status': async () => status(parts),
    'lab.stop': async () => {
      // As the owner would: the entry of the process listens for it and disposes everything.
      setImmediate(() => process.kill(process.pid, 'SIGTERM'));
      return {};
    },
    'lab.list': async () => savedLabs(folder.dir),
    'lab.save': async ({ name }) => {
      await world.kernel.clock.settle();
      return saveLab(folder, { name, nowMs: world.kernel.clock.now() });
    },
    'role.restart': async ({ role, kill }) => {
      const kept = cloud.storage.processes;
      const storage = new Map([
        ['storage', kept.target],
        ['storage-target', kept.target],
        ['storage-log', kept.log],
      ]).get(role);
      const separate = [...site.processServers, ...site.masterTargets].find(({ name, kill: killOne }) => name === role && killOne !== undefined);
      const killRole = storage === undefined ? separate?.kill : () => storage.kill();
      if (killRole === undefined)
        throw new LabError('NotFound', `${role} runs inside the lab's own process; storage and storage-log are processes of their own.`);
      if (!kill) throw new LabError('InvalidArgument', 'A component keeps nothing that a shutdown would save: use --kill.');
      await killRole();
      return roles(parts).find((one) => one.name === role) ?? (roles(parts)[0] as RoleStatus);
    },
    'fidelity.list': async () => fidelity,
    'vault.credentials': async () => ({ credentials: siteVault.vault.credentialsFile() }),
    'event.list': async ({ limit }) =>
      siteVault.vault
        .events()
        .slice(-(limit ?? defaultEvents))
        .map((event) => ({
          timeMs: event.timeOfOccurrenceMs,
          severity: event.severity,
          code: event.eventCode,
          subject: event.affectedObjectFriendlyName,
          message: event.description,
        })),
  };
}

function status(parts: ControlParts): LabStatus {
  const { world, siteVault, disks } = parts;
  const { kernel, folder } = world;
  const { settings } = folder;
  const { entry } = siteVault;
  return {
    dir: folder.dir,
    pid: process.pid,
    scenario: settings?.scenario ?? '',
    seed: settings?.seed ?? '',
    vault: entry?.resource.name ?? '',
    clock: { timeMs: kernel.clock.now(), speed: kernel.clock.speed },
    machines: disks.hosted().map((hosted) => machineRecord(parts, hosted)),
    ...siteNews(parts),
  };
}
