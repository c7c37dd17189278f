// Initial copies through every hop, against the same bytes uploaded straight to a page blob of the same storage process.
import type { BlockDevice } from '../../emulator/disk/blockDevice.ts';
import { LabUnderTest, linuxServer } from '../support/lab.ts';
import { incompressible, typical, uploadPageBlob, writeContent, type Content } from './content.ts';
import { gibibyte, mebibyte, rateText, secondsText, timeMs, type Measure, type Measured } from './measure.ts';

const contentBytes = gibibyte;
const pollMs = 2;

export const copyMeasures: readonly Measure[] = [
  {
    name: 'copy',
    title: 'initial copy, 1 GiB incompressible',
    referenceTitle: 'uploadPages, 4 MiB, 8 at once',
    aim: '>= 0.6',
    run: () => copyOf(incompressible, 0.6),
  },
  {
    name: 'typical',
    title: 'initial copy, 1 GiB typical',
    referenceTitle: 'the same, zeros skipped',
    aim: '>= 1.0',
    run: () => copyOf(typical, 1),
  },
];

async function copyOf(content: Content, aim: number): Promise<Measured> {
  await using site = await LabUnderTest.open({
    virtualMachines: [linuxServer(1, { disks: [{ sizeBytes: contentBytes + 64 * mebibyte, contentBytes: 0 }] })],
  });
  await onDisk(site, onSite, (disk) => writeContent(content, { sizeBytes: contentBytes, write: (offset, bytes) => disk.write(offset, bytes) }));
  const before = await timeMs(() => uploadPageBlob(site.lab.ready, content, contentBytes));
  const copyMs = await firstByteToProtected(site);
  const after = await timeMs(() => uploadPageBlob(site.lab.ready, content, contentBytes));
  const referenceMs = (before + after) / 2;
  const ratio = referenceMs / copyMs;
  return {
    value: `${secondsText(copyMs)}, ${rateText(contentBytes, copyMs)}`,
    reference: `${secondsText(referenceMs)}, ${rateText(contentBytes, referenceMs)}`,
    ratio,
    reached: ratio >= aim,
    figures: { copyMs, referenceMs, contentBytes },
  };
}

/** Protects all machines. @returns wall time from the first byte that an agent sends until all are protected with a point */
export async function firstByteToProtected(site: LabUnderTest): Promise<number> {
  const { network } = site.lab.world.kernel;
  const atFirst = network.get('machine-processserver').carriedBytes;
  let beganMs: number | undefined;
  // The copy runs inside one step of the clock, so it is watched from beside.
  const watch = setInterval(() => {
    if (beganMs === undefined && network.get('machine-processserver').carriedBytes > atFirst) beganMs = performance.now();
  }, pollMs);
  try {
    await site.protectAll();
  } finally {
    clearInterval(watch);
  }
  if (beganMs === undefined) throw new Error('Nothing was sent.');
  return performance.now() - beganMs;
}

/** The machine of most measures, where it is at first. */
export const onSite = { location: 'onPremises', machine: 'SRV01' } as const;

/** The first disk of a machine, as its guest sees it. */
export async function onDisk<T>(
  site: LabUnderTest,
  place: { readonly location: 'onPremises' | 'azure'; readonly machine: string },
  use: (device: BlockDevice) => Promise<T>,
): Promise<T> {
  await using borrowed = await site.lab.disks.borrow({ ...place, disk: '0', at: 'present' });
  return use(borrowed.device);
}
