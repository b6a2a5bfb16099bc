import type { Envelope } from '../contract/envelope.ts';
import type { CoverageGap } from '../contract/page-score.ts';
import { canonicalUrl } from '../extract/urls.ts';
import { tokensOf } from '../extract/words.ts';

type Status = CoverageGap['citations'][number];

const GRAM = 5;

/** Captures that hold an answer; the others say nothing about citing. */
export function answered(envelopes: readonly Envelope[]): Envelope[] {
  return envelopes.filter(
    ({ job, provenance, answer }) =>
      job.status === 'completed' &&
      provenance.surfacePresent !== false &&
      answer.text !== '' &&
      // What a cut answer would have cited is not known (specs/analysis.md C.5).
      !job.warnings.includes('answer_truncated'),
  );
}

/** The address a source is compared by. */
export function addressOf(url: string | null): string | null {
  if (url === null) return null;
  const canonical = canonicalUrl(url) ?? url;
  return canonical.replace(/^http:/, 'https:').replace(/\/$/, '');
}

/** Addresses that the answers cite, the page's own left out, those cited in most captures first; at most `most`. */
export function mostCited(envelopes: readonly Envelope[], own: string | null, most: number): string[] {
  const counts = new Map<string, { url: string; captures: number }>();
  for (const { evidence } of answered(envelopes)) {
    const cited = evidence.sources.filter((source) => source.cited);
    const urls = new Map(
      cited.flatMap(({ url, canonicalUrl: canonical }) =>
        url === null ? [] : [[addressOf(canonical ?? url) ?? url, url]],
      ),
    );
    for (const [address, url] of urls)
      counts.set(address, {
        url: counts.get(address)?.url ?? url,
        captures: (counts.get(address)?.captures ?? 0) + 1,
      });
  }
  counts.delete(addressOf(own) ?? '');
  return [...counts]
    .sort(([a, x], [b, y]) => y.captures - x.captures || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([, { url }]) => url);
}

/**
 * Per surface and query: in k of n answers the page is cited, at which places, in how many of them words of five of the
 * citing sentence stand on the page (absorbed), and in how many it was found and not cited.
 */
export function citationStatus(envelopes: readonly Envelope[], url: string, pageText: string): Status[] {
  const wanted = addressOf(url);
  const grams = gramsOf(pageText);
  const groups = new Map<string, Status>();
  for (const { job, answer, evidence } of answered(envelopes)) {
    const key = `${job.surface}\n${job.query}`;
    const status = groups.get(key) ?? {
      ...{ surface: job.surface, query: job.query, k: 0, n: 0 },
      ...{ positions: [], absorbed: 0, retrieved_only: 0 },
    };
    groups.set(key, status);
    status.n++;
    const own = evidence.sources.filter((source) => addressOf(source.canonicalUrl ?? source.url) === wanted);
    const cited = own.filter((source) => source.cited);
    if (cited.length === 0) {
      if (own.length > 0) status.retrieved_only++;
      continue;
    }
    status.k++;
    const position = cited[0]?.position ?? null;
    if (position !== null) status.positions.push(position);
    const said = cited.flatMap(({ charRanges }) =>
      charRanges.map(([start, end]) => answer.text.slice(start, end)),
    );
    if (said.some((text) => overlaps(text, grams))) status.absorbed++;
  }
  return [...groups.values()];
}

function gramsOf(text: string): Set<string> {
  const { words, pairs } = tokensOf(text);
  return new Set([...runs(words), ...runs(pairs)]);
}

function* runs(tokens: readonly string[]): Generator<string> {
  for (let at = 0; at + GRAM <= tokens.length; at++) yield tokens.slice(at, at + GRAM).join(' ');
}

function overlaps(text: string, grams: ReadonlySet<string>): boolean {
  const { words, pairs } = tokensOf(text);
  for (const gram of runs(words)) if (grams.has(gram)) return true;
  for (const gram of runs(pairs)) if (grams.has(gram)) return true;
  return false;
}
