// What the disks of the journey's lab hold, read as a client reads them: blobs with the account's key, VMDK files from vCenter's datastore browser.
import { PageBlobClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { createHash, type Hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { ControlClient } from '../../../emulator/cli/client.ts';
import type { OperationName, ReplyOf, RequestOf } from '../../../emulator/contract/control.ts';
import type { LabLocator } from '../../../emulator/contract/labLocator.ts';

/** A fixed VHD is the disk with a footer behind its end. */
const footerBytes = 512;
const pieceBytes = 8 * 2 ** 20;
const zeroPiece = Buffer.alloc(pieceBytes);

export interface DiskContent {
  readonly sizeBytes: number;
  readonly sha256: string;
}

export class LabDisks implements AsyncDisposable {
  readonly #client: ControlClient;

  private constructor(client: ControlClient) {
    this.#client = client;
  }

  /** @param workspace the folder whose lab runs */
  static async open(workspace: string): Promise<LabDisks> {
    return new LabDisks(await ControlClient.open(locatorOf(workspace)));
  }

  call<Name extends OperationName>(name: Name, asked: RequestOf<Name>): Promise<ReplyOf<Name>> {
    return this.#client.call(name, asked);
  }

  /** The OS disk of an Azure VM, by the blob endpoint and the account's key. @param machine name of the VM */
  async blob(machine: string): Promise<DiskContent> {
    const { blob } = this.#client.locator;
    const path = new URL(await this.#pathOf('azure', machine)).pathname.split('/').slice(2).join('/');
    const client = new PageBlobClient(`${blob.url}/${path}`, new StorageSharedKeyCredential(blob.accountName, blob.accountKey));
    const { contentLength = 0 } = await client.getProperties();
    const sizeBytes = contentLength - footerBytes;
    const hash = createHash('sha256');
    let done = 0;
    for await (const { start, end, isClear } of client.listPageRanges(0, sizeBytes)) {
      if (isClear) continue;
      zeros(hash, start - done);
      for (let at = start; at <= end; at += pieceBytes) hash.update(await client.downloadToBuffer(at, Math.min(pieceBytes, end + 1 - at)));
      done = end + 1;
    }
    zeros(hash, sizeBytes - done);
    return { sizeBytes, sha256: hash.digest('hex') };
  }

  /** What a machine at the site sees, by the control API. */
  async atSite(machine: string): Promise<DiskContent> {
    const { sizeBytes, sha256 } = await this.call('disk.sha256', { disk: { location: 'onPremises', machine, disk: '0', at: 'present' } });
    return { sizeBytes, sha256 };
  }

  /** The flat file of the OS disk of a machine in vCenter, by the datastore's own address. */
  async vmdk(machine: string): Promise<DiskContent> {
    const [datastore = '', folder = '', file = ''] = (await this.#pathOf('onPremises', machine)).split('/').slice(-3);
    const { vcenter, ca } = this.#client.locator;
    const flat = file.replace(/\.vmdk$/, '-flat.vmdk');
    const address = new URL(`/folder/${encodeURIComponent(folder)}/${encodeURIComponent(flat)}`, vcenter.url);
    address.search = new URLSearchParams({ dcPath: 'DC0', dsName: decodeURIComponent(datastore) }).toString();
    const dispatcher = new Agent({ connect: { ca: readFileSync(ca) }, bodyTimeout: 0 });
    try {
      const authorization = `Basic ${Buffer.from(`${vcenter.user}:${vcenter.password}`).toString('base64')}`;
      const { statusCode, body } = await request(address, { dispatcher, headers: { authorization } });
      if (statusCode !== 200) throw new Error(`${address.pathname}: ${statusCode} ${await body.text()}`);
      const hash = createHash('sha256');
      let sizeBytes = 0;
      for await (const part of body) {
        hash.update(part as Buffer);
        sizeBytes += (part as Buffer).length;
      }
      return { sizeBytes, sha256: hash.digest('hex') };
    } finally {
      await dispatcher.close();
    }
  }

  async #pathOf(location: 'onPremises' | 'azure', machine: string): Promise<string> {
    const disks = await this.call('disk.list', {});
    const found = disks.find((disk) => disk.location === location && disk.machine === machine);
    if (found === undefined) throw new Error(`${machine} has no disk there: ${disks.map((disk) => `${disk.location} ${disk.machine}`).join(', ')}`);
    return found.path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
  }
}

/** The ready line of the lab of this folder. */
export function locatorOf(workspace: string): LabLocator {
  return JSON.parse(readFileSync(join(workspace, '.srlab', 'lab.json'), 'utf8')) as LabLocator;
}

function zeros(hash: Hash, sizeBytes: number): void {
  for (let left = sizeBytes; left > 0; left -= pieceBytes) hash.update(left < pieceBytes ? zeroPiece.subarray(0, left) : zeroPiece);
}
