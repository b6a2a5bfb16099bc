import type { BrandBook } from '../contract/brand-book.ts';
import type { Envelope } from '../contract/envelope.ts';
import { type BookChange, bookChange } from './book-change.ts';
import { CompetitorDiscovery } from './discover.ts';
import { compileMatcher } from './matcher.ts';
import { measure } from './measure.ts';
import type { Methodology } from './methodology.ts';
import type { Observation, Prompt } from './observation.ts';
import { compileObserver, type Observer } from './observe.ts';
import { type OfferedName, offeredNames } from './offered-names.ts';
import { ReadingPool } from './reading-pool.ts';
import type { ReportMetrics } from './report-metrics.ts';
import { gramsOf } from './text-grams.ts';

/** What was read of one child. */
export interface Reading {
  /** What it says about the book's brands. */
  observation: Observation;
  /** The names it offers, whatever the book. */
  offered: readonly OfferedName[];
  /** `gramsOf` its texts: which spellings it has not. */
  grams: string;
}

/** What was read before, of the same Envelopes, with an earlier book. */
export interface EarlierReadings {
  book: BrandBook;
  /** By child id. */
  readings: ReadonlyMap<string, Reading>;
}

export interface FinishedReport {
  metrics: ReportMetrics;
  observations: readonly Observation[];
  /** In the order of the observations. */
  readings: readonly Reading[];
  /** Ids of those that stand as they were read before. */
  kept: ReadonlySet<string>;
}

const NOTHING: readonly OfferedName[] = [];

/**
 * Reads a report's Envelopes one after the other and keeps only what they say, so that tens of thousands fit into
 * memory; then measures. The order does not matter. Another book, after a correction, is another reader over the same
 * Envelopes; given what was read before it observes only those again that the correction may touch.
 */
export class ReportReader {
  readonly #book: BrandBook;
  readonly #observer: Observer;
  readonly #discovery: CompetitorDiscovery;
  readonly #prompts = new Map<string, Prompt>();
  readonly #readings: Reading[] = [];
  readonly #pool = new ReadingPool();
  readonly #earlier: EarlierReadings['readings'];
  readonly #change: BookChange | null;
  readonly #kept = new Set<string>();

  constructor(book: BrandBook, earlier?: EarlierReadings) {
    this.#book = book;
    this.#observer = compileObserver(book);
    const { matcher } = this.#observer;
    this.#discovery = new CompetitorDiscovery(matcher);
    this.#earlier = earlier?.readings ?? new Map();
    this.#change =
      earlier === undefined || earlier.readings.size === 0
        ? null
        : bookChange({ book: earlier.book, matcher: compileMatcher(earlier.book) }, { book, matcher });
  }

  /** Whether a child, as it was read before, says the same under this book; its Envelope is not needed then. */
  stands(id: string, promptId: string): boolean {
    const known = this.#earlier.get(id);
    return known !== undefined && this.#standing(known, promptId, known);
  }

  /** Takes over what a child that stands said before. Throws RangeError for one that was not read before. */
  keep(id: string, prompt: Prompt): Observation {
    const known = this.#earlier.get(id);
    if (known === undefined) throw new RangeError(`${id} was not read before`);
    this.#kept.add(id);
    return this.#take(known, prompt);
  }

  /** One child's Envelope, once per child, and the same as was read before if it was; what it says. */
  add(envelope: Envelope, prompt: Prompt): Observation {
    const { id } = envelope.job;
    const { text } = envelope.answer;
    const titles = titlesOf(envelope.evidence);
    const known = this.#earlier.get(id);
    if (known !== undefined && this.#standing(known, prompt.id, { text, titles }))
      return this.keep(id, prompt);
    const observation = withoutAnswer(this.#observer.observe(envelope, prompt.id));
    const offered = offeredBy(envelope, observation);
    return this.#take(this.#pool.one({ observation, offered, grams: gramsOf([text, ...titles]) }), prompt);
  }

  #standing(
    { observation }: Reading,
    promptId: string,
    texts: Parameters<BookChange['touches']>[0],
  ): boolean {
    // What had not ended then may say something now.
    if (observation.outcome === 'pending' || observation.promptId !== promptId) return false;
    return this.#change !== null && !this.#change.touches(texts, observation.sources);
  }

  #take(reading: Reading, prompt: Prompt): Observation {
    const { observation, offered } = reading;
    const { promptId, surface, sources } = observation;
    this.#prompts.set(prompt.id, prompt);
    this.#readings.push(reading);
    if (offered.length > 0) {
      const domains = sources.flatMap(({ url, domain }) => (url === null || domain === null ? [] : [domain]));
      this.#discovery.addNames({ promptId, surface, domains, names: offered });
    }
    return observation;
  }

  /** Everything the report says. `seed`: the report's id. Throws RangeError for a child that was added twice. */
  finish(seed: string, cadence?: Methodology['cadence']): FinishedReport {
    const observations = this.#readings.map(({ observation }) => observation);
    const metrics = measure({
      ...{ prompts: [...this.#prompts.values()], observations, book: this.#book, seed },
      ...{ terms: this.#observer.terms, suggestions: this.#discovery.suggestions() },
      ...(cadence === undefined ? {} : { cadence }),
    });
    return { metrics, observations, readings: this.#readings, kept: this.#kept };
  }
}

function offeredBy({ answer, evidence }: Envelope, { outcome }: Observation): readonly OfferedName[] {
  if (!/^answered/.test(outcome)) return NOTHING;
  return offeredNames({
    ...{ markdown: answer.markdown, blocks: answer.blocks },
    productTitles: titlesOf(evidence),
  });
}

/** A piece cut from a text keeps all of it in memory; a copy is the piece alone. */
function withoutAnswer(observation: Observation): Observation {
  const copies: string[] = JSON.parse(JSON.stringify(observation.sentences.map(({ text }) => text)));
  const sentences = observation.sentences.map((own, index) => ({ ...own, text: copies[index] ?? own.text }));
  return { ...observation, sentences };
}

function titlesOf({ shopping }: Envelope['evidence']): string[] {
  return (shopping ?? []).map(({ title }) => title);
}
