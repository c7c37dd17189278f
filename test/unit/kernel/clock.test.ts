// Time as a tool: stepping, branches, jumping, wall time, and two processes that share one clock.
import { describe, expect, test } from 'vitest';
import { LabClock } from '../../../emulator/kernel/clock.ts';
import type { ClockPeer } from '../../../emulator/kernel/clockPeers.ts';

function steppedClock(): { clock: LabClock; errors: unknown[] } {
  const errors: unknown[] = [];
  return { clock: new LabClock({ startMs: 1000, onError: (_name, error) => void errors.push(error) }), errors };
}

describe('stepped time', () => {
  test('runs due work in time order, equal times in the order they were set, each awaited before the next', async () => {
    const { clock } = steppedClock();
    const seen: string[] = [];
    clock.at(1300, 'late', () => void seen.push(`late ${clock.now()}`));
    clock.at(1100, 'slow', async () => {
      seen.push('slow begins');
      await new Promise((resolve) => setImmediate(resolve));
      seen.push('slow ends');
    });
    clock.at(1100, 'next', () => void seen.push('next'));
    await clock.advance(500);
    expect(seen).toEqual(['slow begins', 'slow ends', 'next', 'late 1300']);
    expect(clock.now()).toBe(1500);
  });

  test('work of one name that is due at one instant runs side by side, in the order it was set', async () => {
    const { clock } = steppedClock();
    const seen: string[] = [];
    const mark = (machine: string) => async () => {
      seen.push(`${machine} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(`${machine} ends`);
    };
    clock.at(1100, 'mark', mark('first'));
    clock.at(1100, 'other', () => void seen.push('other'));
    clock.at(1100, 'mark', mark('second'));
    clock.at(1101, 'mark', mark('third'));
    await clock.advance(500);
    expect(seen).toEqual(['first begins', 'second begins', 'first ends', 'second ends', 'other', 'third begins', 'third ends']);
  });

  test('does not move while an activity runs, and moves while it sleeps', async () => {
    const { clock } = steppedClock();
    const seen: number[] = [];
    clock.start('sleeper', async () => {
      seen.push(clock.now());
      await clock.sleep(250);
      seen.push(clock.now());
    });
    clock.at(1100, 'tick', () => void seen.push(clock.now()));
    await clock.advance(400);
    expect(seen).toEqual([1000, 1100, 1250]);
  });

  test('every ticks on its grid, does not overlap itself and stops when cancelled', async () => {
    const { clock } = steppedClock();
    const ticks: number[] = [];
    const timer = clock.every(100, 'tick', async () => {
      ticks.push(clock.now());
      await clock.sleep(150);
    });
    await clock.advance(700);
    timer.cancel();
    await clock.advance(500);
    expect(ticks).toEqual([1100, 1300, 1500, 1700]);
  });

  test('a jump runs once what fell due several times', async () => {
    const { clock } = steppedClock();
    let ticks = 0;
    clock.every(100, 'tick', () => void (ticks += 1));
    await clock.jump(1050);
    expect(clock.now()).toBe(2050);
    expect(ticks).toBe(1);
    await clock.advance(100);
    expect(ticks).toBe(2);
  });

  test('branches of one activity sleep side by side', async () => {
    const { clock } = steppedClock();
    let endedMs = 0;
    clock.start('parent', async () => {
      await clock.all([() => clock.sleep(300), () => clock.sleep(200), async () => undefined]);
      endedMs = clock.now();
    });
    await clock.advance(1000);
    expect(endedMs).toBe(1300);
    await expect(clock.state()).resolves.toMatchObject({ running: 0, nextDueMs: null });
  });

  test('runUntil goes from one due time to the next and stops where it was reached', async () => {
    const { clock } = steppedClock();
    let ticks = 0;
    clock.every(1000, 'tick', () => void (ticks += 1));
    await expect(clock.runUntil(() => ticks === 3, 60_000)).resolves.toBe(true);
    expect(clock.now()).toBe(4000);
    await expect(clock.runUntil(() => ticks === 100, 5000)).resolves.toBe(false);
    expect(clock.now()).toBe(9000);
  });

  test('what an activity throws is reported, and time goes on', async () => {
    const { clock, errors } = steppedClock();
    clock.at(1010, 'broken', () => {
      throw new Error('broken');
    });
    await clock.advance(100);
    expect(errors).toMatchObject([{ message: 'broken' }]);
    expect(clock.now()).toBe(1100);
  });
});

describe('other speeds', () => {
  test('max runs due work back to back until it is paused', async () => {
    const { clock } = steppedClock();
    const { promise, resolve } = Promise.withResolvers<void>();
    let ticks = 0;
    clock.every(3_600_000, 'hourly', async () => {
      ticks += 1;
      if (ticks === 24) {
        await clock.setSpeed('paused');
        resolve();
      }
    });
    await clock.setSpeed('max');
    await promise;
    expect(clock.now()).toBe(1000 + 24 * 3_600_000);
    clock.close();
  });

  test('at max, whoever steps, jumps or settles has his turn', async () => {
    const { clock } = steppedClock();
    const ticks: number[] = [];
    clock.every(60_000, 'each minute', () => void ticks.push(clock.now()));
    await clock.setSpeed('max');
    await clock.advance(600_000);
    await clock.jump(86_400_000);
    await clock.settle();
    expect(clock.now()).toBeGreaterThanOrEqual(1000 + 87_000_000);
    const before = ticks.length;
    await expect.poll(() => ticks.length).toBeGreaterThan(before);
    await clock.setSpeed('paused');
    clock.close();
  });

  test('a factor makes lab hours of wall milliseconds', async () => {
    const { clock } = steppedClock();
    await clock.setSpeed(100_000);
    const { promise, resolve } = Promise.withResolvers<number>();
    clock.at(1000 + 3_600_000, 'in an hour', () => resolve(clock.now()));
    await expect(promise).resolves.toBeGreaterThanOrEqual(1000 + 3_600_000);
    clock.close();
  });
});

describe('a clock that follows another', () => {
  test('work of both processes runs in one order, and a call from one to the other holds time', async () => {
    const { clock: leader } = steppedClock();
    const { clock: follower } = steppedClock();
    const seen: string[] = [];
    const peer: ClockPeer = {
      state: () => follower.state(),
      runTo: async (timeMs) => follower.runTo(timeMs),
      follow: async (timeMs, speed) => follower.follow(timeMs, speed),
    };
    using _peer = await leader.join(peer);
    follower.at(1200, 'theirs', async () => {
      seen.push(`theirs ${follower.now()}`);
      await follower.sleep(50);
      seen.push(`theirs again ${follower.now()}`);
    });
    leader.at(1100, 'ours', () => void seen.push(`ours ${leader.now()}`));
    leader.at(1225, 'ours between', () => void seen.push(`ours between ${leader.now()}`));
    // A request is counted here and served there, where the handler sleeps: the sum is what counts.
    leader.at(1300, 'request', async () => {
      await (async () => {
        await follower.sleep(10);
        seen.push(`answered ${follower.now()}`);
      })();
    });
    await leader.advance(500);
    expect(seen).toEqual(['ours 1100', 'theirs 1200', 'ours between 1225', 'theirs again 1250', 'answered 1310']);
  });

  test('a peer that died is passed over', async () => {
    const { clock } = steppedClock();
    let alive = true;
    const peer: ClockPeer = {
      state: async () => {
        if (!alive) throw new Error('gone');
        return { running: 0, changes: 0, nextDueMs: null };
      },
      runTo: async () => undefined,
      follow: async () => undefined,
    };
    await clock.join(peer);
    alive = false;
    await clock.advance(100);
    expect(clock.now()).toBe(1100);
  });
});
