import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { compareReports } from '../../../src/measure/compare-reports.ts';
import { comparisonHtml } from '../../../src/outputs/compare-html.ts';
import { REPORT_CSP } from '../../../src/outputs/report-csp.ts';
import { richBook, richObservations, richPrompts, SCRIPT_NAME } from './rich-report.ts';

const SHAPE = { prompts: 12, surfaces: 3, replicates: 3 } as const;
const observations = richObservations(SHAPE);
const before = { prompts: richPrompts(12), observations };
/** As before, but Aurora is named nowhere any more. */
const after = {
  prompts: richPrompts(12),
  observations: observations.map((own) => ({
    ...own,
    mentions: own.mentions.filter(({ brandId }) => brandId !== 'b0'),
  })),
};
const input = {
  comparison: compareReports(before, after, richBook().brands, 'seed'),
  before: {
    title: 'March <b>',
    at: '2026-03-01T10:00:00.000Z',
    observations: '/v1/reports/r1/observations.csv',
  },
  after: { title: 'April', at: null, observations: null },
};
const text = comparisonHtml(input);
const { document } = parseHTML(text);
const rows = (id: string): Element[] => [...document.querySelectorAll(`#chart-${id} + div tbody tr`)];

describe('given two reports of six brands on three surfaces', () => {
  it('then a page that loads nothing shows each difference as chart and table', () => {
    expect(document.querySelectorAll('script,link,img,iframe').length).toBe(0);
    expect(document.querySelector('meta[http-equiv]')?.getAttribute('content')).toBe(REPORT_CSP);
    for (const id of ['presence', 'citation_presence']) {
      expect(document.querySelectorAll(`#chart-${id} svg circle`).length).toBe(6);
      expect(rows(id).length).toBe(6 * 4);
    }
    expect(document.querySelector('#drift')?.parentElement?.textContent).toContain('replicates');
  });

  it('then a brand that vanished is told with both counts, its points and its verdict', () => {
    const own = rows('presence')[0]?.textContent ?? '';
    const figure = input.comparison.figures[0];
    expect(own).toContain(`${figure?.before.k} of ${figure?.before.n}`);
    expect(own).toMatch(/-\d+(\.\d)? points/);
    expect(own).toMatch(/changed$/);
    expect(rows('presence')[4]?.textContent).toMatch(/no change shown$/);
  });

  it('then counts lead to the observations of their own report, where there are any', () => {
    const links = [...(rows('presence')[0]?.querySelectorAll('a') ?? [])].map((link) =>
      link.getAttribute('href'),
    );
    expect(links).toEqual(['/v1/reports/r1/observations.csv']);
  });

  it('then hostile names are text, and the same input gives the same bytes', () => {
    expect(text).not.toContain(SCRIPT_NAME);
    expect(text).toContain('March &lt;b&gt;');
    expect(comparisonHtml(input)).toBe(text);
  });
});
