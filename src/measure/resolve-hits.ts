import type { Hit } from './term-scan.ts';

const KIND_ORDER = { name: 0, alias: 1, product: 2 } as const;

function inside(inner: Hit, outer: Hit): boolean {
  return inner.begin >= outer.begin && inner.stop <= outer.stop;
}

/** The longer first; of one place what is more particular: case, language, then name, alias, product. */
function byPreference(a: Hit, b: Hit): number {
  return (
    b.stop - b.begin - (a.stop - a.begin) ||
    a.begin - b.begin ||
    Number(b.term?.caseSensitive ?? false) - Number(a.term?.caseSensitive ?? false) ||
    Number(b.term?.language != null) - Number(a.term?.language != null) ||
    KIND_ORDER[a.term?.kind ?? 'product'] - KIND_ORDER[b.term?.kind ?? 'product']
  );
}

/**
 * The hits that stand: none hidden by a deny phrase of its brand or ruled out by `isOut`, the longest of those that
 * overlap, in order of place. A product whose name holds a name of its brand (Apple Watch) stands for that name.
 */
export function resolveHits(hits: readonly Hit[], isOut: (hit: Hit) => boolean): Hit[] {
  const denied = hits.filter((hit) => hit.term === null);
  const terms = hits.filter(
    (hit) =>
      hit.term !== null &&
      !isOut(hit) &&
      !denied.some((deny) => deny.brand === hit.brand && inside(hit, deny)),
  );
  const taken: Hit[] = [];
  for (const hit of [...terms].sort(byPreference)) {
    if (!taken.some((other) => hit.begin < other.stop && other.begin < hit.stop)) taken.push(hit);
  }
  return taken.map((hit) => namedBy(hit, terms)).sort((a, b) => a.begin - b.begin);
}

function namedBy(hit: Hit, terms: readonly Hit[]): Hit {
  if (hit.term?.kind !== 'product') return hit;
  const names = terms.filter(
    (name) => name.brand === hit.brand && name.term?.kind !== 'product' && inside(name, hit),
  );
  return [...names].sort(byPreference)[0] ?? hit;
}
