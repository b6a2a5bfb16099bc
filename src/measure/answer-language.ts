import { detect } from 'tinyld';

/** Letters looked at; more hardly changes the verdict, only the time. */
const SAMPLE = 160;
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

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** ISO 639-1 of the language a text is written in, by its script, else by tinyld; null when it is too short to tell. */
export function answerLanguage(text: string): string | null {
  const sample = text.slice(0, SAMPLE);
  const letters = count(sample, /\p{L}/gu);
  if (letters === 0) return null;
  const own = BY_SCRIPT.find(({ script, share }) => count(sample, script) >= share * letters);
  if (own !== undefined) return own.language;
  if (letters < FEWEST_LETTERS) return null;
  return detect(sample) || null;
}
