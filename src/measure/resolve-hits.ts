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

/** Hits by their place, so that those near a place are found without reading all of them. */
export class PlacedHits {
  readonly #hits: readonly Hit[];

  constructor(hits: readonly Hit[]) {
    this.#hits = [...hits].sort((a, b) => a.begin - b.begin);
  }

  /** Up to `most` hits that begin at or before a place and up to `most` that begin after it, in order of place. */
  near(begin: number, most: number): readonly Hit[] {
    let low = 0;
    let high = this.#hits.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#hits[middle]?.begin ?? 0) <= begin) low = middle + 1;
      else high = middle;
    }
    return this.#hits.slice(Math.max(0, low - most), low + most);
  }
}

/** Hits looked at on either side of a place; more cannot cover it in text that anybody reads. */
const MOST_NEAR = 16;

/**
 * The hits that stand: none hidden by a deny phrase of its brand or ruled out by `isOut`, the longest of those that
 * overlap, in order of place. A product whose name holds a name of its brand (Apple Watch) stands for that name.
 */
export function resolveHits(hits: readonly Hit[], isOut: (hit: Hit) => boolean): Hit[] {
  const denied = new PlacedHits(hits.filter((hit) => hit.term === null));
  const isDenied = (hit: Hit): boolean =>
    denied.near(hit.begin, MOST_NEAR).some((deny) => deny.brand === hit.brand && inside(hit, deny));
  const terms = hits.filter((hit) => hit.term !== null && !isOut(hit) && !isDenied(hit));
  const taken = longestApart([...terms].sort(byPreference));
  const placed = new PlacedHits(terms);
  return taken.map((hit) => namedBy(hit, placed)).sort((a, b) => a.begin - b.begin);
}

/** Of hits in order of preference those that overlap none before them. */
function longestApart(hits: readonly Hit[]): Hit[] {
  const covered = new Uint8Array(hits.reduce((last, { stop }) => Math.max(last, stop), 0));
  return hits.filter(({ begin, stop }) => {
    for (let unit = begin; unit < stop; unit += 1) if (covered[unit] === 1) return false;
    covered.fill(1, begin, stop);
    return true;
  });
}

function namedBy(hit: Hit, terms: PlacedHits): Hit {
  if (hit.term?.kind !== 'product') return hit;
  const names = terms
    .near(hit.begin, MOST_NEAR)
    .filter((name) => name.brand === hit.brand && name.term?.kind !== 'product' && inside(name, hit));
  return [...names].sort(byPreference)[0] ?? hit;
}
