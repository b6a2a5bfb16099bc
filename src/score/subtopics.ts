import type { Envelope } from '../contract/envelope.ts';
import type { PageModel } from './page-model.ts';
import type { TermReader } from './terms.ts';

/** A question that answers and cited pages revolve around. */
export interface Subtopic {
  label: string;
  terms: ReadonlySet<string>;
}

const ALIKE = 0.5;
const MAX_CANDIDATES = 600;
const TERMS = { fewest: 2, most: 14 };

/**
 * Subtopics of the captures: the surface's own fan-out queries, its related questions and the headings of cited pages, those
 * with alike terms (Jaccard at least 0.5) taken together under the one named first.
 */
export function subtopicsOf(
  envelopes: readonly Envelope[],
  cited: readonly PageModel[],
  terms: TermReader,
): Subtopic[] {
  const texts = [
    ...envelopes.flatMap(({ evidence }) => evidence.fanOut.queries),
    ...envelopes.flatMap(({ evidence }) => (evidence.related ?? []).map(({ text }) => text)),
    ...cited.flatMap(({ main }) =>
      main.blocks.flatMap(({ kind, level, text }) =>
        kind === 'heading' && level >= 2 && level <= 3 ? [text] : [],
      ),
    ),
  ];
  const clusters: { label: string; terms: Set<string> }[] = [];
  for (const text of [...new Set(texts)].slice(0, MAX_CANDIDATES)) {
    const own = terms.distinct(text);
    if (own.size < TERMS.fewest || own.size > TERMS.most) continue;
    if (!clusters.some((cluster) => jaccard(cluster.terms, own) >= ALIKE))
      clusters.push({ label: text.slice(0, 200), terms: own });
  }
  return clusters;
}

function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let both = 0;
  for (const term of a) if (b.has(term)) both++;
  return both / (a.size + b.size - both);
}
