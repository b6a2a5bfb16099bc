import type { BrandBook } from '../contract/brand-book.ts';
import type { Envelope, Source } from '../contract/envelope.ts';
import { REGION_NOT_HONOURED } from '../contract/outcome.ts';
import { countWords, type Sentence, sentencesOf } from '../extract/words.ts';
import { answerLanguage } from './answer-language.ts';
import { type AnswerPlaces, answerPlaces, placeOf } from './answer-places.ts';
import { controlHits } from './control-hits.ts';
import { compileMatcher, type Matcher, registrableDomain } from './matcher.ts';
import type { BrandSentence, Observation, ObservedOutcome, SeenMention, SeenSource } from './observation.ts';
import type { TermCheck } from './term-counts.ts';

/** A sentence longer than this is a wall of text, quoted only by its offsets' first part. */
const LONGEST_QUOTE = 500;
/** Sentences kept per brand and answer. */
const MOST_SENTENCES = 3;

/** Reads Envelopes against one brand book; made once, used for every capture. */
export interface Observer {
  /** What one child says about the brands. Pure: same Envelope, same book, same observation. */
  observe(envelope: Envelope, promptId: string): Observation;
  /** What the book's terms do in neutral answers, and which are homographs. */
  readonly terms: TermCheck;
  readonly matcher: Matcher;
}

export function compileObserver(book: BrandBook): Observer {
  const matcher = compileMatcher(book);
  return {
    matcher,
    observe: (envelope, promptId) => observe(envelope, promptId, matcher),
    terms: {
      controlHits: controlHits(matcher),
      flagged: new Set(matcher.flagged.map(({ termId }) => termId)),
    },
  };
}

function observe(envelope: Envelope, promptId: string, matcher: Matcher): Observation {
  const { job, answer, provenance, evidence } = envelope;
  const sources = seenSources(evidence.sources, matcher);
  const places = answerPlaces(answer);
  const mentions = seenMentions(envelope, matcher, sources, places);
  const sentences = sentencesOf(answer.text);
  return {
    id: job.id,
    promptId,
    surface: job.surface,
    region: job.region,
    replicate: job.replicate,
    outcome: outcomeOf(envelope),
    capturedAt: provenance.capturedAt,
    regionHonoured: !job.warnings.includes(REGION_NOT_HONOURED),
    loginState: provenance.loginState,
    adapter: `${provenance.adapter.name}@${provenance.adapter.version}`,
    modelLabel: provenance.model.observedLabel,
    textLength: answer.text.length,
    mentions,
    sources,
    words: weightedWords(answer.text, sentences, evidence.sources, matcher),
    sentences: brandSentences(answer.text, sentences, mentions),
    productCards: productCards(envelope, matcher),
    proof: {
      rawKey: job.artifacts.rawKey,
      rawSha256: job.artifacts.rawSha256,
      screenshotKey: job.artifacts.screenshotKey,
      screenshotSha256: job.artifacts.screenshotSha256,
    },
  };
}

function outcomeOf({ job }: Envelope): ObservedOutcome {
  if (job.outcome !== null) return job.outcome;
  return job.status === 'canceled' || job.status === 'expired' ? job.status : 'pending';
}

/** Once per canonical URL; cited if any of its entries is. */
function seenSources(sources: readonly Source[], matcher: Matcher): SeenSource[] {
  const seen = new Map<string, SeenSource>();
  for (const source of sources) {
    const url = source.canonicalUrl ?? source.url;
    const key = url ?? `source ${source.id}`;
    const known = seen.get(key);
    if (known !== undefined) {
      known.cited ||= source.cited;
      continue;
    }
    seen.set(key, {
      sourceId: source.id,
      url,
      domain: registrableDomain(url ?? source.domain ?? ''),
      cited: source.cited,
      position: source.position,
      brandId: url === null ? null : matcher.brandOfUrl(url),
    });
  }
  return [...seen.values()];
}

function seenMentions(
  envelope: Envelope,
  matcher: Matcher,
  sources: readonly SeenSource[],
  places: AnswerPlaces,
): SeenMention[] {
  const { text } = envelope.answer;
  if (text === '') return [];
  const found = matcher.scan(text, {
    language: answerLanguage(text),
    query: envelope.job.query,
    citedDomains: new Set(sources.flatMap(({ cited, domain }) => (cited && domain !== null ? [domain] : []))),
    citedBrands: new Set(
      sources.flatMap(({ cited, brandId }) => (cited && brandId !== null ? [brandId] : [])),
    ),
    masked: places.masked,
  });
  return found.map((term) => ({ ...term, ...placeOf(places, term.start) }));
}

/**
 * Words of the sentences that carry a brand's citations, weighted by e^(−i/N) for sentence i of N: what stands early
 * counts more (specs/analysis.md C.3, after the position-adjusted word count of arXiv 2311.09735).
 */
function weightedWords(
  text: string,
  sentences: readonly Sentence[],
  sources: readonly Source[],
  matcher: Matcher,
): Observation['words'] {
  const ranges = sources.flatMap(({ cited, charRanges, url, canonicalUrl }) => {
    const address = canonicalUrl ?? url;
    const brandId = cited && address !== null ? matcher.brandOfUrl(address) : null;
    return brandId === null ? [] : charRanges.map(([start, end]) => ({ brandId, start, end }));
  });
  let total = 0;
  const byBrand = new Map<string, number>();
  sentences.forEach(({ start, end }, index) => {
    const words = countWords(text.slice(start, end)) * Math.exp(-index / sentences.length);
    total += words;
    const brands = new Set(
      ranges.filter((range) => range.start < end && range.end > start).map(({ brandId }) => brandId),
    );
    for (const brandId of brands) byBrand.set(brandId, (byBrand.get(brandId) ?? 0) + words);
  });
  // A brand may be called Constructor: what every object has is no count of words.
  return { total, byBrand: Object.fromEntries(byBrand) };
}

function brandSentences(
  text: string,
  sentences: readonly Sentence[],
  mentions: readonly SeenMention[],
): BrandSentence[] {
  const kept = new Map<string, BrandSentence[]>();
  for (const { brandId, start, kind } of mentions) {
    if (kind !== 'mention') continue;
    const sentence = sentences.find((own) => own.start <= start && start < own.end);
    const known = kept.get(brandId) ?? [];
    if (sentence === undefined || known.length >= MOST_SENTENCES) continue;
    if (known.some((other) => other.start === sentence.start)) continue;
    const end = wholeCharacters(text, Math.min(sentence.end, sentence.start + LONGEST_QUOTE));
    known.push({ brandId, start: sentence.start, end, text: text.slice(sentence.start, end) });
    kept.set(brandId, known);
  }
  return [...kept.values()].flat();
}

/** Where a text may be cut: half a character could not be stored. */
function wholeCharacters(text: string, end: number): number {
  return text.charCodeAt(end - 1) >> 10 === 0x36 && text.charCodeAt(end) >> 10 === 0x37 ? end - 1 : end;
}

function productCards({ evidence, job }: Envelope, matcher: Matcher): string[] {
  const context = { language: null, query: job.query, citedDomains: new Set<string>() };
  const brands = (evidence.shopping ?? []).flatMap(({ title }) =>
    matcher.scan(title, context).flatMap(({ brandId, kind }) => (kind === 'url_only' ? [] : [brandId])),
  );
  return [...new Set(brands)].sort();
}
