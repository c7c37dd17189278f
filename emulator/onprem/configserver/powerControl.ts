// Turns machines of the site on and off: virtual ones through vCenter, physical ones through whatever the lab gives for a management board.
import type { Kernel } from '../../kernel/kernel.ts';
import { LabError } from '../../kernel/errors.ts';
import type { VCenterConnection } from '../../replication/orders.ts';
import type { DiscoveredMachine } from '../../replication/reports.ts';
import { VSphereClient } from '../vsphere/vSphereClient.ts';

export type PowerAction = 'on' | 'off' | 'shutDown';
/** `shutDown` ends when the guest has ended. */
export type PhysicalPower = (machineId: string, action: PowerAction) => Promise<void>;

interface PowerControlDeps {
  readonly kernel: Pick<Kernel, 'clock' | 'network' | 'trace'>;
  /** PEM of the authority of vCenter's certificate. */
  readonly vCenterCa: string;
  readonly physicalPower: PhysicalPower | undefined;
}

/** The product gives a guest some minutes to end before it gives up (asr-behaviour §7.2 shows the task, no limit). */
const shutDownLimitMs = 10 * 60_000;
const pollMs = 5000;

interface VmRecord {
  readonly power_state: 'POWERED_ON' | 'POWERED_OFF' | 'SUSPENDED';
  readonly identity: { readonly instance_uuid: string };
}

export class PowerControl {
  readonly #deps: PowerControlDeps;

  constructor(deps: PowerControlDeps) {
    this.#deps = deps;
  }

  /**
   * Brings a machine into the wanted state; nothing happens when it is in it already. Only inside an activity.
   * @param place `machine` as discovery knows it (undefined: made since the last discovery), and the vCenters it may be in
   * @returns a problem that did not keep it from that state: the guest could not be shut down and was powered off
   * @throws LabError MachinePowerFailed, MachineNotDiscovered, VCenterPermissionDenied, VCenterLoginFailed, PeerUnreachable, LinkDown
   */
  async power(
    machineId: string,
    action: PowerAction,
    place: { machine: DiscoveredMachine | undefined; vCenters: readonly VCenterConnection[] },
  ): Promise<LabError | undefined> {
    const { kernel, vCenterCa, physicalPower } = this.#deps;
    if (place.machine?.platform === 'Physical') {
      if (physicalPower === undefined) throw new LabError('MachinePowerFailed', `${place.machine.name} has no management board.`);
      await physicalPower(machineId, action);
      return undefined;
    }
    for (const vCenter of place.vCenters) {
      await using client = new VSphereClient({
        url: vCenter.url,
        userName: vCenter.userName,
        password: vCenter.password,
        ca: vCenterCa,
        network: kernel.network,
        paths: ['processserver-vcenter'],
      });
      const found = await findVm(client, machineId, place.machine?.name);
      if (found === undefined) continue;
      return found.on === (action === 'on') ? undefined : await this.#change(client, { vm: found.vm, name: found.name, action });
    }
    throw new LabError('MachineNotDiscovered', `${place.machine?.name ?? machineId} is in no inventory.`);
  }

  async #change(client: VSphereClient, wanted: { vm: string; name: string; action: PowerAction }): Promise<LabError | undefined> {
    const path = `/api/vcenter/vm/${wanted.vm}`;
    if (wanted.action !== 'shutDown') {
      await client.json(`${path}/power?action=${wanted.action === 'on' ? 'start' : 'stop'}`, { method: 'POST' });
      return undefined;
    }
    try {
      await client.json(`${path}/guest/power?action=shutdown`, { method: 'POST' });
    } catch (error) {
      // Without VMware Tools a guest cannot be asked; rights and links are another matter.
      if (!LabError.is(error, 'VCenterCallFailed')) throw error;
      await client.json(`${path}/power?action=stop`, { method: 'POST' });
      return error;
    }
    await this.#waitUntilOff(client, wanted);
    return undefined;
  }

  async #waitUntilOff(client: VSphereClient, wanted: { vm: string; name: string }): Promise<void> {
    const { clock } = this.#deps.kernel;
    const limitMs = clock.now() + shutDownLimitMs;
    for (;;) {
      const { state } = await client.json<{ state: VmRecord['power_state'] }>(`/api/vcenter/vm/${wanted.vm}/power`);
      if (state === 'POWERED_OFF') return;
      if (clock.now() >= limitMs) throw new LabError('MachinePowerFailed', `${wanted.name} did not shut down within ${shutDownLimitMs / 60_000} minutes.`);
      await clock.sleep(pollMs);
    }
  }
}

/** Names need not be unique in an inventory and may change, instance uuids do neither; the name only shortens the search. */
async function findVm(client: VSphereClient, machineId: string, name: string | undefined): Promise<{ vm: string; name: string; on: boolean } | undefined> {
  for (const summary of await client.listVms(name === undefined ? {} : { names: name })) {
    const record = await client.json<VmRecord>(`/api/vcenter/vm/${summary.vm}`);
    if (record.identity.instance_uuid === machineId) return { vm: summary.vm, name: summary.name, on: record.power_state === 'POWERED_ON' };
  }
  return name === undefined ? undefined : findVm(client, machineId, undefined);
}
