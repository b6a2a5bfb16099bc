import type { Envelope } from '../contract/envelope.ts';
import type { Observation } from './observation.ts';
import { jackknifeInterval, meanDistance } from './replicate-distance.ts';
import { citedDomainSet } from './stability.ts';
import { type Interval, wilsonInterval } from './wilson.ts';

/** In how many of n captures something appears. */
export interface Appearance {
  k: number;
  n: number;
  rate: number | null;
  /** Wilson's, 95 %: runs of one prompt, nothing is pooled. */
  ci95: Interval | null;
}

/** What the replicates of one question on one surface in one place say together. */
export interface ReplicateSummary {
  asked: number;
  /** Captures that hold an answer, whole or in part. */
  answered: number;
  /** The others, by how they ended. */
  excluded: Record<string, number>;
  /** Cited domains over whole answers, the most frequent first. */
  domains: (Appearance & { domain: string })[];
  /** Different answers over all answers, the most frequent first; white space and Unicode form make no difference. */
  answers: (Appearance & { text: string })[];
  /** Mean of 1 − Jaccard over all pairs of answers; null when there is no pair. */
  distance: {
    domains: number | null;
    /** 95 % by the jackknife over captures; null below three. */
    domainsCi95: Interval | null;
    words: number | null;
  };
}

/** Pure; the order of the captures matters only for which wording stands for equal answers. */
export function summariseReplicates(
  captures: readonly { envelope: Envelope; observation: Observation }[],
): ReplicateSummary {
  const answered = captures.filter(({ observation }) => /^answered/.test(observation.outcome));
  const whole = answered.filter(({ observation }) => observation.outcome === 'answered');
  const domains = whole.map(({ observation }) => citedDomainSet(observation));
  const texts = answered.map(({ envelope }) => envelope.answer.text);
  const excluded: Record<string, number> = {};
  for (const { observation } of captures) {
    if (/^answered/.test(observation.outcome)) continue;
    excluded[observation.outcome] = (excluded[observation.outcome] ?? 0) + 1;
  }
  return {
    ...{ asked: captures.length, answered: answered.length, excluded },
    domains: countedMost(domains.flatMap((set) => [...set])).map(({ key, count }) => ({
      domain: key,
      ...appearance(count, whole.length),
    })),
    answers: countedMost(texts.map(comparable)).map(({ key, count }) => ({
      text: texts.find((text) => comparable(text) === key) ?? key,
      ...appearance(count, texts.length),
    })),
    distance: {
      domains: meanDistance(domains),
      domainsCi95: jackknifeInterval(domains),
      words: meanDistance(texts.map(wordsOf)),
    },
  };
}

function appearance(k: number, n: number): Appearance {
  return n === 0 ? { k, n, rate: null, ci95: null } : { k, n, rate: k / n, ci95: wilsonInterval(k, n) };
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
