/** What a reading-ease formula needs; syllables are counted as vowel groups, which is approximate. */
interface Counts {
  words: number;
  sentences: number;
  syllables: number;
  letters: number;
  longWords: number;
}

interface Ease {
  formula: string;
  value: number;
  /** The value on a scale of 0 (hard) to 1 (plain). */
  scaled: number;
}

const LIX_LANGUAGES = new Set(['sv', 'da', 'nb', 'nn', 'no']);
const VOWELS = /[aeiouyäöüáéíóúàèìòùâêîôûãõåæøœ]+|[аеёиоуыэюя]/giu;

/** Weights of `a − b·(words per sentence) − c·(syllables per word)`: Flesch 1948, Amstad 1978, Fernández-Huerta 1959, Kandel–Moles 1958, Oborneva 2006. */
const FLESCH_KIND: Readonly<Record<string, [string, number, number, number]>> = {
  en: ['Flesch', 206.835, 1.015, 84.6],
  de: ['Amstad', 180, 1, 58.5],
  es: ['Fernández-Huerta', 206.84, 1.02, 60],
  fr: ['Kandel–Moles', 207, 1.015, 73.6],
  ru: ['Oborneva', 206.835, 1.3, 60.1],
};

/** Reading ease by the formula validated for a language; null where there is none. */
export function readingEase(
  language: string | null,
  words: readonly string[],
  sentences: number,
): Ease | null {
  if (language === null || words.length < 50 || sentences < 3) return null;
  const counts: Counts = {
    words: words.length,
    sentences,
    syllables: words.reduce((sum, word) => sum + Math.max(1, word.match(VOWELS)?.length ?? 1), 0),
    letters: words.reduce((sum, word) => sum + word.length, 0),
    longWords: words.filter((word) => word.length > 6).length,
  };
  const perSentence = counts.words / counts.sentences;
  const flesch = Object.hasOwn(FLESCH_KIND, language) ? FLESCH_KIND[language] : undefined;
  if (flesch !== undefined) {
    const [formula, a, b, c] = flesch;
    const value = a - b * perSentence - c * (counts.syllables / counts.words);
    return { formula, value, scaled: between(value, 10, 60) };
  }
  if (language === 'it') {
    const value = 89 + (300 * counts.sentences - 10 * counts.letters) / counts.words;
    return { formula: 'Gulpease', value, scaled: between(value, 20, 60) };
  }
  if (LIX_LANGUAGES.has(language)) {
    const value = perSentence + (100 * counts.longWords) / counts.words;
    return { formula: 'LIX', value, scaled: 1 - between(value, 40, 70) };
  }
  return null;
}

function between(value: number, low: number, high: number): number {
  return Math.min(1, Math.max(0, (value - low) / (high - low)));
}
