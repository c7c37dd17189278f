// The shape of a JSON body: which paths it has and of which type each leaf is. Null and absent are the same (arm-contract §9).

/** `at` a resource's place below its vault, with `*` for names; `path` as `properties.tasks[].state:string`. */
export interface ShapeDifference {
  readonly at: string;
  /** `missing`: the recording has it and the lab has not. */
  readonly kind: 'missing' | 'extra';
  readonly path: string;
}

/** Paths of all leaves with their types; a branch that is one of several kinds carries its `instanceType` in angle brackets. */
export function shapeOf(body: unknown): ReadonlySet<string> {
  const paths = new Set<string>();
  collect(body, '', paths);
  return paths;
}

/** What of `recorded` is not in `own`, and the other way round. Inside a list that one side has empty nothing can be said. */
export function shapeDifferences(at: string, recorded: unknown, own: unknown): ShapeDifference[] {
  const [theirs, ours] = [shapeOf(recorded), shapeOf(own)];
  const emptyHere = emptyLists(own);
  const emptyThere = emptyLists(recorded);
  const below = (path: string, lists: readonly string[]): boolean => lists.some((list) => path.startsWith(`${list}[]`));
  return [
    ...[...theirs].filter((path) => !ours.has(path) && !below(path, emptyHere)).map((path) => ({ at, kind: 'missing' as const, path })),
    ...[...ours].filter((path) => !theirs.has(path) && !below(path, emptyThere)).map((path) => ({ at, kind: 'extra' as const, path })),
  ];
}

/** Collections by name, names as `*`: `replicationFabrics/*\/replicationProtectionContainers`. */
export function placeOf(uri: string): string {
  const below = /\/vaults\/[^/]+\/(.*)$/.exec(uri.replace(/\?.*/, ''))?.[1];
  if (below === undefined) return 'vaults/*';
  const words = below.split('/');
  const isName = (place: number): boolean => place % 2 === 1 && !/^(operationresults|default)$/i.test(words[place] ?? '');
  return words.map((word, place) => (isName(place) || /^[0-9a-f-]{36}$/.test(word) ? '*' : word)).join('/');
}

function collect(value: unknown, path: string, paths: Set<string>): void {
  if (value === null || value === undefined) return;
  if (Array.isArray(value)) {
    for (const entry of value) collect(entry, `${path}[]`, paths);
    return;
  }
  if (typeof value !== 'object') {
    paths.add(`${path}:${typeof value}`);
    return;
  }
  const kind = 'instanceType' in value && typeof value.instanceType === 'string' ? `<${value.instanceType}>` : '';
  // Names that begin with an underscore are remarks of those who keep the recordings.
  const isMap = path.endsWith('.consistencyPoints');
  for (const [name, property] of Object.entries(value).filter(([own]) => !own.startsWith('_')))
    collect(property, `${path}${kind}${path === '' ? '' : '.'}${isMap ? '*' : name}`, paths);
}

function emptyLists(value: unknown, path = ''): string[] {
  if (value === null || typeof value !== 'object') return [];
  if (Array.isArray(value)) return value.length === 0 ? [path] : value.flatMap((entry) => emptyLists(entry, `${path}[]`));
  const kind = 'instanceType' in value && typeof value.instanceType === 'string' ? `<${value.instanceType}>` : '';
  return Object.entries(value).flatMap(([name, property]) => emptyLists(property, `${path}${kind}${path === '' ? '' : '.'}${name}`));
}
