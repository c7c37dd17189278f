// Bounded parallel work on a list, for requests to storage.

/** Runs `work` on each member, up to `limit` at a time. Rejects with the first failure, after what was under way has ended. */
export async function inParallel<T>(list: Iterable<T>, limit: number, work: (member: T) => Promise<unknown>): Promise<void> {
  const members = list[Symbol.iterator]();
  let failed = false;
  const lane = async (): Promise<void> => {
    for (let next = members.next(); !failed && next.done !== true; next = members.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: limit }, lane));
  for (const outcome of lanes) if (outcome.status === 'rejected') throw outcome.reason;
}
