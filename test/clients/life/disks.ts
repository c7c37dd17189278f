// What the machines' disks hold, on premises through the lab and in Azure through Azure's storage client, and patterns written to them.
import { AnonymousCredential, PageBlobClient, StorageSharedKeyCredential } from '@azure/storage-blob';
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

/** The disks of the Azure VMs: page blobs opened with the account's key, managed ones with a signature for reading. */
export async function inAzure(life: Life, azureName: (protectee: Protectee) => string): Promise<Contents> {
  const contents: Record<string, string> = {};
  for (const protectee of protectees) {
    for (const [number, blob] of (await diskBlobs(life, azureName(protectee))).entries())
      contents[`${protectee.machine} ${number}`] = await digestOfDevice(await pageBlobDevice(blob));
  }
  return contents;
}

async function diskBlobs(life: Life, azureName: string): Promise<PageBlobClient[]> {
  const { storageProfile } = await life.clients.compute.virtualMachines.get(life.vault[1], azureName);
  const dataDisks = (storageProfile?.dataDisks ?? []).toSorted((one, other) => one.lun - other.lun);
  return Promise.all(
    [storageProfile?.osDisk, ...dataDisks].map((disk) =>
      disk?.managedDisk === undefined
        ? ofAccount(life, found(`The blob of a disk of ${azureName}`, disk?.vhd?.uri))
        : managed(life, found('Its name', disk.name)),
    ),
  );
}

async function ofAccount({ clients, vault }: Life, url: string): Promise<PageBlobClient> {
  const { keys } = await clients.storage.storageAccounts.listKeys(vault[1], accountName);
  return new PageBlobClient(url, new StorageSharedKeyCredential(accountName, found('The key of the account', keys?.[0]?.value)));
}

async function managed({ clients, vault }: Life, name: string): Promise<PageBlobClient> {
  const { accessSAS } = await clients.compute.disks.grantAccess(vault[1], name, { access: 'Read', durationInSeconds: 600 });
  return new PageBlobClient(found('The way to the disk', accessSAS), new AnonymousCredential());
}
