// News for those who only call out: whoever rings knows afterwards that the other side has acted.
import { expect, test } from 'vitest';
import { answerDoorbell, Doorbell } from '../../../emulator/http/doorbell.ts';
import { testKernel } from '../../support/kernel.ts';

test('a ring ends when the subscriber has acted and come back', async () => {
  const { clock } = testKernel();
  const bell = new Doorbell();
  const closing = new AbortController();
  const acted: number[] = [];
  answerDoorbell({
    clock,
    name: 'subscriber',
    retryMs: 1000,
    signal: closing.signal,
    poll: async (after, signal) => ({ revision: await clock.idle(bell.poll('host', after, signal)) }),
    act: async ({ revision }) => {
      await clock.sleep(500);
      acted.push(revision);
    },
    onError: () => expect.unreachable(),
  });
  await clock.advance(1000);
  expect(acted).toEqual([1]);
  let rung = false;
  clock.start('ringer', async () => {
    await clock.idle(bell.ring('host'));
    rung = true;
    expect(acted).toEqual([1, 2]);
  });
  await clock.advance(400);
  expect(rung).toBe(false);
  await clock.advance(600);
  expect(rung).toBe(true);
  closing.abort();
});

test('a ring for nobody ends at once, and is seen by whoever connects later', async () => {
  const bell = new Doorbell();
  await bell.ring('host');
  await expect(bell.poll('host', 1, new AbortController().signal)).resolves.toBe(2);
});

test('a subscriber whose connection breaks while it waits does not hold the ringer', async () => {
  const bell = new Doorbell();
  const gone = new AbortController();
  const polling = bell.poll('host', bell.revision('host'), gone.signal);
  gone.abort();
  await polling;
  await bell.ring('host');
  expect(bell.revision('host')).toBe(2);
});

test('a call that was given up and arrives after the one that took its place keeps no news from it', async () => {
  const bell = new Doorbell();
  const late = new AbortController();
  const polling = bell.poll('host', 1, new AbortController().signal);
  const stray = bell.poll('host', 1, late.signal);
  const rung = bell.ring('host');
  await expect(polling).resolves.toBe(2);
  await stray;
  void bell.poll('host', 2, new AbortController().signal);
  await rung;
});

test('a call whose client is gone before it is read changes nothing', async () => {
  const bell = new Doorbell();
  const polling = bell.poll('host', 1, new AbortController().signal);
  await bell.poll('host', 1, AbortSignal.abort());
  void bell.ring('host');
  await expect(polling).resolves.toBe(2);
});
