import stopwords from 'stopwords-iso/stopwords-iso.json' with { type: 'json' };
import { detect } from 'tinyld';

/** Letters looked at; more hardly changes the verdict, only the time. */
const SAMPLE = 300;
/** Below this many letters a guess is worse than none (specs/analysis.md B.5). */
const FEWEST_LETTERS = 20;

/** Scripts that are one language, and the share of the letters from which on they decide. */
const BY_SCRIPT: readonly { script: RegExp; language: string; share: number }[] = [
  { script: /[\p{Script=Hiragana}\p{Script=Katakana}]/gu, language: 'ja', share: 0.15 },
  { script: /\p{Script=Hangul}/gu, language: 'ko', share: 0.3 },
  { script: /\p{Script=Han}/gu, language: 'zh', share: 0.3 },
  { script: /\p{Script=Thai}/gu, language: 'th', share: 0.3 },
  { script: /\p{Script=Hebrew}/gu, language: 'he', share: 0.3 },
  { script: /\p{Script=Greek}/gu, language: 'el', share: 0.3 },
];

/** Languages told by their most common words, where a vote is clear; the others are left to tinyld. */
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

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/**
 * ISO 639-1 of the language a text is written in: by its script, by its most common words (stopwords-iso), else by
 * tinyld, which takes twenty times as long; null when it is too short to tell.
 */
export function answerLanguage(text: string): string | null {
  const sample = text.slice(0, SAMPLE);
  const letters = count(sample, /\p{L}/gu);
  if (letters === 0) return null;
  if (/[^\p{Script=Latin}\P{L}]/u.test(sample)) {
    const own = BY_SCRIPT.find(({ script, share }) => count(sample, script) >= share * letters);
    if (own !== undefined) return own.language;
  }
  if (letters < FEWEST_LETTERS) return null;
  return clearVote(sample) ?? (detect(sample) || null);
}

function clearVote(sample: string): string | undefined {
  const votes = new Map<string, number>();
  for (const [word] of sample.toLowerCase().matchAll(/\p{L}+/gu)) {
    const languages = COMMON.get(word);
    for (const language of languages ?? []) votes.set(language, (votes.get(language) ?? 0) + 1);
  }
  const [first, second] = [...votes].sort(([, a], [, b]) => b - a);
  if (first === undefined || first[1] < CLEAR_VOTES) return undefined;
  return first[1] >= CLEAR_LEAD * (second?.[1] ?? 0) ? first[0] : undefined;
}
