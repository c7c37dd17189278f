// Reads one vCenter's inventory over its REST wire (vcenter.md §11) into machines as Site Recovery sees them.
import type { Network } from '../../kernel/network.ts';
import type { VCenterConnection } from '../../replication/orders.ts';
import { VSphereClient } from '../vsphere/vSphereClient.ts';
import type { FoundMachine } from './selectability.ts';
import { readVm } from './vmReading.ts';

/** @throws LabError VCenterLoginFailed, VCenterPermissionDenied, VCenterCallFailed, PeerUnreachable, LinkDown */
export async function scanVCenter(options: { vCenter: VCenterConnection; ca: string; network: Network }): Promise<Omit<FoundMachine, 'vCenterConnected'>[]> {
  const { vCenter, ca, network } = options;
  await using client = new VSphereClient({
    url: vCenter.url,
    userName: vCenter.userName,
    password: vCenter.password,
    ca,
    network,
    paths: ['processserver-vcenter'],
  });
  const hosts = await client.json<{ host: string; connection_state: string }[]>('/api/vcenter/host');
  const found: Omit<FoundMachine, 'vCenterConnected'>[] = [];
  for (const host of hosts) {
    // A machine's record does not name its host; the list by host does.
    const summaries = await client.json<{ vm: string }[]>(`/api/vcenter/vm?hosts=${encodeURIComponent(host.host)}`);
    const place = { vCenterId: vCenter.vCenterId, hostConnected: host.connection_state === 'CONNECTED' };
    for (const { vm } of summaries) found.push({ machine: await readVm(client, vm, place), origin: `${vCenter.vCenterId}/${vm}` });
  }
  return found;
}
