// What the charts draw: values as lab time goes by, rates between readings, and the time before the window was opened.
import { expect, test } from 'vitest';
import { History, Series, withPast } from '../../../../extension/panel/history.ts';
import { item, itemId, links, minuteMs, point, snapshot, startMs } from './estate.ts';

test('an item leaves a value for each time that Azure tells of it anew', () => {
  const history = new History();
  const first = snapshot();
  history.record(first);
  history.record({ ...first, clock: { timeMs: startMs + minuteMs, speed: 1 } });
  history.record(snapshot({ timeMs: startMs + 2 * minuteMs, vault: { items: [item('WEB01', { rpoInSeconds: 60 })] } }));
  expect(history.rpo(itemId('WEB01').toUpperCase())).toEqual([
    { timeMs: startMs, value: 240 },
    { timeMs: startMs + 2 * minuteMs, value: 60 },
  ]);
  expect(history.churn(itemId('WEB01')).at(-1)?.value).toBe(2 * 2 ** 20);
});

test('the rate of a path is what it carried between two readings, in lab time', () => {
  const history = new History();
  history.record(snapshot());
  expect(history.rate('processserver-storage')).toBeNull();
  history.record(snapshot({ timeMs: startMs + 10_000, lab: { links: links({ 'processserver-storage': { carriedBytes: 5_000_000 } }) } }));
  expect(history.rate('processserver-storage')).toBe(500_000);
});

test('a lab that was set back begins anew; another lab forgets the first', () => {
  const history = new History();
  history.record(snapshot({ timeMs: startMs + minuteMs }));
  history.record(snapshot({ timeMs: startMs }));
  expect(history.rpo(itemId('WEB01'))).toEqual([{ timeMs: startMs, value: 240 }]);
  history.record({ ...snapshot({ vault: { items: [] } }), dir: '/other' });
  expect(history.rpo(itemId('WEB01'))).toEqual([]);
});

test('a long series keeps its ends and stays within its bound', () => {
  const series = new Series(100);
  for (let minute = 0; minute < 10_000; minute += 1) series.add({ timeMs: minute * minuteMs, value: minute });
  expect(series.points.length).toBeLessThanOrEqual(100);
  expect(series.points[0]?.value).toBe(0);
  expect(series.points.at(-1)?.value).toBe(9999);
});

test('before the first value the recovery points tell how far apart they were', () => {
  const points = [point('c', startMs - 5 * minuteMs), point('a', startMs - 20 * minuteMs), point('b', startMs - 10 * minuteMs), point('d', startMs + minuteMs)];
  expect(withPast([{ timeMs: startMs, value: 30 }], points)).toEqual([
    { timeMs: startMs - 10 * minuteMs, value: 600 },
    { timeMs: startMs - 5 * minuteMs, value: 300 },
    { timeMs: startMs, value: 30 },
  ]);
});

test('since a failover nothing has an RPO: a gap begins, and is one however much is dropped around it', () => {
  const history = new History();
  history.record(snapshot());
  const failedOver = item('WEB01', { rpoInSeconds: 0 }, { activeLocation: 'Recovery' });
  for (const minute of [1, 2]) history.record(snapshot({ timeMs: startMs + minute * minuteMs, vault: { items: [{ ...failedOver }] } }));
  expect(history.rpo(itemId('WEB01'))).toEqual([
    { timeMs: startMs, value: 240 },
    { timeMs: startMs + minuteMs, value: null },
  ]);
  const series = new Series(100);
  for (let minute = 0; minute < 1000; minute += 1) series.add({ timeMs: minute * minuteMs, value: minute === 501 ? null : minute });
  expect(series.points.filter(({ value }) => value === null)).toHaveLength(1);
});

test('before the first recovery point there is no RPO, whatever number Azure gives', () => {
  const history = new History();
  const copying = item('WEB01', { rpoInSeconds: 0 }, { protectionState: 'InitialReplicationInProgress' });
  history.record(snapshot({ vault: { items: [copying] } }));
  expect(history.rpo(itemId('WEB01'))).toEqual([]);
});
