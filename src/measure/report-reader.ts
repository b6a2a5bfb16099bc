import type { BrandBook } from '../contract/brand-book.ts';
import type { Envelope } from '../contract/envelope.ts';
import { CompetitorDiscovery } from './discover.ts';
import { measure } from './measure.ts';
import type { Methodology } from './methodology.ts';
import type { Observation, Prompt } from './observation.ts';
import { compileObserver, type Observer } from './observe.ts';
import type { ReportMetrics } from './report-metrics.ts';

/**
 * Reads a report's Envelopes one after the other and keeps only what they say, so that tens of thousands fit into
 * memory; then measures. The order does not matter. Another book, after a correction, is another reader over the same
 * Envelopes.
 */
export class ReportReader {
  readonly #book: BrandBook;
  readonly #observer: Observer;
  readonly #discovery: CompetitorDiscovery;
  readonly #prompts = new Map<string, Prompt>();
  readonly #observations: Observation[] = [];

  constructor(book: BrandBook) {
    this.#book = book;
    this.#observer = compileObserver(book);
    this.#discovery = new CompetitorDiscovery(this.#observer.matcher);
  }

  /** One child's Envelope, once per child; what it says. */
  add(envelope: Envelope, prompt: Prompt): Observation {
    const observation = this.#observer.observe(envelope, prompt.id);
    this.#prompts.set(prompt.id, prompt);
    this.#observations.push(observation);
    if (!/^answered/.test(observation.outcome)) return observation;
    const { answer, evidence } = envelope;
    this.#discovery.add({
      ...{
        promptId: prompt.id,
        surface: observation.surface,
        markdown: answer.markdown,
        blocks: answer.blocks,
      },
      sourceUrls: observation.sources.flatMap(({ url }) => url ?? []),
      productTitles: (evidence.shopping ?? []).map(({ title }) => title),
    });
    return observation;
  }

  /** Everything the report says. `seed`: the report's id. Throws RangeError for a child that was added twice. */
  finish(
    seed: string,
    cadence?: Methodology['cadence'],
  ): { metrics: ReportMetrics; observations: readonly Observation[] } {
    const metrics = measure({
      ...{ prompts: [...this.#prompts.values()], observations: this.#observations, book: this.#book, seed },
      ...{ terms: this.#observer.terms, suggestions: this.#discovery.suggestions() },
      ...(cadence === undefined ? {} : { cadence }),
    });
    return { metrics, observations: this.#observations };
  }
}
