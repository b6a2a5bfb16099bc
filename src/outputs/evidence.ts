import type { Observation } from '../measure/observation.ts';
import type { ReportMetrics } from '../measure/report-metrics.ts';
import { dayOf } from '../measure/trend.ts';
import { safeHref } from './markup.ts';

/** Which observations a number rests on; what is not given does not narrow. */
export interface ObservationSlice {
  surface?: string;
  region?: string;
  promptId?: string;
  /** Those that mention or cite the brand. */
  brandId?: string;
  /** Those that cite the registrable domain. */
  domain?: string;
  /** Those that cite the canonical URL. */
  url?: string;
  /** Of prompts of the category. */
  category?: string;
  /** Captured on the day, `2026-11-27` (UTC). */
  day?: string;
}

/** Where things lie outside of the file. Null: there is none, and the report says so. */
export interface ReportLinks {
  /** Used only beyond `IN_FILE` observations; the others are in the file. */
  observations(slice: ObservationSlice): string | null;
  screenshot(observation: Observation): string | null;
  proof(observation: Observation): string | null;
  /** The page of another report of the same brand. Without it such a report is named, not linked. */
  report?(reportId: string): string | null;
}

/** Up to this many observations are rows of the report itself, which then stays below 1 MB. */
export const IN_FILE = 1_500;
/** Cited domains and URLs shown, and hence those that have an anchor. */
export const SHOWN_SOURCES = 15;
/** Categories of prompts shown, in order of name. */
export const SHOWN_CATEGORIES = 30;

/** Where the observations behind each number are: anchors in the file, or addresses outside when there are too many. */
export class Evidence {
  readonly inFile: boolean;
  readonly #links: ReportLinks;
  readonly #surfaces: ReadonlySet<string>;
  readonly #regions: ReadonlyMap<string, number>;
  readonly #prompts: ReadonlyMap<string, number>;
  readonly #brands: ReadonlyMap<string, number>;
  readonly #domains: ReadonlyMap<string, number>;
  readonly #urls: ReadonlyMap<string, number>;
  readonly #categories: ReadonlyMap<string, number>;
  readonly #days: ReadonlyMap<string, number>;
  readonly #observations: ReadonlyMap<string, number>;
  readonly #cells: ReadonlySet<string>;

  constructor(metrics: ReportMetrics, observations: readonly Observation[], links: ReportLinks) {
    this.inFile = observations.length <= IN_FILE;
    this.#links = links;
    this.#surfaces = new Set(observations.map(({ surface }) => surface));
    this.#regions = numbered([...new Set(observations.map(({ region }) => region))].sort());
    this.#prompts = numbered(metrics.prompts.map(({ id }) => id));
    this.#brands = numbered(metrics.brands.map(({ brandId }) => brandId));
    this.#domains = numbered(metrics.domains.slice(0, SHOWN_SOURCES).map(({ key }) => key));
    this.#urls = numbered(metrics.urls.slice(0, SHOWN_SOURCES).map(({ key }) => key));
    const categories = new Set(metrics.prompts.flatMap(({ category }) => category ?? []));
    this.#categories = numbered([...categories].sort().slice(0, SHOWN_CATEGORIES));
    const days = [...new Set(observations.map(dayOf))].filter((day) => day !== '').sort();
    // One day is no trend, and so nothing leads to it.
    this.#days = numbered(days.length < 2 ? [] : days);
    this.#observations = numbered(inOrder(observations).map(({ id }) => id));
    this.#cells = new Set(observations.map(({ surface, promptId }) => `${surface}\n${promptId}`));
  }

  /** Address of the observations of a slice; null when there is none outside of the file. */
  href(slice: ObservationSlice): string | null {
    return this.inFile ? `#${this.anchor(slice)}` : safeHref(this.#links.observations(slice));
  }

  /** Anchor of the narrowest list in the file that holds the slice. */
  anchor({ surface, region, promptId, brandId, domain, url, category, day }: ObservationSlice): string {
    const at = (
      kind: string,
      index: ReadonlyMap<string, number>,
      key: string | undefined,
    ): string | undefined => {
      const place = key === undefined ? undefined : index.get(key);
      return place === undefined ? undefined : `${kind}${place}`;
    };
    const source =
      at('e-d', this.#domains, domain) ??
      at('e-u', this.#urls, url) ??
      at('e-c', this.#categories, category) ??
      at('e-t', this.#days, day);
    if (source !== undefined) return source;
    const known = surface !== undefined && this.#surfaces.has(surface) ? surface : undefined;
    const brand = at('e-b', this.#brands, brandId);
    if (brand !== undefined) return known === undefined ? brand : `${brand}-${known}`;
    const prompt = at('p', this.#prompts, promptId);
    if (known !== undefined && prompt !== undefined) {
      return this.#cells.has(`${known}\n${promptId}`) ? `o-${known}-${prompt}` : `o-${known}`;
    }
    if (known !== undefined) return `o-${known}`;
    return prompt ?? at('e-r', this.#regions, region) ?? 'observations';
  }

  /** Number of an observation in the report, from 1; undefined for one that is not in it. */
  numberOf(observationId: string): number | undefined {
    return this.#observations.get(observationId);
  }

  /** Number of a prompt in the report, from 1. */
  promptNumber(promptId: string): number | undefined {
    return this.#prompts.get(promptId);
  }

  get regions(): string[] {
    return [...this.#regions.keys()];
  }

  get categories(): string[] {
    return [...this.#categories.keys()];
  }

  get days(): string[] {
    return [...this.#days.keys()];
  }

  /** Address of another report; null when there is none. */
  report(reportId: string): string | null {
    return safeHref(this.#links.report?.(reportId) ?? null);
  }

  screenshot(observation: Observation): string | null {
    return safeHref(this.#links.screenshot(observation));
  }

  proof(observation: Observation): string | null {
    return safeHref(this.#links.proof(observation));
  }
}

/** By surface, prompt, region and replicate: the captures of one cell stand together. */
export function inOrder(observations: readonly Observation[]): Observation[] {
  const keyed = observations.map((observation) => {
    const { surface, promptId, region, replicate, id } = observation;
    const rank = String(replicate).padStart(6, '0');
    return { key: `${surface}\n${promptId}\n${region}\n${rank}\n${id}`, observation };
  });
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ observation }) => observation);
}

function numbered(keys: readonly string[]): Map<string, number> {
  return new Map(keys.map((key, index) => [key, index + 1]));
}
