import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { clusteredShare } from '../../../src/measure/clustered-share.ts';
import { compareShares } from '../../../src/measure/compare.ts';
import { compareReports } from '../../../src/measure/compare-reports.ts';
import { driftOf } from '../../../src/measure/drift.ts';
import { jaccardDistance } from '../../../src/measure/jaccard.ts';
import { measure } from '../../../src/measure/measure.ts';
import type { Observation, Prompt } from '../../../src/measure/observation.ts';
import { plannedWidths } from '../../../src/measure/plan.ts';
import { rankDistance } from '../../../src/measure/rank-overlap.ts';
import { lookAt } from '../../../src/measure/sequential.ts';
import {
  EXAMPLE_CAPTURES,
  type ExampleCapture,
  WORKED,
  WORKED_OUTCOMES,
} from '../../../src/outputs/method-example.ts';
import { FORMULAS } from '../../../src/outputs/method-formulas.ts';
import { methodPage } from '../../../src/outputs/method-page.ts';
import { BOOK, observed, prompts } from '../measure/observed.ts';

const G = 'google_ai_overview';

/** What the code sees in a capture of the page's table. */
function observation(own: ExampleCapture): Observation {
  const { prompt, surface, replicate, outcome, names, cites, rank, first } = own;
  const ranks = rank === null ? {} : { ranks: names.map(() => rank) };
  const seen = observed({ prompt, surface, replicate, outcome, names, cites, ...ranks });
  const mentions = seen.mentions.map((mention) => ({ ...mention, start: mention.start + first }));
  return { ...seen, mentions };
}

const report = measure({
  ...{ prompts: prompts(3), observations: EXAMPLE_CAPTURES.map(observation), book: BOOK, seed: 'method' },
});
const [aurora] = report.brands;
const chatgpt = aurora?.bySurface.find(({ slice }) => slice === 'chatgpt');
const overview = aurora?.bySurface.find(({ slice }) => slice === 'google_ai_overview');
const domain = report.domains.find(({ key }) => key === 'a.com');
const share = clusteredShare([
  { hits: 2, runs: 2 },
  { hits: 0, runs: 2 },
  { hits: 1, runs: 1 },
]);

const COMPUTED: Record<keyof typeof WORKED, number | null | undefined> = {
  presenceChatgpt: chatgpt?.presence.value,
  presenceOverview: overview?.presence.value,
  presence: aurora?.presence.value,
  presencePerQuery: aurora?.presencePerQuery.value,
  citationPresence: aurora?.citationPresence.value,
  sovPresence: aurora?.sovPresence.value,
  sovMentions: aurora?.sovMentions.value,
  citationWeighted: domain?.weighted.value,
  citationOccurrences: domain?.occurrences.value,
  prominence: aurora?.prominence.value,
  volatility: report.stability.withinDistance.value,
  noiseFloor: report.stability.noiseFloor,
  correlation: share.correlation,
  designEffect: share.designEffect,
  categoryLow: chatgpt?.presence.ciCategory?.low,
  categoryHigh: chatgpt?.presence.ciCategory?.high,
  theseLow: chatgpt?.presence.ciThese?.low,
  theseHigh: chatgpt?.presence.ciThese?.high,
  meanTheseLow: aurora?.presence.ciThese?.low,
  meanTheseHigh: aurora?.presence.ciThese?.high,
  meanCategoryLow: aurora?.presence.ciCategory?.low,
  meanCategoryHigh: aurora?.presence.ciCategory?.high,
  completeness: report.completeness,
  worst: chatgpt?.bounds?.worst,
  best: chatgpt?.bounds?.best,
};

