import stopwords from 'stopwords-iso/stopwords-iso.json' with { type: 'json' };
import { detectLanguage, scriptLanguage } from '../extract/text-language.ts';

/** Letters looked at; more hardly changes the verdict, only the time. */
const SAMPLE = 300;
/** Languages told by their most common words, where a vote is clear; the others are detected. */
const VOTING = 'en de fr es it pt nl sv da no fi pl cs hu tr ru'.split(' ');
/** So many common words, and so many more than of the language next to it, make a vote clear. */
const CLEAR_VOTES = 5;
const CLEAR_LEAD = 2;

/** For each common word the languages it belongs to. */
const COMMON = new Map<string, string[]>();
for (const language of VOTING) {
  for (const word of (stopwords as Record<string, readonly string[]>)[language] ?? []) {
    COMMON.set(word, [...(COMMON.get(word) ?? []), language]);
  }
}

/**
 * ISO 639-1 of the language an answer is written in: by its script, by its most common words (stopwords-iso), else as any
 * text, which takes twenty times as long; null when it is too short to tell.
 */
export function answerLanguage(text: string): string | null {
  const sample = text.slice(0, SAMPLE);
  const otherScript = /[^\p{Script=Latin}\P{L}]/u.test(sample) ? scriptLanguage(sample) : null;
  return otherScript ?? clearVote(sample) ?? detectLanguage(sample);
}

function clearVote(sample: string): string | undefined {
  const votes = new Map<string, number>();
  for (const word of sample.toLowerCase().match(/\p{L}+/gu) ?? []) {
    const languages = COMMON.get(word);
    for (const language of languages ?? []) votes.set(language, (votes.get(language) ?? 0) + 1);
  }
  const [first, second] = [...votes].sort(([, a], [, b]) => b - a);
  if (first === undefined || first[1] < CLEAR_VOTES) return undefined;
  return first[1] >= CLEAR_LEAD * (second?.[1] ?? 0) ? first[0] : undefined;
}
