import type { Envelope } from '../contract/envelope.ts';
import { meanJaccardDistance } from './jaccard.ts';
import { type Interval, wilsonInterval } from './wilson.ts';

/** In how many of n captures something appears. */
export interface Appearance {
  count: number;
  n: number;
  share: number;
  /** Wilson, 95 %. */
  interval: Interval;
}

export interface DomainAppearance extends Appearance {
  domain: string;
}

export interface AnswerAppearance extends Appearance {
  /** As the first capture that has it says it. */
  text: string;
}

/** What the replicates of one question on one surface in one place say together. */
export interface ReplicateSummary {
  /** Captures that saw what the surface shows: the n of all shares. Those that failed tell nothing and are not in it. */
  n: number;
  /** How many of them hold an answer. */
  answered: Appearance;
  /** Cited domains, the most frequent first. */
  domains: DomainAppearance[];
  /** Different answers, the most frequent first; white space and Unicode form make no difference. */
  answers: AnswerAppearance[];
  /** Mean over all pairs of captures: of the sets of cited domains, and of the words of the answers; null when n < 2. */
  meanJaccardDistance: { domains: number | null; words: number | null };
}

/** Pure; the order of the captures matters only for which wording stands for equal answers. */
export function summariseReplicates(envelopes: readonly Envelope[]): ReplicateSummary {
  const seen = envelopes.filter((envelope) => envelope.job.status === 'completed');
  const n = seen.length;
  const domains = seen.map(citedDomains);
  const texts = seen.map((envelope) => envelope.answer.text).filter((text) => text.trim() !== '');
  return {
    n,
    answered: appearance(texts.length, n),
    domains: countedMost(domains.flatMap((set) => [...set])).map(({ key, count }) => ({
      domain: key,
      ...appearance(count, n),
    })),
    answers: countedMost(texts.map(comparable)).map(({ key, count }) => ({
      text: texts.find((text) => comparable(text) === key) ?? key,
      ...appearance(count, n),
    })),
    meanJaccardDistance: {
      domains: meanJaccardDistance(domains),
      words: meanJaccardDistance(seen.map((envelope) => wordsOf(envelope.answer.text))),
    },
  };
}

/** Domains of the sources an answer cites, lower case. */
export function citedDomains(envelope: Envelope): Set<string> {
  const cited = envelope.evidence.sources.filter((source) => source.cited);
  return new Set(cited.flatMap(({ domain }) => (domain === null ? [] : [domain.toLowerCase()])));
}

function appearance(count: number, n: number): Appearance {
  return { count, n, share: n === 0 ? 0 : count / n, interval: wilsonInterval(count, n) };
}

function countedMost(keys: readonly string[]): { key: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  const counted = [...counts].map(([key, count]) => ({ key, count }));
  return counted.sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1));
}

function comparable(text: string): string {
  return text.normalize('NFKC').replace(/\s+/gu, ' ').trim();
}

const WORDS = new Intl.Segmenter('und', { granularity: 'word' });

/** The different words of a text, in any script. */
function wordsOf(text: string): Set<string> {
  const segments = [...WORDS.segment(text.normalize('NFKC').toLowerCase())];
  return new Set(segments.filter((segment) => segment.isWordLike).map((segment) => segment.segment));
}
