// A drill of a machine with 8 GiB of data, from the request to the running VM, against the copy of one page blob of that size.
import { LabUnderTest, linuxServer } from '../support/lab.ts';
import { benchContainer, incompressible, writeContent } from './content.ts';
import { onDisk, onSite } from './copies.ts';
import { gibibyte, mebibyte, secondsText, timeMs, type Measure } from './measure.ts';

const contentBytes = 8 * gibibyte;
const aimMs = 2000;

export const drill: Measure = {
  name: 'drill',
  title: 'drill of a machine with 8 GiB, request to running VM',
  referenceTitle: 'one page blob copy',
  aim: '< 2 s more',
  run: async () => {
    await using site = await LabUnderTest.open({
      virtualMachines: [linuxServer(1, { disks: [{ sizeBytes: contentBytes + 64 * mebibyte, contentBytes: 0 }] })],
    });
    await onDisk(site, onSite, (disk) => writeContent(repetitive, { sizeBytes: contentBytes, write: (offset, bytes) => disk.write(offset, bytes) }));
    const protectMs = await timeMs(() => site.protectAll());
    const container = await benchContainer(site.lab.ready);
    const source = container.getPageBlobClient('source');
    await source.create(contentBytes);
    await writeContent(repetitive, { sizeBytes: contentBytes, write: (offset, bytes) => source.uploadPages(bytes, offset, bytes.length) });
    const copyMs = await timeMs(async () => (await container.getPageBlobClient('copy').beginCopyFromURL(source.url)).pollUntilDone());
    const drillMs = await timeMs(async () => {
      await site.client.call('item.testFailover', { machine: 'SRV01', point: 'LatestProcessed' });
      await site.until('the drill’s machine', async () => {
        const { testMachine } = await site.item('SRV01');
        return testMachine !== null && (await site.client.call('machine.list', {})).some(({ name, poweredOn }) => name === testMachine && poweredOn);
      });
    });
    return {
      value: secondsText(drillMs),
      reference: secondsText(copyMs),
      ratio: null,
      reached: drillMs - copyMs < aimMs,
      figures: { drillMs, copyMs, contentBytes, protectMs },
    };
  },
};

/** Compressible, so that the way there does not take most of the bench's time; a replica holds it uncompressed all the same. */
function repetitive(place: number): Buffer {
  const piece = Buffer.alloc(4 * mebibyte, `piece ${place} `);
  incompressible(place % 16).copy(piece, 0, 0, 64 * 1024);
  return piece;
}
