// What people type: durations, sizes, disks, points, and what is none of them.
import { describe, expect, test } from 'vitest';
import { durationText, sizeText, table } from '../../../emulator/cli/texts.ts';
import { parseBandwidth, parseDisk, parseDuration, parsePoint, parseSize, parseSpeed } from '../../../emulator/cli/values.ts';

describe('Values', () => {
  test.each([
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['250ms', 250],
    ['1.5h', 5_400_000],
    ['1d', 86_400_000],
  ])('%s is a duration', (text, ms) => expect(parseDuration(text)).toBe(ms));

  test.each(['', '5', 's', '5 m', '-5m', '5m!', 'm5'])('"%s" is no duration', (text) => expect(() => parseDuration(text)).toThrow('is not a duration'));

  test.each([
    ['512', 512],
    ['4k', 4096],
    ['4KiB', 4096],
    ['1.5MiB', 1_572_864],
    ['2T', 2 * 1024 ** 4],
  ])('%s is a size', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  test.each(['', 'k', '4q', '-1', '1e3'])('"%s" is no size', (text) => expect(() => parseSize(text)).toThrow('is not a size'));

  test('a bandwidth counts bits in thousands', () => expect(parseBandwidth('512kbps')).toBe(512_000));

  test('a speed is a word or a factor above zero', () => {
    expect([parseSpeed('paused'), parseSpeed('max'), parseSpeed('60'), parseSpeed('x0.5')]).toEqual(['paused', 'max', 60, 0.5]);
    for (const text of ['0', '-1', 'fast', '']) expect(() => parseSpeed(text)).toThrow('is not a speed');
  });

  test('a disk is named by side, machine, number and time', () => {
    expect(parseDisk('web01/0')).toEqual({ location: 'onPremises', machine: 'web01', disk: '0', at: 'present' });
    expect(parseDisk('azure:web01-test/data')).toEqual({ location: 'azure', machine: 'web01-test', disk: 'data', at: 'present' });
    expect(parseDisk('web01/0@replica').at).toBe('replica');
    expect(parseDisk('web01/0@p-7').at).toEqual({ pointId: 'p-7' });
  });

  test('a point is one of the names of the product, or an id', () => {
    expect(parsePoint('latest-processed')).toBe('LatestProcessed');
    expect(parsePoint('toString')).toEqual({ pointId: 'toString' });
  });
});

describe('Texts', () => {
  test('sizes and durations are as short as they are clear', () => {
    expect([0, 1023, 1024, 1536, 4 * 1024 ** 3].map(sizeText)).toEqual(['0 B', '1023 B', '1 KiB', '1.5 KiB', '4 GiB']);
    expect([0, 59_000, 60_000, 5_400_000].map(durationText)).toEqual(['0 s', '59 s', '1 min 0 s', '1 h 30 min']);
  });

  test('a table lines up, numbers on the right', () => {
    const rows = [
      { name: 'a', count: 5 },
      { name: 'longer', count: 1234 },
    ];
    const columns = [
      { title: 'NAME', text: (row: { name: string }) => row.name },
      { title: 'COUNT', right: true as const, text: (row: { count: number }) => String(row.count) },
    ];
    expect(table(rows, columns)).toBe('NAME    COUNT\na           5\nlonger   1234');
  });
});
