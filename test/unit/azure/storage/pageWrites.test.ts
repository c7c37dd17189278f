// Requests for a page blob out of changes in order: run in any order they must give what the changes give in theirs.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { changesOf, largestPutBytes, planPageWrites, type PageChange } from '../../../../emulator/azure/storage/pageWrites.ts';

const sectors = 64;

const change = fc
  .record({ sector: fc.nat(sectors - 1), count: fc.integer({ min: 1, max: 12 }), fill: fc.integer({ min: 0, max: 255 }) })
  .map(({ sector, count, fill }): PageChange => {
    const length = Math.min(count, sectors - sector) * 512;
    return { offset: sector * 512, length, bytes: fill === 0 ? null : Buffer.alloc(length, fill) };
  });

test('the requests overlap nowhere and give the same bytes in any order', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      const expected = Buffer.alloc(sectors * 512, 0xee);
      for (const { offset, length, bytes } of changes) expected.fill(bytes ?? 0, offset, offset + length);
      const given = Buffer.alloc(sectors * 512, 0xee);
      const writes = planPageWrites(changes);
      let end = 0;
      for (const { offset, length } of writes) {
        expect(offset).toBeGreaterThanOrEqual(end);
        end = offset + length;
      }
      for (const { offset, length, parts } of [...writes].reverse()) {
        if (parts === null) given.fill(0, offset, offset + length);
        else Buffer.concat(parts, length).copy(given, offset);
      }
      expect(given.equals(expected)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('neighbours become one request, cut where a request may not be larger', () => {
  const piece = Buffer.alloc(1024 * 1024, 1);
  const changes = Array.from({ length: 9 }, (_, place): PageChange => ({ offset: place * piece.length, length: piece.length, bytes: piece }));
  expect(planPageWrites(changes).map(({ offset, length }) => [offset, length])).toEqual([
    [0, largestPutBytes],
    [largestPutBytes, largestPutBytes],
    [2 * largestPutBytes, piece.length],
  ]);
});

test('zeros are cleared in one request whatever their length', () => {
  const length = 5 * 2 ** 30;
  expect(planPageWrites([{ offset: 512, length, bytes: null }])).toEqual([{ offset: 512, length, parts: null }]);
});

test('extents get their own part of the payload', () => {
  const payload = Buffer.concat([Buffer.alloc(512, 1), Buffer.alloc(1024, 2)]);
  const changes = changesOf(
    [
      { offset: 0, length: 512 },
      { offset: 4096, length: 512, zero: true },
      { offset: 8192, length: 1024 },
    ],
    payload,
  );
  expect(changes.map((one) => one.bytes?.[0] ?? null)).toEqual([1, null, 2]);
});
