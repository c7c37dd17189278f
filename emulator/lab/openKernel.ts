// The kernel of one process: clock, chance, faults, network and trace, as the folder's settings say.
import { LabClock, type Speed, type TimeMs } from '../kernel/clock.ts';
import { FaultGate } from '../kernel/faults.ts';
import { seededIds } from '../kernel/ids.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { Network } from '../kernel/network.ts';
import { seededRandom } from '../kernel/random.ts';
import { Trace } from '../kernel/trace.ts';
import type { LabFolder, LabSettings } from './labFolder.ts';

export interface LabKernel extends Kernel {
  readonly clock: LabClock;
}

/** A lab whose time only moves when told always begins at the date of the document it imitates. */
const fixedStartMs = Date.UTC(2017, 4, 29, 8);
/** How often the folder is told where the clock stands, and so how far a killed lab's clock is set ahead when it comes back: never back. */
const keptEveryMs = 60_000;

/** @param wallMs the machine's date, asked once at the entry of the process */
export function openKernel(folder: LabFolder, options: { scenario: string; seed: string; speed: Speed; wallMs: TimeMs }): LabKernel {
  const settings = begin(folder, options);
  const clock: LabClock = new LabClock({
    startMs: settings.timeMs,
    onError: (name, error) => trace.record('lab', 'unexpected', { activity: name, error: error instanceof Error ? error.stack : String(error) }),
  });
  const trace = new Trace(() => clock.now(), folder.path('trace.jsonl'));
  const random = seededRandom(`${settings.seed}/${settings.starts}`);
  clock.every(keptEveryMs, 'keep time', () => void (folder.settings = { ...settings, timeMs: clock.now() }));
  return {
    clock,
    random,
    ids: seededIds(random.fork('ids')),
    faults: new FaultGate({ clock, random: random.fork('faults') }),
    network: new Network(clock),
    trace,
  };
}

function begin(folder: LabFolder, options: { scenario: string; seed: string; speed: Speed; wallMs: TimeMs }): LabSettings & { readonly timeMs: TimeMs } {
  const earlier = folder.settings;
  const calendar: LabSettings['calendar'] = earlier?.calendar ?? (typeof options.speed === 'number' ? 'wall' : 'fixed');
  const startMs = calendar === 'wall' ? options.wallMs : fixedStartMs;
  const earlierMs = earlier?.timeMs ?? null;
  const settings = {
    scenario: earlier?.scenario ?? options.scenario,
    seed: earlier?.seed ?? options.seed,
    starts: (earlier?.starts ?? 0) + 1,
    calendar,
    timeMs: earlierMs === null ? startMs : Math.max(earlierMs + keptEveryMs, calendar === 'wall' ? startMs : 0),
  };
  folder.settings = settings;
  return settings;
}