describe('given the report that the method page reckons by hand', () => {
  it.each(Object.entries(WORKED))('then the code has the same %s, to the digit', (name, { result }) => {
    expect(COMPUTED[name as keyof typeof WORKED]?.toFixed(4)).toBe(result);
  });

  it('then the four outcomes and the places are the same', () => {
    const { mentionedAndCited, mentionedOnly, citedOnly, neither } = aurora?.outcomes ?? {};
    expect([mentionedAndCited, mentionedOnly, citedOnly, neither]).toEqual(WORKED_OUTCOMES);
    expect(aurora?.positions).toMatchObject({ median: 1, fromLists: 1 });
    expect(aurora?.positions.distribution.slice(0, 2)).toEqual([3, 1]);
  });

  it('then the examples beside it are right, too', () => {
    const resultsOf = (id: string): string[] =>
      FORMULAS.find((own) => own.id === id)?.worked.map(({ result }) => result) ?? [];
    const { category, these } = plannedWidths({ prompts: 50, replicates: 3, share: 0.2, correlation: 0.6 });
    expect(resultsOf('plan')).toEqual([category.toFixed(4), these.toFixed(4)]);
    const words = 8 / (8 + 6 * Math.exp(-1 / 2));
    expect(resultsOf('word-share')).toEqual([words.toFixed(4)]);
    const distance = jaccardDistance(new Set(['a', 'x']), new Set(['a', 'y']));
    expect(resultsOf('volatility')[1]).toBe(distance.toFixed(4));
    const up = { before: 0, after: 0.5 };
    const period = (id: string, hits: readonly [number, number]) => ({
      prompts: [{ ...prompts(1)[0], id, text: 'question 1' } as Prompt],
      observations: (['chatgpt', G] as const).flatMap((surface, place) =>
        [1, 2].map((replicate) => ({
          ...observed({ prompt: 1, surface, replicate, names: replicate <= (hits[place] ?? 0) ? ['a'] : [] }),
          promptId: id,
        })),
      ),
    });
    const [paired] = compareReports(period('x', [1, 0]), period('y', [2, 1]), BOOK.brands, 's').figures;
    const ten = [0.1, 0.2, 0, 0.3, 0.1, 0.2, 0.1, 0, 0.2, 0.1].map((after) => ({ before: 0, after }));
    const { value, interval } = compareShares(ten, 's');
    expect(resultsOf('compare')).toEqual([
      paired?.difference.value?.toFixed(4),
      ((interval?.high ?? 0) - (value ?? 0)).toFixed(4),
      compareShares([up, up], 's').pValue?.toFixed(4),
    ]);
    const days = [
      observed({ prompt: 1, replicate: 1, cites: ['a', 'x'] }),
      observed({ prompt: 1, replicate: 2, cites: ['a', 'y'] }),
    ];
    expect(resultsOf('volatility')[2]).toBe(driftOf(days, days).value?.toFixed(4));
    expect(resultsOf('order')).toEqual([rankDistance(['a', 'b'], ['b', 'a']).toFixed(4)]);
    const [look] = lookAt(EXAMPLE_CAPTURES.map(observation), 'a', ['chatgpt'], 2, {
      halfWidth: 0.05,
    }).surfaces;
    const half = ((look?.interval?.high ?? 0) - (look?.interval?.low ?? 0)) / 2;
    expect(resultsOf('sequential')).toEqual([half.toFixed(4)]);
    expect(resultsOf('bootstrap')).toEqual([((3 + 3 + 1) / (4 + 4 + 1)).toFixed(4)]);
  });

  it('then the page shows all of it and loads nothing', () => {
    const page = methodPage();
    const { document } = parseHTML(page);
    for (const { id, worked } of FORMULAS) {
      const told = document.getElementById(id)?.parentElement?.textContent ?? '';
      for (const { steps } of worked) expect(told).toContain(steps);
    }
    expect(document.querySelectorAll('script,link,img').length).toBe(0);
    const ids = new Set([...document.querySelectorAll('[id]')].map(({ id }) => id));
    const links = [...document.querySelectorAll('a[href^="#"]')].map((link) =>
      link.getAttribute('href')?.slice(1),
    );
    expect(links.filter((anchor) => !ids.has(anchor ?? ''))).toEqual([]);
    expect(page).toContain('Wilson');
    expect(document.querySelectorAll('#evidence ~ div tbody tr').length).toBe(12);
  });
});
