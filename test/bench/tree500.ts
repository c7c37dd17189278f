// The tree of 500 machines: all rows made and compared anew, as each news of an item asks for.
import { allowedBy } from '../../extension/tree/context.ts';
import { operations } from '../../extension/operations/registry.ts';
import { machineRows } from '../../extension/tree/machines.ts';
import { RowCache } from '../../extension/tree/rowCache.ts';
import { RowBook } from '../../extension/tree/rowDiff.ts';
import { item, snapshot } from '../unit/extension/tree/estate.ts';
import { percentile, type Measure, type Measured } from './measure.ts';

const machines = 500;
const rounds = 40;
const aimMs = 50;
const firstAimMs = 1000;

export const tree500: Measure = {
  name: 'tree500',
  title: `a tree of ${machines} machines takes in one that changed`,
  referenceTitle: 'its first rows',
  aim: `first rows < ${firstAimMs} ms, an update < ${aimMs} ms, only what changed painted`,
  run: async () => measure(),
};

async function measure(): Promise<Measured> {
  const allowed = allowedBy(operations);
  const items = Array.from({ length: machines }, (_nothing, place) => item(`VM${place}`, { disks: 3 }));
  const rest = snapshot({});
  const book = new RowBook();
  const cache = new RowCache();
  const show = (shown: typeof items): { readonly ms: number; readonly painted: number } => {
    const began = performance.now();
    const repaint = book.show(machineRows({ ...rest, vault: { ...rest.vault, items: shown } }, { grouping: 'none', allowed, cache }));
    return { ms: performance.now() - began, painted: repaint === 'everything' ? machines : repaint.length };
  };
  const first = show(items);
  const updates = Array.from({ length: rounds }, (_nothing, round) => {
    const name = `VM${(round * 37) % machines}`;
    return show(items.map((one) => (one.name === name ? item(name, { disks: 3, rpoInSeconds: 1000 + round }) : one)));
  });
  const updateMs = percentile(
    updates.map(({ ms }) => ms),
    0.5,
  );
  // Each round takes back what the round before it changed.
  const painted = Math.max(...updates.map((update) => update.painted));
  return {
    value: `${updateMs.toFixed(1)} ms an update, ${painted} rows painted at most`,
    reference: `${first.ms.toFixed(0)} ms`,
    ratio: first.ms / updateMs,
    reached: updateMs < aimMs && first.ms < firstAimMs && painted <= 2,
    figures: { updateMs, firstMs: first.ms, painted },
  };
}
