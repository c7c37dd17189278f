// The fault gate and the network: rules count, chance repeats by its seed, and bytes cost time on a narrow path.
import { expect, test } from 'vitest';
import { testKernel } from '../../support/kernel.ts';

test('a rule works after so many passes, so many times, for its subject only', async () => {
  const { faults } = testKernel();
  faults.add({ id: 'r', point: 'processserver.upload', subject: 'pair-1', effect: { kind: 'skip' }, after: 1, times: 2 });
  const verdicts = [];
  for (let count = 0; count < 5; count += 1) verdicts.push(await faults.check('processserver.upload', 'pair-1'));
  expect(verdicts).toEqual(['pass', 'skip', 'skip', 'pass', 'pass']);
  await expect(faults.check('processserver.upload', 'pair-2')).resolves.toBe('pass');
  expect(faults.list()).toMatchObject([{ seen: 5, worked: 2 }]);
  faults.remove('r');
  expect(faults.active('processserver.upload')).toBe(false);
});

test('an error rule throws its code; one the catalogue does not know becomes FaultInjected', async () => {
  const { faults } = testKernel();
  faults.add({ id: 'known', point: 'vcenter.call', effect: { kind: 'error', code: 'LinkDown' }, times: 1 });
  await expect(faults.check('vcenter.call')).rejects.toMatchObject({ code: 'LinkDown' });
  faults.add({ id: 'unknown', point: 'vcenter.call', effect: { kind: 'error', code: 'Whatever', detail: 'on purpose' } });
  await expect(faults.check('vcenter.call')).rejects.toMatchObject({ code: 'FaultInjected', message: expect.stringContaining('on purpose') });
});

test('chance comes from the seed', async () => {
  const draw = async (seed: string): Promise<string[]> => {
    const { faults } = testKernel(seed);
    faults.add({ id: 'r', point: 'agent.send', effect: { kind: 'skip' }, probability: 0.5 });
    const verdicts = [];
    for (let count = 0; count < 40; count += 1) verdicts.push(await faults.check('agent.send'));
    return verdicts;
  };
  const first = await draw('one');
  expect(await draw('one')).toEqual(first);
  expect(await draw('two')).not.toEqual(first);
  expect(new Set(first)).toEqual(new Set(['pass', 'skip']));
});

test('a delay costs lab time', async () => {
  const { clock, faults } = testKernel();
  faults.add({ id: 'r', point: 'agent.send', effect: { kind: 'delay', delayMs: 700 } });
  const startMs = clock.now();
  let endedMs = 0;
  clock.start('sender', async () => {
    await faults.check('agent.send');
    endedMs = clock.now();
  });
  await clock.advance(2000);
  expect(endedMs - startMs).toBe(700);
});

test('a narrow path queues what it carries, and a cut one refuses', async () => {
  const { clock, network } = testKernel();
  network.set('machine-processserver', { bandwidthBps: 8_000_000, latencyMs: 20 });
  const startMs = clock.now();
  const arrivals: number[] = [];
  for (let count = 0; count < 2; count += 1) {
    clock.start('transfer', async () => {
      await network.carry(['machine-processserver'], 1_000_000);
      arrivals.push(clock.now() - startMs);
    });
  }
  await clock.advance(10_000);
  expect(arrivals).toEqual([1020, 2020]);
  expect(network.get('machine-processserver').carriedBytes).toBe(2_000_000);
  network.set('machine-processserver', { state: 'cut' });
  await expect(network.carry(['machine-processserver'], 1)).rejects.toMatchObject({ code: 'LinkDown' });
  expect(network.get('site-to-site').state).toBe('absent');
});
