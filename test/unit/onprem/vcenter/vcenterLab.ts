// A vCenter on a real port in a folder of its own, with two machines, an appliance and accounts, for the tests of its wires.
import { createAuthority, issue } from '../../../../emulator/http/certificates.ts';
import { HttpClient, type CallOptions } from '../../../../emulator/http/client.ts';
import type { Kernel } from '../../../../emulator/kernel/kernel.ts';
import type { VCenterAccount } from '../../../../emulator/onprem/vcenter/accounts.ts';
import { VCenter } from '../../../../emulator/onprem/vcenter/vcenter.ts';
import { guestLab, type GuestLab } from '../../machine/guestLab.ts';
import { accounts, diskBytes, siteSpec, specOf } from './siteSpec.ts';

const authority = createAuthority('test authority');

export interface VCenterLab extends AsyncDisposable {
  readonly lab: GuestLab;
  readonly kernel: Kernel;
  readonly ca: string;
  vCenter: VCenter;
  /** Closes the role and opens it again, on its folder or on that of another one. */
  reopen(folder?: string): Promise<void>;
  client(account: VCenterAccount | undefined): Promise<WireClient>;
}

export interface WireClient {
  /** Status and decoded body of any answer, also of refusals. */
  call(path: string, options?: CallOptions): Promise<{ status: number; body: unknown; headers: Record<string, string | string[] | undefined>; bytes: Buffer }>;
}

export async function vCenterLab(): Promise<VCenterLab> {
  const lab = guestLab('vcenter');
  const ca = await authority;
  const identity = await issue(ca, { name: 'vcenter', role: 'vcenter' });
  const folder = `${lab.folder}/vcenter`;
  const clients: HttpClient[] = [];
  const open = (place = folder): Promise<VCenter> =>
    VCenter.open({
      kernel: lab.kernel,
      folder: place,
      identity,
      accounts,
      site: siteSpec,
    });
  const vCenter = await open();
  await vCenter.addMachine(specOf('web'));
  await vCenter.addMachine({
    ...specOf('db'),
    osType: 'Windows',
    osVersion: 'Windows Server 2016',
    firmware: 'UEFI',
    disks: [{ sizeBytes: diskBytes }, { sizeBytes: diskBytes }],
  });
  await vCenter.addMachine({ ...specOf('mt'), appliance: true });
  const result: VCenterLab = {
    lab,
    kernel: lab.kernel,
    ca: ca.certificate,
    vCenter,
    reopen: async (place) => {
      await result.vCenter[Symbol.asyncDispose]();
      result.vCenter = await open(place);
    },
    client: async (account) => {
      const http = new HttpClient({ url: result.vCenter.url, identity: { ca: ca.certificate }, network: lab.kernel.network, paths: [] });
      clients.push(http);
      const call: WireClient['call'] = async (path, options = {}) => {
        const { status, headers, bytes } = await http.exchange(path, { ...options, headers: { ...session, ...options.headers } });
        return { status, headers, bytes, body: String(headers['content-type']).includes('json') ? JSON.parse(bytes.toString()) : undefined };
      };
      const session: Record<string, string> = {};
      if (account !== undefined)
        session['vmware-api-session-id'] = (await call('/api/session', { method: 'POST', headers: { authorization: basic(account) } })).body as string;
      return { call };
    },
    [Symbol.asyncDispose]: async () => {
      for (const http of clients) await http[Symbol.asyncDispose]();
      await result.vCenter[Symbol.asyncDispose]();
      await lab[Symbol.asyncDispose]();
    },
  };
  return result;
}

export function basic({ userName, password }: Pick<VCenterAccount, 'userName' | 'password'>): string {
  return `Basic ${Buffer.from(`${userName}:${password}`).toString('base64')}`;
}
