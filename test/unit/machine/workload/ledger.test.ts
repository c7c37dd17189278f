// The ledger as a witness: which copies of its disk it accepts, and which damage it sees.
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { Ledger } from '../../../../emulator/machine/workload/ledger.ts';
import { LedgerExchange } from '../../../../emulator/machine/workload/ledgerExchange.ts';
import { verifyGroup, verifyLedger } from '../../../../emulator/machine/workload/ledgerVerdict.ts';
import { guestLab, type GuestLab } from '../guestLab.ts';
import { Tape } from './tape.ts';

const labs: GuestLab[] = [];
afterEach(async () => {
  for (const lab of labs.splice(0)) await lab[Symbol.asyncDispose]();
});
const newLab = (): GuestLab => {
  const lab = guestLab();
  labs.push(lab);
  return lab;
};

const offset = 4096;
const sizeBytes = 512 * 1024;
const batchSize = 3;

/** A small ring, so that checkpoints and the end of the ring come soon. */
async function oneLedger(seconds: number): Promise<{ tape: Tape; ledger: Ledger; lab: GuestLab }> {
  const lab = newLab();
  const tape = new Tape();
  const disk = tape.disk('a', sizeBytes);
  const ledger = new Ledger(lab.kernel, { kind: 'ledger', ledgerId: 'a', diskId: 'disk0', offset, transfersPerSecond: 7, accountCount: 130, logSectors: 40 });
  await ledger.start({ name: 'machine a', disk: () => disk });
  await lab.clock.advance(seconds * 1000);
  return { tape, ledger, lab };
}

async function twoLedgers(seconds: number): Promise<{ tape: Tape; lab: GuestLab; ledgers: [Ledger, Ledger]; exchange: LedgerExchange }> {
  const lab = newLab();
  const tape = new Tape();
  const make = async (ledgerId: string, peer: string): Promise<Ledger> => {
    const disk = tape.disk(ledgerId, sizeBytes);
    const ledger = new Ledger(lab.kernel, {
      kind: 'ledger',
      ledgerId,
      diskId: 'disk0',
      offset,
      transfersPerSecond: 2,
      accountCount: 100,
      logSectors: 64,
      peers: [peer],
    });
    await ledger.start({ name: ledgerId, disk: () => disk });
    return ledger;
  };
  const ledgers: [Ledger, Ledger] = [await make('a', 'b'), await make('b', 'a')];
  const exchange = new LedgerExchange({ kernel: lab.kernel, ledgers, transfersPerSecond: 5, batchSize });
  exchange.start();
  await lab.clock.advance(seconds * 1000);
  return { tape, lab, ledgers, exchange };
}

test('the copy of any instant recovers to books that balance', async () => {
  const { tape } = await oneLedger(30);
  const states = new Set<string>();
  for (let count = 3; count <= tape.written.length; count += 1) {
    const verdict = await verifyLedger({ device: tape.copy('a', count), offset });
    states.add(verdict.state);
    expect(verdict).toMatchObject({ reason: null, total: 130_000 });
  }
  expect([...states].sort()).toEqual(['clean', 'recovered']);
});

test('after quiescing, a copy needs no recovery', async () => {
  const { tape, ledger, lab } = await oneLedger(3);
  expect(await verifyLedger({ device: tape.copy('a', tape.written.length), offset })).toMatchObject({ state: 'recovered' });
  await ledger.quiesce();
  const quiet = tape.written.length;
  await lab.clock.advance(10_000);
  expect(tape.written.length).toBe(quiet);
  expect(await verifyLedger({ device: tape.copy('a', quiet), offset })).toMatchObject({ state: 'clean', replayed: 0, sequence: 21 });
  await ledger.resume();
  await lab.clock.advance(1000);
  expect(ledger.sequence).toBe(28);
});

test('a log write that was lost before later ones is seen', async () => {
  const { tape } = await oneLedger(30);
  const logWrites = tape.written.map((write, index) => ({ ...write, index })).filter(({ bytes }) => bytes.toString('latin1', 4, 8) === 'LDGL');
  const verdicts = await Promise.all(
    logWrites.slice(-10, -1).map(({ index }) => verifyLedger({ device: tape.copy('a', tape.written.length, (at) => at === index), offset })),
  );
  // A record that a checkpoint covers is history: nobody needs it, and its loss is no damage.
  const states = verdicts.map(({ state }) => state);
  expect(states).toContain('broken');
  expect(verdicts.filter(({ state }) => state !== 'broken').every(({ total }) => total === 130_000)).toBe(true);
});

