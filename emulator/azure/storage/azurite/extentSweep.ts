// Gives back the content files that nothing refers to any more. The original's sweep can delete what a request of the same moment is about to refer to.

export interface SweepDeps {
  /** Files that are not appended to any more. */
  readonly finished: () => readonly string[];
  readonly remove: (extentId: string) => void;
  readonly referenced: () => Set<string>;
  /** Ends when every request that is under way now has been answered. */
  readonly requestsAnswered: () => Promise<void>;
}

/**
 * A file that is no longer being written to gains references only from requests that wrote to it before, so one that nothing
 * refers to, neither now nor after all present requests were answered, is never needed again. The journal is never behind
 * what is in memory, so this also holds for the state a killed process comes back with.
 * @returns how many files were deleted
 */
export async function sweepExtents(deps: SweepDeps): Promise<number> {
  const before = deps.referenced();
  const candidates = deps.finished().filter((id) => !before.has(id));
  if (candidates.length === 0) return 0;
  await deps.requestsAnswered();
  const after = deps.referenced();
  const garbage = candidates.filter((id) => !after.has(id));
  for (const id of garbage) deps.remove(id);
  return garbage.length;
}
