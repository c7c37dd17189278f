// What every operation is made of, and the ways in which several of them name a thing.

export interface Operation<Request, Reply> {
  readonly request: Request;
  readonly reply: Reply;
}

export type Nothing = Readonly<Record<string, never>>;

/** A machine by its name or id. Names are enough while they are unique; otherwise the error lists the ids. An item answers to every machine it ever had, at the site and in Azure. */
export interface OfMachine {
  readonly machine: string;
}