test('an account table that did not arrive before its superblock is seen', async () => {
  const { tape } = await oneLedger(30);
  const tables = tape.written.flatMap(({ bytes }, index) => (bytes.toString('latin1', 4, 8) === 'LDGT' ? [index] : []));
  const last = tables.at(-1) as number;
  const verdict = await verifyLedger({ device: tape.copy('a', last + 2, (index) => index === last), offset });
  expect(verdict.state).toBe('broken');
  expect(verdict.reason).toContain('account table');
});

test('a flipped bit in a superblock falls back to the other one or is reported, and is never believed', async () => {
  const { tape } = await oneLedger(12);
  const copy = tape.copy('a', tape.written.length);
  const heads = await copy.read(offset, 8192);
  heads[100] = (heads[100] as number) ^ 1;
  heads[4196] = (heads[4196] as number) ^ 1;
  await copy.write(offset, heads);
  expect(await verifyLedger({ device: copy, offset })).toMatchObject({ state: 'broken', reason: 'neither superblock can be read' });
});

test('an empty disk is empty, a disk of something else is broken', async () => {
  const tape = new Tape();
  const disk = tape.disk('a', sizeBytes);
  expect((await verifyLedger({ device: disk, offset })).state).toBe('empty');
  await disk.write(offset, Buffer.alloc(512, 'x'));
  expect((await verifyLedger({ device: disk, offset })).state).toBe('broken');
});

test('after a power cut the ledger goes on where its log ends', async () => {
  const { tape, ledger, lab } = await oneLedger(5);
  const before = ledger.sequence;
  await ledger.stop('killed');
  const disk = tape.copy('a', tape.written.length);
  await ledger.start({ name: 'machine a', disk: () => disk });
  expect(ledger.sequence).toBe(before);
  await lab.clock.advance(2000);
  expect(ledger.sequence).toBe(before + 14);
});

test('a ledger on a damaged disk writes nothing and says why', async () => {
  const { ledger, tape, lab } = await oneLedger(2);
  await ledger.stop('killed');
  const damaged = new Tape();
  const disk = damaged.disk('a', sizeBytes);
  await disk.write(offset, Buffer.alloc(512, 'x'));
  await ledger.start({ name: 'machine a', disk: () => disk });
  await lab.clock.advance(5000);
  expect(damaged.written.length).toBe(1);
  expect(ledger.describe()).toMatchObject({ running: false, problem: 'neither superblock can be read' });
  expect(tape.written.length).toBeGreaterThan(0);
});

test('copies of one instant of two machines add up, whatever the instant', async () => {
  const { tape } = await twoLedgers(20);
  let inFlight = 0;
  for (let count = 6; count <= tape.written.length; count += 1) {
    const verdict = await verifyGroup(
      ['a', 'b'].map((name) => ({ device: tape.copy(name, count), offset })),
      batchSize,
    );
    expect(verdict).toMatchObject({ consistent: true, reason: null });
    expect(verdict.members.reduce((sum, { total }) => sum + total, verdict.inFlight)).toBe(200_000);
    inFlight = Math.max(inFlight, verdict.inFlight);
  }
  expect(inFlight).toBeGreaterThan(0);
});

test('copies of different instants do not add up', async () => {
  const { tape } = await twoLedgers(20);
  const end = tape.written.length;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 6, max: end }), fc.integer({ min: 25, max: 100 }), async (early, apart) => {
      fc.pre(early + apart <= end);
      const newer = await verifyGroup(
        [
          { device: tape.copy('a', early), offset },
          { device: tape.copy('b', early + apart), offset },
        ],
        batchSize,
      );
      const older = await verifyGroup(
        [
          { device: tape.copy('a', early + apart), offset },
          { device: tape.copy('b', early), offset },
        ],
        batchSize,
      );
      expect(newer.consistent).toBe(false);
      expect(older.consistent).toBe(false);
    }),
    { numRuns: 40, seed: 7 },
  );
});

test('money that one side sent while the other was away arrives when it is back', async () => {
  const { tape, lab, ledgers } = await twoLedgers(4);
  const [a, b] = ledgers;
  await a.send('b', [11]);
  await b.stop('killed');
  await lab.clock.advance(5000);
  const disk = tape.copy('b', tape.written.length);
  await b.start({ name: 'b', disk: () => disk });
  await lab.clock.advance(3000);
  expect(b.exchanged('a').received).toBe(a.exchanged('b').sent);
});

test('machines from different recovery points are found out by their own business', async () => {
  const { tape, lab, ledgers } = await twoLedgers(10);
  const [a] = ledgers;
  await a.stop('killed');
  const older = tape.copy('a', Math.floor(tape.written.length / 2));
  await a.start({ name: 'a', disk: () => older });
  await lab.clock.advance(2000);
  expect(a.describe().problem).toContain('do not come from one recovery point');
});
