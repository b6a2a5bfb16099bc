import * as snowball from 'snowball-stemmers';
import stopwords from 'stopwords-iso/stopwords-iso.json' with { type: 'json' };
import { tokensOf } from '../extract/words.ts';

/** Snowball algorithm per ISO 639-1 language (snowball-stemmers 0.6.0). */
const ALGORITHMS: Readonly<Record<string, string>> = {
  ar: 'arabic',
  cs: 'czech',
  da: 'danish',
  de: 'german',
  en: 'english',
  es: 'spanish',
  fi: 'finnish',
  fr: 'french',
  hu: 'hungarian',
  it: 'italian',
  nb: 'norwegian',
  nl: 'dutch',
  nn: 'norwegian',
  no: 'norwegian',
  pt: 'portuguese',
  ro: 'romanian',
  ru: 'russian',
  sl: 'slovene',
  sv: 'swedish',
  tr: 'turkish',
};

const STOPWORDS: Readonly<Record<string, readonly string[]>> = stopwords;
const KNOWN_STOPWORDS = new Map<string, ReadonlySet<string>>();

function stopwordsOf(language: string): ReadonlySet<string> {
  const list = language === 'nb' || language === 'nn' ? 'no' : language;
  let known = KNOWN_STOPWORDS.get(list);
  if (known === undefined) {
    known = new Set(Object.hasOwn(STOPWORDS, list) ? STOPWORDS[list] : []);
    KNOWN_STOPWORDS.set(list, known);
  }
  return known;
}

/** Turns texts of one language into the terms they are about. */
export class TermReader {
  readonly #stop: ReadonlySet<string>;
  readonly #stemmer: snowball.Stemmer | undefined;
  readonly #stems = new Map<string, string>();
  /** A word of the page for each stem, to name it by. */
  readonly #spoken = new Map<string, string>();

  /** `language`: ISO 639-1, or null when unknown: then nothing is left out and nothing stemmed. */
  constructor(language: string | null) {
    const algorithm = language === null ? undefined : ALGORITHMS[language];
    this.#stop = language === null ? new Set() : stopwordsOf(language);
    this.#stemmer =
      algorithm !== undefined && snowball.algorithms().includes(algorithm)
        ? snowball.newStemmer(algorithm)
        : undefined;
  }

  /** Content terms in order, repetitions kept: stems of spaced words without stop words, character pairs of the others. */
  terms(text: string): string[] {
    const { words, pairs } = tokensOf(text);
    const found = pairs.filter((pair) => !this.#stop.has(pair));
    for (const word of words) {
      if (this.#stop.has(word) || (word.length < 2 && !/\p{N}/u.test(word))) continue;
      found.push(this.#stem(word));
    }
    return found;
  }

  /** Each term once, in order of first appearance. */
  distinct(text: string): Set<string> {
    return new Set(this.terms(text));
  }

  /** A word that stood for the term where it was first read. */
  spoken(term: string): string {
    return this.#spoken.get(term) ?? term;
  }

  #stem(word: string): string {
    let stem = this.#stems.get(word);
    if (stem === undefined) {
      stem = this.#stemmer?.stem(word.replaceAll(/['’]s?$/g, '')) ?? word;
      this.#stems.set(word, stem);
      if (!this.#spoken.has(stem)) this.#spoken.set(stem, word);
    }
    return stem;
  }
}
