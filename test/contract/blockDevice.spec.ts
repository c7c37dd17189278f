// What every BlockDevice promises, told once: run it with a maker for each implementation.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sectorBytes, type BlockDevice } from '../../emulator/disk/blockDevice.ts';
import { LabError } from '../../emulator/kernel/errors.ts';

export interface SpecDevice extends AsyncDisposable {
  readonly device: BlockDevice;
  /** Disposes the device and opens the same content again; `device` is then the new one. */
  reopen(): Promise<BlockDevice>;
}

const mebibyte = 1024 * 1024;

type Step = { readonly kind: 'write' | 'zero'; readonly sector: number; readonly sectors: number; readonly fill: number } | { readonly kind: 'reopen' };

/** @param make a new device of zeros of the given size, which is a whole number of MiB */
export function blockDeviceSpec(name: string, make: (sizeBytes: number) => Promise<SpecDevice>): void {
  describe(`${name} as a BlockDevice`, () => {
    test('a new device has the size asked for, reads as zeros and has nothing allocated', async () => {
      await using made = await make(2 * mebibyte);
      expect(made.device.sizeBytes).toBe(2 * mebibyte);
      expect((await made.device.read(0, 2 * mebibyte)).equals(Buffer.alloc(2 * mebibyte))).toBe(true);
      expect(await made.device.allocated({ offset: 0, length: 2 * mebibyte })).toEqual([]);
    });

    test('random writes and zeros read back as from memory, also after it was closed and opened', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step(), { minLength: 1, maxLength: 30 }), async (steps) => {
          await using made = await make(mebibyte);
          const model = Buffer.alloc(mebibyte);
          for (const one of steps) await take(made, model, one);
          expect(await problemWith(made.device, model)).toBeUndefined();
          expect(await problemWith(await made.reopen(), model)).toBeUndefined();
        }),
        { numRuns: 15 },
      );
    });

    test('concurrent writes to different places all arrive', async () => {
      await using made = await make(mebibyte);
      const model = Buffer.alloc(mebibyte);
      const writes = Array.from({ length: 64 }, async (_, place) => {
        const bytes = Buffer.alloc(4096, place + 1);
        bytes.copy(model, place * 16_384);
        await made.device.write(place * 16_384, bytes);
      });
      await Promise.all(writes);
      expect(await problemWith(made.device, model)).toBeUndefined();
    });

    test('a write as long as the device and one of its last sector arrive', async () => {
      await using made = await make(mebibyte);
      const model = Buffer.alloc(mebibyte, 0xa5);
      await made.device.write(0, Buffer.from(model));
      const last = Buffer.alloc(sectorBytes, 0x5a);
      last.copy(model, mebibyte - sectorBytes);
      await made.device.write(mebibyte - sectorBytes, last);
      expect(await problemWith(made.device, model)).toBeUndefined();
    });

    test('calls of length 0 are allowed anywhere, also at the end', async () => {
      await using made = await make(mebibyte);
      expect((await made.device.read(mebibyte, 0)).length).toBe(0);
      await made.device.write(mebibyte, Buffer.alloc(0));
      await made.device.zero(mebibyte, 0);
      expect(await made.device.allocated({ offset: 512, length: 0 })).toEqual([]);
    });

    test('zeroing what was never written allocates nothing', async () => {
      await using made = await make(4 * mebibyte);
      await made.device.zero(0, 4 * mebibyte);
      expect(await made.device.allocated({ offset: 0, length: 4 * mebibyte })).toEqual([]);
    });

    test('allocated stays inside the range it was asked for', async () => {
      await using made = await make(mebibyte);
      await made.device.write(0, Buffer.alloc(mebibyte, 1));
      expect(await made.device.allocated({ offset: 1024, length: 512 })).toEqual([{ offset: 1024, length: 512 }]);
    });

    for (const [what, offset, length] of [
      ['past the end', mebibyte - sectorBytes, 2 * sectorBytes],
      ['off a sector boundary', 100, sectorBytes],
      ['of a part of a sector', 0, 100],
      ['before the beginning', -sectorBytes, sectorBytes],
    ] as const) {
      test(`a range ${what} is refused and changes nothing`, async () => {
        await using made = await make(mebibyte);
        for (const call of [made.device.read(offset, length), made.device.write(offset, Buffer.alloc(length, 1)), made.device.zero(offset, length)]) {
          const error = await call.then(
            () => undefined,
            (reason: unknown) => reason,
          );
          expect(LabError.is(error, 'DiskRangeInvalid')).toBe(true);
        }
        expect(await problemWith(made.device, Buffer.alloc(mebibyte))).toBeUndefined();
      });
    }
  });
}

function step(): fc.Arbitrary<Step> {
  const sectors = mebibyte / sectorBytes;
  const change = fc.record({
    kind: fc.constantFrom('write' as const, 'write' as const, 'zero' as const),
    sector: fc.integer({ min: 0, max: sectors - 1 }),
    sectors: fc.oneof(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 600 })),
    fill: fc.integer({ min: 0, max: 255 }),
  });
  return fc.oneof({ weight: 12, arbitrary: change }, { weight: 1, arbitrary: fc.constant({ kind: 'reopen' as const }) });
}

async function take(made: SpecDevice, model: Buffer, one: Step): Promise<void> {
  if (one.kind === 'reopen') return void (await made.reopen());
  const offset = one.sector * sectorBytes;
  const length = Math.min(one.sectors * sectorBytes, model.length - offset);
  if (one.kind === 'zero') {
    model.fill(0, offset, offset + length);
    await made.device.zero(offset, length);
    return;
  }
  // Not all bytes alike, so that a shifted write is seen.
  const bytes = Buffer.from(Array.from({ length }, (_, at) => (one.fill + (at >>> 9)) & 0xff));
  bytes.copy(model, offset);
  await made.device.write(offset, bytes);
}

/** @returns what is wrong with the device, in words; undefined when it holds the model and covers it */
async function problemWith(device: BlockDevice, model: Buffer): Promise<string | undefined> {
  if (!(await device.read(0, model.length)).equals(model)) return 'The content differs.';
  const outside = Buffer.from(model);
  let end = 0;
  for (const range of await device.allocated({ offset: 0, length: model.length })) {
    if (range.offset < end || range.length <= 0) return `The range at ${range.offset} is empty, or not after the one before.`;
    end = range.offset + range.length;
    outside.fill(0, range.offset, end);
  }
  return outside.equals(Buffer.alloc(model.length)) ? undefined : 'Bytes that are not zeros are not called allocated.';
}
