import { NamePool } from './name-pool.ts';
import type { OfferedName } from './offered-names.ts';
import type { Reading } from './report-reader.ts';

/** A longer text is hardly there twice. */
const LONGEST = 300;

const NOTHING: readonly OfferedName[] = [];

/**
 * One string for each address, domain, brand and term, however many of tens of thousands of answers have it: what comes out
 * of JSON has its own copy of each.
 */
export class ReadingPool {
  readonly #names = new NamePool();
  readonly #texts = new Map<string, string>();

  /** The reading with what it shares; its observation is the one given, whose texts are replaced by equal ones. */
  one({ observation, offered, grams }: Reading): Reading {
    observation.promptId = this.#text(observation.promptId);
    observation.adapter = this.#text(observation.adapter);
    observation.modelLabel = this.#textOrNull(observation.modelLabel);
    for (const source of observation.sources) {
      source.url = this.#textOrNull(source.url);
      source.domain = this.#textOrNull(source.domain);
      source.brandId = this.#textOrNull(source.brandId);
    }
    for (const mention of observation.mentions) {
      mention.brandId = this.#text(mention.brandId);
      mention.termId = this.#text(mention.termId);
    }
    for (const sentence of observation.sentences) sentence.brandId = this.#text(sentence.brandId);
    const pooled = offered.length === 0 ? NOTHING : offered.map((name) => this.#names.one(name));
    return { observation, offered: pooled, grams };
  }

  #text(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    if (text.length <= LONGEST) this.#texts.set(text, text);
    return text;
  }

  #textOrNull(text: string | null): string | null {
    return text === null ? null : this.#text(text);
  }
}
