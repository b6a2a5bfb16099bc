import type { Brand, BrandBook } from '../../../src/contract/brand-book.ts';
import { SURFACE_NAMES } from '../../../src/contract/surface-name.ts';
import { measure } from '../../../src/measure/measure.ts';
import type { Observation, ObservedOutcome, Prompt, SeenMention } from '../../../src/measure/observation.ts';
import type { ReportMetrics } from '../../../src/measure/report-metrics.ts';
import type { ReportInput } from '../../../src/outputs/report-html.ts';

export const SCRIPT_NAME = '<script>alert(1)</script>';

const NAMES = [
  'Aurora Hosting',
  'Borealis',
  '极光云计算有限公司',
  'شركة الشفق القطبي',
  SCRIPT_NAME,
  'A company whose name is so very long that no chart has room for all of it',
];

function brand(name: string, index: number): Brand {
  const id = `b${index}`;
  return {
    ...{ id, name, own: index === 0, domains: [`brand${index}.com`], deny: [] },
    terms: [
      { id: `${id}.t`, text: name, kind: 'name', language: null, caseSensitive: false, minContext: [] },
    ],
    facts: index === 0 ? { description: null, foundedYear: 1998, headquarters: 'Oslo', prices: [] } : null,
  };
}

export interface Shape {
  prompts: number;
  surfaces: number;
  replicates: number;
  brands?: number;
  regions?: readonly string[];
}

/** Numbers between 0 and 1 that look random and never change. */
function draws(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const INTENTS = ['category', 'comparison', 'buying'] as const;

export function richPrompts(count: number): Prompt[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `q${String(index + 1).padStart(4, '0')}`,
    text:
      index === 1
        ? 'ما هي أفضل استضافة؟'
        : index === 2
          ? '最好的云主机是哪家?'
          : `which host is best for case ${index + 1}?`,
    category: index % 2 === 0 ? 'hosting' : null,
    intent: INTENTS[index % 3] ?? null,
    origin: index % 4 === 0 ? 'template' : 'user',
  }));
}

/** Observations in which every kind of outcome, mention and source occurs. */
export function richObservations({
  prompts,
  surfaces,
  replicates,
  brands = 6,
  regions = ['US'],
}: Shape): Observation[] {
  const draw = draws(20261127);
  return richPrompts(prompts).flatMap(({ id: promptId }, prompt) =>
    SURFACE_NAMES.slice(0, surfaces).flatMap((surface, place) =>
      regions.flatMap((region) =>
        Array.from({ length: replicates }, (_, index): Observation => {
          const replicate = index + 1;
          const id = `job_${prompt}.${surface}.${region}.r${replicate}`;
          const outcome = outcomeOf(draw());
          const answered = outcome.startsWith('answered');
          const named = answered ? chosen(brands, draw, 0.75 - place * 0.06) : [];
          const cited = answered ? chosen(9, draw, 0.4) : [];
          return {
            ...{ id, promptId, surface, region, replicate, outcome },
            capturedAt: `2026-11-27T10:${String(prompt % 60).padStart(2, '0')}:00.000Z`,
            ...{
              regionHonoured: draw() > 0.05,
              loginState: 'anonymous',
              adapter: `${surface}@3`,
              modelLabel: null,
            },
            ...{
              textLength: 900,
              mentions: (draw() > 0.5 ? named : [...named].reverse()).flatMap((own, order) =>
                mentionsOf(own, order, draw),
              ),
            },
            sources: cited.map((own, order) => ({
              ...{
                sourceId: order + 1,
                url: `https://${hostOf(own)}/page`,
                domain: hostOf(own),
                cited: true,
              },
              ...{ position: order + 1, brandId: own < Math.min(brands, 3) ? `b${own}` : null },
            })),
            words: { total: 60, byBrand: cited.includes(0) ? { b0: 12 } : {} },
            sentences: named.map((own) => ({
              ...{ brandId: `b${own}`, start: 0, end: 10 },
              text: `${NAMES[own % NAMES.length] ?? ''}, founded in ${own === 0 && prompt % 2 === 0 ? 1998 : 2001}, is a fair choice in case ${prompt}.`,
            })),
            productCards: draw() > 0.9 && named.length > 0 ? ['b0'] : [],
            proof: {
              rawKey: `${id}/raw`,
              rawSha256: 'ab'.repeat(32),
              screenshotKey: null,
              screenshotSha256: null,
            },
          };
        }),
      ),
    ),
  );
}

function outcomeOf(drawn: number): ObservedOutcome {
  const ends: readonly (readonly [number, ObservedOutcome])[] = [
    [0.78, 'answered'],
    [0.82, 'answered_partially'],
    [0.9, 'absent'],
    [0.92, 'declined'],
    [0.95, 'challenge'],
    [0.98, 'timeout'],
    [1, 'extraction_empty'],
  ];
  return ends.find(([end]) => drawn < end)?.[1] ?? 'answered';
}

function chosen(count: number, draw: () => number, likely: number): number[] {
  return Array.from({ length: count }, (_, index) => index).filter(
    (index) => draw() < likely / (1 + index * 0.25),
  );
}

function hostOf(index: number): string {
  return index < 6 ? `brand${index}.com` : `a-rather-long-domain-of-a-magazine-${index}.example.org`;
}

function mentionsOf(own: number, order: number, draw: () => number): SeenMention[] {
  const listed = draw() > 0.5;
  const kind = draw() > 0.95 ? 'ambiguous' : 'mention';
  return Array.from({ length: 1 + ((own + order) % 3) }, (_, index) => ({
    ...{ brandId: `b${own}`, termId: `b${own}.t`, kind },
    ...{ start: order * 140 + index * 40, end: order * 140 + index * 40 + 10 },
    ...(listed
      ? { where: 'list', listRank: order * 2 + 1 }
      : { where: draw() > 0.7 ? 'table' : 'paragraph', listRank: null }),
  }));
}

export function richBook(brands = 6): BrandBook {
  return {
    brands: Array.from({ length: brands }, (_, index) =>
      brand(index < NAMES.length ? (NAMES[index] ?? '') : `Brand ${index}`, index),
    ),
  };
}

export function richMetrics(shape: Shape, observations: readonly Observation[]): ReportMetrics {
  return measure({
    ...{ prompts: richPrompts(shape.prompts), observations, book: richBook(shape.brands), seed: 'rich' },
    suggestions: [
      {
        name: 'Comet <b>Cloud</b>',
        domain: 'comet.example',
        prompts: 3,
        surfaces: 2,
        captures: 5,
        from: ['list', 'link'],
      },
    ],
  });
}

/** Everything a report needs, of the shape wanted. */
export function richReport(shape: Shape, observations = richObservations(shape)): ReportInput {
  return {
    title: 'Aurora Hosting & friends: how AI search speaks of them',
    metrics: richMetrics(shape, observations),
    observations,
    links: {
      observations: ({ surface = '', promptId = '', brandId = '' }) =>
        `/v1/reports/r1/observations?s=${surface}&p=${promptId}&b=${brandId}`,
      screenshot: ({ id }) => (id.endsWith('r1') ? null : `/v1/jobs/${id}/artifacts/screenshot`),
      proof: ({ id }) => `/v1/jobs/${id}/artifacts/raw`,
    },
    generatedAt: '2026-11-27T12:00:00.000Z',
  };
}
