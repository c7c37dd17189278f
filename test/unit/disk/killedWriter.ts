// The process that the kill test kills: writes through a RawDisk and prints each write once it is acknowledged.
import { writeSync } from 'node:fs';
import { RawDisk } from '../../../emulator/disk/rawDisk.ts';
import { seededRandom } from '../../../emulator/kernel/random.ts';

const [path = '', seed = ''] = process.argv.slice(2);
const disk = await RawDisk.open({ path });
const random = seededRandom(seed);

/** Each worker has its own 1 MiB stripes, so that the order of writes to one place is known. */
const workers = 4;
const stripeBytes = 1024 * 1024;

async function work(worker: number): Promise<never> {
  const stripes = Math.floor(disk.sizeBytes / stripeBytes / workers);
  for (;;) {
    const stripe = (random.integer(stripes) * workers + worker) * stripeBytes;
    const sectors = random.integer(4) === 0 ? 1 + random.integer(1024) : 1 + random.integer(16);
    const offset = stripe + random.integer(stripeBytes / 512 - sectors + 1) * 512;
    const fill = random.integer(256);
    // Announced first, since a write that was cut off may have reached the disk or not.
    writeSync(1, `begin ${worker} ${offset} ${sectors * 512} ${fill}\n`);
    if (fill === 0) await disk.zero(offset, sectors * 512);
    else await disk.write(offset, Buffer.alloc(sectors * 512, fill));
    writeSync(1, `done ${worker}\n`);
    await new Promise(setImmediate);
  }
}

await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
