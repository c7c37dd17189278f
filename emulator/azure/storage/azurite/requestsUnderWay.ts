// Counts the requests of the storage process, so that the sweep can wait for those that began before it.

interface Generation {
  running: number;
  readonly ended: PromiseWithResolvers<void>;
}

export class RequestsUnderWay {
  #generations: Generation[] = [newGeneration()];

  /** @returns what to call when the request has been answered or its connection is gone */
  begin(): () => void {
    const generation = this.#generations.at(-1) as Generation;
    generation.running += 1;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      generation.running -= 1;
      this.#settle();
    };
  }

  /** Ends when every request that began before this call has ended. */
  async answered(): Promise<void> {
    const present = this.#generations.at(-1) as Generation;
    this.#generations.push(newGeneration());
    this.#settle();
    await present.ended.promise;
  }

  #settle(): void {
    while (this.#generations.length > 1 && this.#generations[0]?.running === 0) this.#generations.shift()?.ended.resolve();
  }
}

function newGeneration(): Generation {
  return { running: 0, ended: Promise.withResolvers<void>() };
}
