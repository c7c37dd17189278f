// The one gate that injected faults pass through: rules from outside, points named in the contract, chance from the lab's seed.
import { errorCatalogue, type ErrorCode } from '../contract/errors.ts';
import type { FaultPoint, FaultRule } from '../contract/faults.ts';
import type { Clock } from './clock.ts';
import { LabError } from './errors.ts';
import type { Random } from './random.ts';

/** What the point has to do: go on, leave its work out, or damage what passes. */
export type FaultVerdict = 'pass' | 'skip' | 'corrupt';

/** A rule, how often work passed it, and how often it did something. */
interface ActiveRule {
  readonly rule: FaultRule;
  seen: number;
  worked: number;
}

export class FaultGate {
  readonly #rules = new Map<string, ActiveRule>();
  readonly #listeners = new Set<() => void>();
  readonly #deps: { clock: Clock; random: Random };

  constructor(deps: { clock: Clock; random: Random }) {
    this.#deps = deps;
  }

  add(rule: FaultRule): void {
    this.#rules.set(rule.id, { rule, seen: 0, worked: 0 });
    this.#tell();
  }

  remove(id: string): void {
    this.#rules.delete(id);
    this.#tell();
  }

  /** Exactly these rules; those that are here already keep their counts. */
  replace(rules: readonly FaultRule[]): void {
    const wanted = new Map(rules.map((rule) => [rule.id, rule]));
    for (const id of this.#rules.keys()) if (!wanted.has(id)) this.#rules.delete(id);
    for (const [id, rule] of wanted) if (!this.#rules.has(id)) this.#rules.set(id, { rule, seen: 0, worked: 0 });
  }

  /** Hears of every rule that comes or goes: whoever keeps the gate of another process like this one. */
  onRules(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  list(): readonly Readonly<ActiveRule>[] {
    return [...this.#rules.values()];
  }

  /** Whether any rule names this point: lets a hot path leave the gate out. */
  active(point: FaultPoint): boolean {
    for (const { rule } of this.#rules.values()) if (rule.point === point) return true;
    return false;
  }

  /** @throws LabError with the rule's code when a rule of kind `error` works here */
  async check(point: FaultPoint, subject = ''): Promise<FaultVerdict> {
    for (const entry of this.#rules.values()) {
      const { rule } = entry;
      if (rule.point !== point || (rule.subject !== undefined && rule.subject !== subject)) continue;
      entry.seen += 1;
      if (!this.#works(entry)) continue;
      entry.worked += 1;
      if (rule.effect.kind === 'error') throw faultError(rule.effect.code, rule.effect.detail ?? `${point} ${subject}`.trim());
      if (rule.effect.kind !== 'delay') return rule.effect.kind;
      await this.#deps.clock.sleep(rule.effect.delayMs);
    }
    return 'pass';
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Whether it is this rule's turn: not before its first time, not after its last, and only as likely as it says. */
  #works({ rule, seen, worked }: ActiveRule): boolean {
    const { after = 0, times = Infinity, probability = 1 } = rule;
    return seen > after && worked < times && (probability >= 1 || this.#deps.random.next() < probability);
  }
}

function faultError(code: string, detail: string): LabError {
  return new LabError(code in errorCatalogue ? (code as ErrorCode) : 'FaultInjected', detail);
}
