/** An object of JSON. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Replaces the n-th value of a tree, counted modulo their number. */
export function replacedAt(tree: unknown, at: number, value: unknown): unknown {
  const places = placesOf(tree);
  const place = places[at % places.length] ?? [];
  return edited(tree, place, () => value);
}

/** Removes the n-th value below the root. */
export function removedAt(tree: unknown, at: number): unknown {
  const places = placesOf(tree).filter((place) => place.length > 0);
  const place = places[at % Math.max(1, places.length)];
  return place === undefined ? tree : edited(tree, place, () => undefined);
}

/** Adds a field to an object. */
export function added(tree: unknown, name: string, value: unknown): unknown {
  return isRecord(tree) ? Object.fromEntries([...Object.entries(tree), [name, value]]) : tree;
}

type Place = readonly (string | number)[];

function placesOf(tree: unknown, here: Place = []): Place[] {
  const inner = Array.isArray(tree)
    ? tree.flatMap((item, index) => placesOf(item, [...here, index]))
    : isRecord(tree)
      ? Object.entries(tree).flatMap(([name, item]) => placesOf(item, [...here, name]))
      : [];
  return [here, ...inner];
}

function edited(tree: unknown, [step, ...rest]: Place, change: (value: unknown) => unknown): unknown {
  if (step === undefined) return change(tree);
  if (Array.isArray(tree))
    return tree.map((item, index) => (index === step ? edited(item, rest, change) : item));
  if (!isRecord(tree)) return tree;
  return Object.fromEntries(
    Object.entries(tree).map(([name, item]) => [name, name === step ? edited(item, rest, change) : item]),
  );
}
