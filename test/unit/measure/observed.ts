import type { Brand, BrandBook } from '../../../src/contract/brand-book.ts';
import type { SurfaceName } from '../../../src/contract/surface-name.ts';
import type { Observation, ObservedOutcome, Prompt, SeenMention } from '../../../src/measure/observation.ts';

export function brand(id: string, name: string, own = false): Brand {
  return {
    ...{ id, name, own, domains: [`${id}.com`], deny: [], facts: null },
    terms: [
      { id: `${id}.name`, text: name, kind: 'name', language: null, caseSensitive: false, minContext: [] },
    ],
  };
}

export const BOOK: BrandBook = { brands: [brand('a', 'Aurora', true), brand('b', 'Borealis')] };

export function prompts(count: number): Prompt[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `p${String(index + 1).padStart(4, '0')}`,
    text: `question ${index + 1}`,
    ...{ category: null, intent: null, origin: 'user' },
  }));
}

export interface Seen {
  prompt: number;
  surface?: SurfaceName;
  replicate?: number;
  outcome?: ObservedOutcome;
  /** Brand ids in order of their mentions. */
  names?: readonly string[];
  /** Place in a list for all of them, in order. */
  ranks?: readonly number[];
  /** Hosts cited, without `.com`. */
  cites?: readonly string[];
  region?: string;
  regionHonoured?: boolean;
  kind?: SeenMention['kind'];
}

/** An observation with only what a test is about. */
export function observed(seen: Seen): Observation {
  const { prompt, surface = 'chatgpt', replicate = 1, region = 'US', names = [], cites = [] } = seen;
  return {
    id: `job_${prompt}.${surface}.${region}.r${replicate}`,
    promptId: `p${String(prompt).padStart(4, '0')}`,
    ...{ surface, region, replicate, outcome: seen.outcome ?? 'answered' },
    capturedAt: `2026-11-27T10:00:${String(prompt % 60).padStart(2, '0')}.000Z`,
    regionHonoured: seen.regionHonoured ?? true,
    ...{ loginState: 'anonymous', adapter: `${surface}@1`, modelLabel: null, textLength: 100 },
    mentions: names.map((brandId, index) => ({
      ...{ brandId, termId: `${brandId}.name`, start: index * 10, end: index * 10 + 6 },
      kind: seen.kind ?? 'mention',
      where: seen.ranks ? 'list' : 'paragraph',
      listRank: seen.ranks?.[index] ?? null,
    })),
    sources: cites.map((host, index) => ({
      ...{ sourceId: index + 1, url: `https://${host}.com/`, domain: `${host}.com`, cited: true },
      ...{ position: index + 1, brandId: host === 'a' || host === 'b' ? host : null },
    })),
    words: { total: 0, byBrand: {} },
    ...{ sentences: [], productCards: [] },
    proof: { rawKey: null, rawSha256: null, screenshotKey: null, screenshotSha256: null },
  };
}
