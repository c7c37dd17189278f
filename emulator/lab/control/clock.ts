// Control operations on time, faults and links.
import { faultPoints, networkPaths } from '../../contract/faults.ts';
import type { ClockState } from '../../contract/resources.ts';
import { LabError } from '../../kernel/errors.ts';
import type { ControlParts } from '../control.ts';
import type { Handlers } from './server.ts';

type Names = 'clock.show' | 'clock.speed' | 'clock.step' | 'clock.jump' | 'fault.list' | 'fault.add' | 'fault.remove' | 'link.list' | 'link.set';

export function clockHandlers({ world, cloud }: ControlParts): Handlers<Names> {
  const { clock, faults, network, ids } = world.kernel;
  const state = (): ClockState => ({ timeMs: clock.now(), speed: clock.speed });
  return {
    'clock.show': async () => state(),
    'clock.speed': async ({ speed }) => {
      if (typeof speed === 'number' && !(speed > 0 && speed <= 100_000))
        throw new LabError('InvalidArgument', `Speed ${speed}: more than 0 and at most 100000.`);
      await clock.setSpeed(speed);
      return state();
    },
    'clock.step': async ({ stepMs }) => {
      await clock.advance(duration(stepMs));
      return state();
    },
    'clock.jump': async ({ jumpMs }) => {
      await clock.jump(duration(jumpMs));
      return state();
    },
    'fault.list': async () => faults.list(),
    'fault.add': async ({ rule }) => {
      if (!faultPoints.includes(rule.point)) throw new LabError('InvalidArgument', `Fault point ${rule.point}: one of ${faultPoints.join(', ')}.`);
      const added = { ...rule, id: rule.id ?? ids.hex(8) };
      faults.add(added);
      return added;
    },
    'fault.remove': async ({ id }) => {
      if (!faults.list().some(({ rule }) => rule.id === id)) throw new LabError('NotFound', `Fault rule ${id}.`);
      faults.remove(id);
      return {};
    },
    'link.list': async () => network.list(),
    'link.set': async ({ path, state: wanted, bandwidthBps, latencyMs }) => {
      if (!networkPaths.includes(path)) throw new LabError('InvalidArgument', `Path ${path}: one of ${networkPaths.join(', ')}.`);
      // The VPN is built and taken away in Azure; only a cut is a matter of the cable.
      if (path === 'site-to-site' && wanted === 'up' && cloud.networks.privateConnection() === 'none') cloud.networks.connect('siteToSiteVpn');
      if (path === 'site-to-site' && wanted === 'absent') cloud.networks.connect('none');
      network.set(path, {
        ...(wanted === undefined ? {} : { state: wanted }),
        ...(bandwidthBps === undefined ? {} : { bandwidthBps }),
        ...(latencyMs === undefined ? {} : { latencyMs }),
      });
      // What a link brings about by itself (a process server in Azure registers) is seen by whoever asks next.
      if (clock.speed === 'paused') await clock.settle();
      return network.get(path);
    },
  };
}

function duration(ms: number): number {
  if (!(Number.isFinite(ms) && ms >= 0)) throw new LabError('InvalidArgument', `${String(ms)} is no duration.`);
  return ms;
}
