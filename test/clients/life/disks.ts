// What the machines' disks hold, on premises through the lab and in Azure through Azure's storage client, and patterns written to them.
import { StorageSharedKeyCredential, PageBlobClient } from '@azure/storage-blob';
import { digestOfDevice } from '../../../emulator/disk/hash.ts';
import { seededRandom } from '../../../emulator/kernel/random.ts';
import { pageBlobDevice } from './pageBlobDevice.ts';
import { found, protectees, type Life, type Protectee } from './life.ts';

const mebibyte = 2 ** 20;
/** Behind the sample content of every disk. */
const patternOffset = 256 * mebibyte;
const patternBytes = mebibyte;
/** Where the machines' disks go. */
export const accountName = 'asrlabtarget';

/** Digests of each disk of each machine, by machine and number. */
export type Contents = Readonly<Record<string, string>>;

/** Writes bytes that were never there to every disk of every machine. @param name of the Azure VM of a machine, when the write is to that */
export async function writePattern(life: Life, pattern: string, azureName?: (protectee: Protectee) => string): Promise<void> {
  for (const protectee of protectees) {
    const machine = azureName?.(protectee) ?? (await idAtSite(life, protectee));
    for (let number = 0; number < protectee.disks; number += 1) {
      const bytes = seededRandom(`${pattern} ${protectee.machine} ${number}`).bytes(patternBytes);
      const disk = { location: azureName === undefined ? ('onPremises' as const) : ('azure' as const), machine, disk: String(number), at: 'present' as const };
      await life.lab.call('disk.write', { disk, offset: patternOffset, base64: bytes.toString('base64') });
    }
  }
}

/** As the machines at the site see their disks, or would, if they were on. */
export async function onPremises(life: Life): Promise<Contents> {
  const contents: Record<string, string> = {};
  for (const protectee of protectees) {
    const machine = await idAtSite(life, protectee);
    for (let number = 0; number < protectee.disks; number += 1) {
      await using borrowed = await life.lab.lab.disks.borrow({ location: 'onPremises', machine, disk: String(number), at: 'present' });
      contents[`${protectee.machine} ${number}`] = await digestOfDevice(borrowed.device);
    }
  }
  return contents;
}

/** A physical server comes home as a virtual machine, with the server itself beside it. */
async function idAtSite(life: Life, { machine }: Protectee): Promise<string> {
  const named = (await life.lab.call('machine.list', {})).filter(({ name, platform }) => name === machine && platform !== 'Azure');
  return found(machine, named.find(({ platform }) => platform === 'VmWare') ?? named[0]).machineId;
}

/** The page blobs of the Azure VMs, read with the account's key. */
export async function inAzure(life: Life, azureName: (protectee: Protectee) => string): Promise<Contents> {
  const { keys } = await life.clients.storage.storageAccounts.listKeys(life.vault[1], accountName);
  const credential = new StorageSharedKeyCredential(accountName, found('The key of the account', keys?.[0]?.value));
  const contents: Record<string, string> = {};
  for (const protectee of protectees) {
    const urls = await diskUrls(life, azureName(protectee));
    for (const [number, url] of urls.entries())
      contents[`${protectee.machine} ${number}`] = await digestOfDevice(await pageBlobDevice(new PageBlobClient(url, credential)));
  }
  return contents;
}

async function diskUrls(life: Life, azureName: string): Promise<string[]> {
  const { storageProfile } = await life.clients.compute.virtualMachines.get(life.vault[1], azureName);
  const dataDisks = (storageProfile?.dataDisks ?? []).toSorted((one, other) => one.lun - other.lun);
  return [storageProfile?.osDisk, ...dataDisks].map((disk) => found(`The blob of a disk of ${azureName}`, disk?.vhd?.uri));
}
