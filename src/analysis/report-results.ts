import { z } from 'zod';
import type { BrandBook } from '../contract/brand-book.ts';
import type { Envelope } from '../contract/envelope.ts';
import { surfaceNameSchema } from '../contract/surface-name.ts';
import { clusteredShare } from '../measure/clustered-share.ts';
import type { Observation } from '../measure/observation.ts';
import { positionOf } from '../measure/positions.ts';

const intervalSchema = z.strictObject({ low: z.number(), high: z.number() }).nullable();

/** What one prompt showed on one surface, all its captures together. */
export const cellResultSchema = z.strictObject({
  promptId: z.string(),
  surface: surfaceNameSchema,
  /** Null when no capture could tell. */
  brandAppears: z.boolean().nullable(),
  appearances: z.strictObject({ k: z.int(), n: z.int() }),
  /** The best place of the own brand; null where it does not appear. */
  rank: z.int().nullable(),
  /** The first whole answer, else the first in part; null without one. */
  response: z.string().nullable(),
  citations: z.array(
    z.strictObject({
      url: z.string().nullable(),
      title: z.string().nullable(),
      domain: z.string().nullable(),
      position: z.int().nullable(),
      cited: z.boolean(),
      snippet: z.string().nullable(),
      citedText: z.string().nullable(),
    }),
  ),
  /** Brands of the book that the answers name. */
  brands: z.array(z.strictObject({ name: z.string(), website: z.string().nullable() })),
  captures: z.array(
    z.strictObject({ id: z.string(), outcome: z.string(), screenshotKey: z.string().nullable() }),
  ),
});

export const resultsSchema = z.strictObject({
  cells: z.array(cellResultSchema),
  /** Cells in which the own brand appears, of those that could tell. */
  ranked: z.int(),
  total: z.int(),
  share: z.number().nullable(),
  ciThese: intervalSchema,
  ciCategory: intervalSchema,
});

export type CellResult = z.infer<typeof cellResultSchema>;
export type Results = z.infer<typeof resultsSchema>;

type Shown = Pick<CellResult, 'response' | 'citations'>;

interface Cell {
  promptId: string;
  /** One answer stands for the cell: the first whole one, else the first in part. */
  shown: { id: string; whole: boolean; answer: Shown | null } | null;
  observations: Observation[];
}

/** Collects what is shown of each prompt on each surface, capture by capture. */
export class ResultCollector {
  readonly #cells = new Map<string, Cell>();

  /** A capture; without its Envelope, which is asked for by `notRead` should it be the one that is shown. */
  add(envelope: Envelope | undefined, observation: Observation): void {
    const key = `${observation.promptId}\n${observation.surface}`;
    const cell = this.#cells.get(key) ?? { promptId: observation.promptId, shown: null, observations: [] };
    this.#cells.set(key, cell);
    cell.observations.push(observation);
    const whole = observation.outcome === 'answered';
    const better = whole ? cell.shown?.whole !== true : cell.shown === null;
    if (!better || !/^answered/.test(observation.outcome)) return;
    const answer = envelope === undefined ? null : shownOf(envelope);
    cell.shown = { id: observation.id, whole, answer };
  }

  /** Ids of captures that are shown and whose Envelopes were not given. */
  notRead(): string[] {
    return [...this.#cells.values()].flatMap(({ shown }) => (shown?.answer === null ? [shown.id] : []));
  }

  /** Envelopes by child id, of captures that are shown. */
  show(envelopes: ReadonlyMap<string, Envelope>): void {
    for (const { shown } of this.#cells.values()) {
      const envelope = shown?.answer === null ? envelopes.get(shown.id) : undefined;
      if (shown !== null && envelope !== undefined) shown.answer = shownOf(envelope);
    }
  }

  /** The cells in the order of the prompts' ids given, with the share of those that name the own brand. */
  results(book: BrandBook, promptOrder: readonly string[]): Results {
    const own = book.brands.find((brand) => brand.own)?.id ?? '';
    const places = new Map(promptOrder.map((id, index) => [id, index]));
    const placeOf = ({ promptId }: CellResult): number => places.get(promptId) ?? -1;
    const cells = [...this.#cells.values()]
      .map((cell) => cellResult(cell, own, book))
      .sort((a, b) => placeOf(a) - placeOf(b) || (a.surface < b.surface ? -1 : 1));
    const telling = cells.filter(({ brandAppears }) => brandAppears !== null);
    const byPrompt = [...Map.groupBy(telling, ({ promptId }) => promptId).values()];
    const ranked = telling.filter(appears).length;
    const share = telling.length === 0 ? null : ranked / telling.length;
    // Around the share that is shown, which is no mean of the prompts' shares where their cells are unequal in number.
    const { ciThese, ciCategory } = clusteredShare(
      byPrompt.map((group) => ({ hits: group.filter(appears).length, runs: group.length })),
      share ?? undefined,
    );
    return { cells, ranked, total: telling.length, share, ciThese, ciCategory };
  }
}

const appears = ({ brandAppears }: CellResult): boolean => brandAppears === true;

function cellResult({ promptId, shown, observations }: Cell, own: string, book: BrandBook): CellResult {
  const [first] = observations;
  const names = (observation: Observation): boolean =>
    observation.mentions.some(({ brandId, kind }) => brandId === own && kind === 'mention');
  const telling = observations.filter(
    (observation) =>
      observation.outcome === 'answered' ||
      (observation.outcome === 'answered_partially' && names(observation)),
  );
  const hits = telling.filter(names);
  const ranks = hits.flatMap((observation) => positionOf(observation, own)?.place ?? []);
  const named = new Set(
    observations.flatMap(({ mentions }) =>
      mentions.flatMap(({ brandId, kind }) => (kind === 'mention' ? [brandId] : [])),
    ),
  );
  return {
    promptId,
    surface: first?.surface ?? 'chatgpt',
    brandAppears: telling.length === 0 ? null : hits.length > 0,
    appearances: { k: hits.length, n: telling.length },
    rank: ranks.length === 0 ? null : Math.min(...ranks),
    response: shown?.answer?.response ?? null,
    citations: shown?.answer?.citations ?? [],
    brands: book.brands
      .filter(({ id }) => named.has(id))
      .map(({ name, domains }) => ({
        name,
        website: domains[0] === undefined ? null : `https://${domains[0]}`,
      })),
    captures: observations.map(({ id, outcome, proof }) => ({
      ...{ id, outcome, screenshotKey: proof.screenshotKey },
    })),
  };
}

function shownOf(envelope: Envelope): Shown {
  return { response: envelope.answer.text, citations: citationsOf(envelope) };
}

function citationsOf({ answer, evidence }: Envelope): CellResult['citations'] {
  return evidence.sources.map(({ url, title, domain, position, cited, snippet, charRanges }) => {
    const [range] = charRanges;
    const citedText = range === undefined ? null : answer.text.slice(range[0], range[1]);
    return { url, title, domain, position, cited, snippet, citedText };
  });
}
