import { countWords, type Sentence, tokensOf } from '../extract/words.ts';
import { type Finding, share } from './factor.ts';
import type { PageModel } from './page-model.ts';
import { readingEase } from './reading-ease.ts';

const LONG_SENTENCE = 30;
const FEWEST_SENTENCES = 3;

/** Sentences of more than 30 words, longest first. */
export function longSentences(page: PageModel): Sentence[] {
  return page.sentences
    .map((sentence) => ({ sentence, words: countWords(sentence.text) }))
    .filter(({ words }) => words > LONG_SENTENCE)
    .sort((a, b) => b.words - a.words || a.sentence.start - b.sentence.start)
    .map(({ sentence }) => sentence);
}

/** F9: lengths of sentences, and reading ease where a formula is validated for the language. */
export function clarity(page: PageModel): Finding {
  const { sentences } = page;
  if (sentences.length < FEWEST_SENTENCES)
    return {
      id: 'F9',
      value: null,
      measured: { sentences: sentences.length },
      why: 'Fewer than three sentences.',
    };
  const long = longSentences(page).length;
  const lengths = 1 - long / sentences.length;
  const { words } = tokensOf(sentences.map(({ text }) => text).join('\n'));
  const ease = readingEase(page.language.language, words, sentences.length);
  const value = ease === null ? lengths : 0.5 * lengths + 0.5 * ease.scaled;
  return {
    id: 'F9',
    value: share(value),
    measured: {
      sentences: sentences.length,
      over_30_words: long,
      reading_ease: ease === null ? null : Math.round(ease.value * 10) / 10,
      formula: ease?.formula ?? null,
    },
    why:
      ease === null
        ? `${long} of ${sentences.length} sentences have more than 30 words; no reading-ease formula applies (none validated for the language, or fewer than 50 words).`
        : `${long} of ${sentences.length} sentences have more than 30 words; ${ease.formula} ${ease.value.toFixed(1)} (syllables approximate).`,
  };
}
