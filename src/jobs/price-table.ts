import type { SurfaceName } from '../contract/surface-name.ts';

/** What a capture costs, in credits, from a day on. */
export interface PriceTable {
  /** Stands in the ledger beside every reservation made with it. */
  version: string;
  prices: Readonly<Record<SurfaceName, number>>;
}

/** Newest last. A price is fixed when it is reserved: a new table never touches what was accepted before (edge.md 15.3). */
export const PRICE_TABLES: readonly [PriceTable, ...PriceTable[]] = [
  {
    version: '2026-06-27',
    prices: {
      chatgpt: 5,
      claude: 6,
      perplexity: 3,
      gemini: 4,
      copilot: 5,
      google_ai_overview: 5,
      google_ai_mode: 4,
      google_search: 3,
      google_news: 3,
    },
  },
];

/** The table that new searches are priced with. */
export function currentPrices(): PriceTable {
  return PRICE_TABLES.at(-1) ?? PRICE_TABLES[0];
}

/** What captures of an analysis cost: the same on every surface (reference/async-analysis-api.md). */
export interface FlatPrice {
  version: string;
  credits: number;
}

/**
 * The price of an analysis' captures: its reference promises `replicates × providers × locations` credits, one each;
 * `credits` is the operator's setting.
 */
export function analysisPrice(credits: number): FlatPrice {
  return { version: `analysis-2026-11-27x${credits}`, credits };
}
