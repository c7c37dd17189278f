// Takes up a lab that runs already as soon as somebody looks: after a reload, in a second window, or when a terminal has started it.
import type { LabModel } from '../model/labModel.ts';
import type { Session } from './session.ts';

export interface AttachmentDeps {
  readonly session: Pick<Session, 'attach' | 'running'>;
  readonly model: Pick<LabModel, 'snapshot'>;
  readonly log: { info(message: string): void; warn(message: string): void };
}

export class Attachment {
  readonly #deps: AttachmentDeps;
  #trying: Promise<void> | undefined;

  constructor(deps: AttachmentDeps) {
    this.#deps = deps;
  }

  /** One attempt at a time; without a lab nothing happens. */
  look(): Promise<void> {
    const { session, model } = this.#deps;
    if (session.running || model.snapshot.state === 'starting') return Promise.resolve();
    this.#trying ??= this.#attach().finally(() => {
      this.#trying = undefined;
    });
    return this.#trying;
  }

  async #attach(): Promise<void> {
    const { session, log } = this.#deps;
    try {
      if (await session.attach()) log.info('This window follows the lab that runs already.');
    } catch (error) {
      log.warn(`A lab that runs already cannot be followed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
