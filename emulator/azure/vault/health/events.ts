// The vault's event log: what happened to machines and servers, with the severities that the service uses (asr-behaviour §10.1).
import type { Kernel } from '../../../kernel/kernel.ts';
import type { TimeMs } from '../../../kernel/clock.ts';
import type { HealthError } from '../items/state.ts';
import type { Table } from '../records.ts';

export type EventSeverity = 'OK' | 'Warning' | 'Critical';

export interface VaultEvent {
  readonly eventId: string;
  /** `VmMonitoringEvent;<ticks>_<guid>` and the like. */
  readonly name: string;
  readonly eventCode: string;
  readonly eventType: 'VmHealth' | 'AgentHealth' | 'ServerHealth' | 'Job';
  readonly description: string;
  readonly affectedObjectId: string;
  readonly affectedObjectFriendlyName: string;
  readonly severity: EventSeverity;
  readonly timeOfOccurrenceMs: TimeMs;
  readonly configServerId: string;
  readonly healthErrors: readonly HealthError[];
}

export type EventOrder = Omit<VaultEvent, 'eventId' | 'name' | 'timeOfOccurrenceMs' | 'healthErrors'> & { readonly healthErrors?: readonly HealthError[] };

/** Older events are dropped; the service keeps its own for 90 days. */
const keptEvents = 5000;
/** The service names events by what they are about. */
const prefixes = {
  VmHealth: 'VmMonitoringEvent',
  Job: 'VmMonitoringEvent',
  AgentHealth: 'AgentMonitoringEvent',
  ServerHealth: 'ServerMonitoringEvent',
} as const;
const ticksAtEpoch = 621_355_968_000_000_000n;

export class EventLog {
  readonly #kernel: Pick<Kernel, 'clock' | 'ids' | 'trace'>;
  readonly #events: Table<VaultEvent>;
  readonly #listeners = new Set<(event: VaultEvent) => void>();
  #count: number;

  constructor(deps: { kernel: Pick<Kernel, 'clock' | 'ids' | 'trace'>; events: Table<VaultEvent> }) {
    this.#kernel = deps.kernel;
    this.#events = deps.events;
    this.#count = deps.events.list().length;
  }

  record(order: EventOrder): VaultEvent {
    const timeMs = this.#kernel.clock.now();
    const eventId = this.#kernel.ids.guid();
    const event: VaultEvent = {
      ...order,
      eventId,
      name: `${prefixes[order.eventType]};${BigInt(Math.floor(timeMs)) * 10_000n + ticksAtEpoch}_${eventId}`,
      timeOfOccurrenceMs: timeMs,
      healthErrors: order.healthErrors ?? [],
    };
    this.#events.put(event);
    this.#count += 1;
    if (this.#count > keptEvents * 1.1) this.#trim();
    this.#kernel.trace.record('vault', 'event', {
      eventCode: event.eventCode,
      severity: event.severity,
      object: event.affectedObjectFriendlyName,
      description: event.description,
    });
    for (const listener of this.#listeners) listener(event);
    return event;
  }

  /** Oldest first. */
  list(): VaultEvent[] {
    return this.#events.list();
  }

  subscribe(listener: (event: VaultEvent) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  #trim(): void {
    const events = this.#events.list();
    for (const event of events.slice(0, events.length - keptEvents)) this.#events.delete(event.eventId);
    this.#count = keptEvents;
  }
}
