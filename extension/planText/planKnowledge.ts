// What is known of the vault while a plan's text is open: the last snapshot, and the runbooks that scripts are registered for.
import type { LabModel } from '../model/labModel.ts';
import type { Session } from '../lab/session.ts';
import { ExtensionError } from '../lab/labError.ts';
import { planWorld, type PlanWorld } from './planWorld.ts';

export interface PlanKnowledgeDeps {
  readonly model: LabModel;
  readonly session: Session;
}

export class PlanKnowledge {
  readonly #deps: PlanKnowledgeDeps;
  #runbooks: readonly string[] | undefined;

  constructor(deps: PlanKnowledgeDeps) {
    this.#deps = deps;
  }

  /** Undefined: no lab runs. */
  get world(): PlanWorld | undefined {
    return planWorld(this.#deps.model.snapshot, this.#runbooks);
  }

  /** Runbooks are registered by other windows and by terminals, and nobody tells: they are asked for when a text is opened or saved. */
  async readRunbooks(): Promise<void> {
    const { session } = this.#deps;
    if (!session.running) {
      this.#runbooks = undefined;
      return;
    }
    try {
      this.#runbooks = (await session.lab.control.call('runbook.list', {})).map(({ name }) => name);
    } catch (error) {
      if (!(error instanceof ExtensionError)) throw error;
      // Nothing is said of runbooks then.
      this.#runbooks = undefined;
    }
  }
}
