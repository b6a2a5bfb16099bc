import type { CharRange, Source } from '../contract/envelope.ts';
import type { DraftCitation, DraftSource, Reading } from '../contract/extraction.ts';
import type { Composed } from './compose.ts';
import { rangesOfMarks } from './ranges.ts';
import { canonicalUrl, domainOf } from './urls.ts';

/** Sources with their ids, and which ids each citation mark names. */
export interface NumberedSources {
  sources: Source[];
  idsOfMark(index: number): number[];
}

interface Cited {
  ranges: CharRange[];
  basis: DraftCitation['basis'] | null;
}

/**
 * Numbers the sources 1..n in order of first appearance: first those the answer cites, as they are cited, then the
 * rest in the surface's own order. `extra` (the other witness's sources) fills in what the first witness does not
 * know. A citation that names no known source is left out; one without a mark in the text is a citation whose place is
 * not known: its sources are cited, without a range.
 */
export function numberSources(
  composed: Composed,
  reading: Reading,
  extra: readonly DraftSource[],
): NumberedSources {
  const drafts = mergeDrafts([...reading.sources, ...extra]);
  const ranges = rangesOfMarks(composed.text, composed.marks);
  const cited = new Map<string, Cited>();
  for (const mark of composed.marks) {
    if (mark.kind === 'open') continue;
    const citation = reading.citations[mark.index];
    for (const key of citation?.sourceKeys ?? []) {
      if (!drafts.has(key)) continue;
      const entry = cited.get(key) ?? { ranges: [], basis: citation?.basis ?? null };
      const range = ranges.get(mark.index);
      if (range && !entry.ranges.some(([start, end]) => start === range[0] && end === range[1]))
        entry.ranges.push(range);
      cited.set(key, entry);
    }
  }
  const marked = new Set(composed.marks.map((mark) => mark.index));
  for (const key of reading.citations.flatMap((citation, index) =>
    marked.has(index) ? [] : citation.sourceKeys,
  )) {
    if (drafts.has(key) && !cited.has(key)) cited.set(key, { ranges: [], basis: null });
  }
  const order = [...new Set([...cited.keys(), ...drafts.keys()])];
  const ids = new Map(order.map((key, index) => [key, index + 1]));
  return {
    sources: order.flatMap((key, index) => {
      const draft = drafts.get(key);
      return draft === undefined ? [] : [finishSource(index + 1, draft, cited.get(key))];
    }),
    idsOfMark: (index) => (reading.citations[index]?.sourceKeys ?? []).flatMap((key) => ids.get(key) ?? []),
  };
}

function mergeDrafts(drafts: readonly DraftSource[]): Map<string, DraftSource> {
  const merged = new Map<string, DraftSource>();
  for (const draft of drafts) {
    const known = merged.get(draft.key);
    merged.set(draft.key, known === undefined ? draft : fillIn(known, draft));
  }
  return merged;
}

function fillIn(known: DraftSource, other: DraftSource): DraftSource {
  return {
    ...other,
    ...known,
    url: known.url ?? other.url,
    title: known.title ?? other.title,
    publisher: known.publisher ?? other.publisher,
    snippet: known.snippet ?? other.snippet,
    publishedAt: known.publishedAt ?? other.publishedAt,
    position: known.position ?? other.position,
    providerRef: known.providerRef ?? other.providerRef,
    domain: known.domain ?? other.domain ?? null,
  };
}

function finishSource(id: number, draft: DraftSource, cited: Cited | undefined): Source {
  return {
    id,
    url: draft.url,
    canonicalUrl: draft.url === null ? null : (canonicalUrl(draft.url) ?? null),
    ...(draft.wrappedUrl !== undefined && draft.url === null ? { wrappedUrl: draft.wrappedUrl } : {}),
    title: draft.title,
    domain: (draft.url === null ? undefined : domainOf(draft.url)) ?? draft.domain ?? null,
    publisher: draft.publisher,
    snippet: draft.snippet,
    publishedAt: draft.publishedAt,
    position: draft.position,
    role: cited ? 'cited' : 'retrieved',
    cited: cited !== undefined,
    charRanges: cited?.ranges ?? [],
    charRangesBasis: cited && cited.ranges.length > 0 ? cited.basis : null,
    providerRef: draft.providerRef,
  };
}
