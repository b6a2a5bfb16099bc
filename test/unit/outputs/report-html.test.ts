import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { measure } from '../../../src/measure/measure.ts';
import type { TrendPoint } from '../../../src/measure/trend.ts';
import { IN_FILE } from '../../../src/outputs/evidence.ts';
import { REPORT_CSP } from '../../../src/outputs/report-csp.ts';
import { reportHtml } from '../../../src/outputs/report-html.ts';
import { range } from '../../../src/outputs/wording.ts';
import { richObservations, richPrompts, richReport, SCRIPT_NAME } from './rich-report.ts';

const SMALL = { prompts: 8, surfaces: 9, replicates: 3, regions: ['US', 'DE'] } as const;

function parsed(page: string): Document {
  return parseHTML(page).document as unknown as Document;
}

/** Anchors that links name and the page does not have. */
function dangling(page: Document): string[] {
  const ids = new Set(all(page, '[id]').map(({ id }) => id));
  const anchors = all(page, 'a[href^="#"]').map((link) => link.getAttribute('href')?.slice(1) ?? '');
  return anchors.filter((anchor) => !ids.has(anchor));
}

function all(page: Document, selector: string): Element[] {
  return [...page.querySelectorAll(selector)];
}

describe('given a report with every kind of outcome, names in four scripts and nine surfaces', () => {
  const input = richReport(SMALL);
  const text = reportHtml(input);
  const page = parsed(text);
  const ids = all(page, '[id]').map(({ id }) => id);

  it('then it loads nothing: no script, no reference, a policy that forbids both', () => {
    expect(all(page, 'script,link,img,iframe,object,embed,form,base,audio,video').length).toBe(0);
    expect(page.querySelector('meta[http-equiv="Content-Security-Policy"]')?.getAttribute('content')).toBe(
      REPORT_CSP,
    );
    expect(text).not.toMatch(/url\(|@import|\ssrc=|srcset=|xlink:href|\son[a-z]+=/i);
  });

  it('then every chart says in words what it is, and a table with its numbers follows', () => {
    const charts = all(page, 'figure');
    expect(charts.map(({ id }) => id)).toEqual([
      ...[
        'chart-presence-surfaces',
        'chart-presence-regions',
        'chart-brands',
        'chart-outcomes',
        'chart-voice',
      ],
      ...['chart-matrix', 'chart-citations', 'chart-grid', 'chart-position', 'chart-noise'],
    ]);
    for (const chart of charts) {
      const svg = chart.querySelector('svg[role="img"]');
      expect(svg?.getAttribute('aria-label'), chart.id).not.toBe('');
      expect(svg?.getAttribute('aria-description'), chart.id).toMatch(/table below/);
      expect(chart.nextElementSibling?.querySelector('table caption'), chart.id).not.toBeNull();
    }
  });

  it('then every table that may be wider than the page can be reached by keyboard, and says what it is', () => {
    const places = all(page, '.scroll');
    expect(places.length).toBe(all(page, 'table').length);
    for (const place of places) {
      expect(place.getAttribute('tabindex')).toBe('0');
      expect(place.getAttribute('aria-label')).toMatch(/\S/);
    }
  });

  it('then every link inside leads to something, and no two things have one name', () => {
    expect(all(page, 'a[href^="#"]').length).toBeGreaterThan(1_000);
    expect(dangling(page)).toEqual([]);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('then each figure of the own brand leads to observations, and each of those to its proof', () => {
    expect(all(page, '.card a.big').map((card) => card.getAttribute('href'))).toEqual(Array(4).fill('#e-b1'));
    const rows = all(page, 'tbody[id^="o-"] > tr');
    expect(rows.length).toBe(input.observations.length);
    expect(all(page, 'a[href$="/artifacts/raw"]').length).toBe(rows.length);
    expect(rows.filter((row) => row.textContent?.includes('no screenshot')).length).toBe(rows.length / 3);
  });

  it('then a grid cell leads to exactly the captures of its prompt on its surface', () => {
    const links = all(page, 'table.grid a');
    for (const link of links) {
      const [, n] = (link.textContent ?? '').split('/').map(Number);
      const rows = page.getElementById(link.getAttribute('href')?.slice(1) ?? '')?.querySelectorAll('tr');
      expect(rows?.length).toBe(6);
      expect(n).toBeLessThanOrEqual(6);
    }
    expect(links.length).toBeGreaterThan(60);
  });

  it('then the headline figures are those of the metrics, with both intervals', () => {
    const presence = input.metrics.brands[0]?.presence;
    const card = page.querySelector('.card')?.textContent ?? '';
    expect(card).toContain(`${Math.round((presence?.value ?? 0) * 100)} %`);
    expect(card).toContain(`${presence?.k} of ${presence?.n}`);
    expect(card).toMatch(/these prompts\d+–\d+ %questions like these\d+–\d+ %/);
  });

  it('then a brand called <script> is text everywhere', () => {
    expect(text).not.toContain(SCRIPT_NAME);
    expect(all(page, 'th bdi').some((cell) => cell.textContent === SCRIPT_NAME)).toBe(true);
    expect(text).not.toContain('<b>Cloud');
  });

  it('then all parts that a reader needs are there', () => {
    expect(all(page, 'h2').map(({ id }) => id)).toEqual([
      ...['brief', 'presence', 'brands', 'matrix', 'citations', 'prompts', 'position', 'stability', 'trend'],
      ...['quotes', 'facts', 'suggestions', 'methodology', 'not-claimed', 'index', 'observations'],
    ]);
    expect(all(page, 'blockquote').length).toBe(input.metrics.brands[0]?.quotes.length);
    expect(page.querySelector('.state')?.textContent).toContain('Exploratory');
  });

  it('then the same input gives the same bytes', () => {
    expect(reportHtml(richReport(SMALL))).toBe(text);
  });
});

describe('given captures of three days and two earlier reports with the same prompts', () => {
  const shape = { prompts: 12, surfaces: 3, replicates: 6 } as const;
  const observations = richObservations(shape).map((own) => ({
    ...own,
    capturedAt: `2026-11-${25 + (own.replicate % 3)}T10:00:00.000Z`,
  }));
  const base = richReport(shape, observations);
  const earlier = (key: string, at: string, sameBook: boolean): TrendPoint => {
    const { presence, citationPresence } = base.metrics.brands[0] ?? {};
    if (presence === undefined || citationPresence === undefined) throw new Error('no brand');
    return { key, kind: 'report', at, presence, citationPresence, noiseFloor: 0.04, sameBook };
  };
  const history = [
    earlier('r-1', '2026-10-01T10:00:00.000Z', false),
    earlier('r-2', '2026-11-01T10:00:00.000Z', true),
  ];
  const links = { ...base.links, report: (id: string) => `/v1/reports/${id}/report.html` };
  const text = reportHtml({ ...base, observations, history, links });
  const page = parsed(text);

  it('then both trends are drawn, with interval, noise band and a table beneath', () => {
    for (const id of ['chart-trend-reports', 'chart-trend-days']) {
      const chart = page.getElementById(id);
      expect(chart?.querySelectorAll('svg circle').length, id).toBe(3);
      expect(chart?.querySelector('svg [aria-label="area"] path'), id).not.toBeNull();
      expect(chart?.nextElementSibling?.querySelectorAll('tbody tr').length, id).toBe(3);
    }
    expect(page.getElementById('chart-trend-days')?.nextElementSibling?.textContent).toContain('2026-11-27');
  });

  it('then a day leads to exactly its captures, an earlier report to its own page', () => {
    const link = page.querySelector('#chart-trend-days + div tbody a')?.getAttribute('href');
    expect(link).toBe('#e-t1');
    const listed = page.querySelectorAll('#e-t1 a').length;
    expect(listed).toBe(observations.filter(({ capturedAt }) => capturedAt.startsWith('2026-11-25')).length);
    const reports = [...page.querySelectorAll('#chart-trend-reports + div tbody tr')];
    expect(reports[0]?.querySelector('a')?.getAttribute('href')).toBe('/v1/reports/r-1/report.html');
    expect(reports[0]?.textContent).toContain('other names looked for');
    expect(reports[2]?.textContent).toContain('(this report)');
    expect(dangling(page)).toEqual([]);
  });

  it('then the same input gives the same bytes', () => {
    expect(reportHtml({ ...base, observations, history, links })).toBe(text);
  });
});

describe('given the matrix of presence and citation share', () => {
  const input = richReport({ prompts: 24, surfaces: 3, replicates: 2 });
  const page = parsed(reportHtml(input));
  const rows = [...page.querySelectorAll('#chart-matrix + div tbody tr')];

  it('then every brand and every category has a row whose four counts add up to its whole answers', () => {
    expect(rows.length).toBe(6 + 1);
    const whole = input.observations.filter(({ outcome }) => outcome === 'answered').length;
    const counted = [...page.querySelectorAll('#chart-matrix + div + div tbody tr')];
    const sums = counted.map((row) => {
      const [total = 0, ...four] = [...row.querySelectorAll('td')]
        .map((cell) => Number(cell.textContent))
        .reverse();
      return [four.reduce((sum, own) => sum + own, 0), total];
    });
    expect(sums.slice(0, 6)).toEqual(Array(6).fill([whole, whole]));
    expect(sums[6]?.[0]).toBe(sums[6]?.[1]);
    expect(rows[6]?.textContent).toContain('in hosting');
    expect(rows[6]?.querySelector('td a')?.getAttribute('href')).toBe('#e-c1');
  });

  it('then the chart names each dot by its row, and quadrants by where the brand stands', () => {
    const marks = [...page.querySelectorAll('#chart-matrix svg text')].map(({ textContent }) => textContent);
    const numbers = marks.flatMap((mark) => (/^[\d, ]+$/.test(mark ?? '') ? (mark ?? '').split(', ') : []));
    expect(numbers.sort((a, b) => Number(a) - Number(b))).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    const own = input.metrics.brands[0];
    expect(own?.presence.value).toBeGreaterThan(0.25);
    expect(rows[0]?.textContent).toMatch(/named and cited$/);
    expect(rows[5]?.textContent).toMatch(/seldom (cited|either)$/);
  });
});

describe('given labels that a language model gave the answers', () => {
  const base = richReport({ prompts: 3, surfaces: 2, replicates: 2 });
  const [first] = base.metrics.prompts;
  const [place] = base.metrics.surfaces;
  const label = {
    ...{ promptId: first?.id ?? '', surface: place?.surface ?? '' },
    ...{ model: 'model-under-test', promptHash: 'a1b2c3d4e5f6'.repeat(5) },
  };
  const sentiments = [
    {
      ...label,
      label: 'positive',
      quote: '<script>alert(1)</script> is loved',
      passes: ['positive', 'positive'],
    },
    { ...label, label: null, quote: null, passes: ['neutral', 'mixed'] },
  ];
  const [plain, text] = [reportHtml(base), reportHtml({ ...base, sentiments })];
  const page = parsed(text);

  it('then each stands in a section of its own, marked, with its words, and leads to its observations', () => {
    const own = page.querySelector('#sentiment')?.parentElement;
    expect(own?.textContent).toContain('Basis: llm');
    expect(own?.textContent).toContain('model-under-test');
    const rows = [...(own?.querySelectorAll('tbody tr') ?? [])].map(({ textContent }) => textContent);
    expect(rows[0]).toMatch(/positive.*<script>alert\(1\)<\/script> is loved.*a1b2c3d4e5f6/);
    expect(rows[1]).toContain('none: neutral, then mixed');
    expect(text).not.toContain('<script>alert');
    expect(dangling(page)).toEqual([]);
    expect(page.querySelector('nav a[href="#sentiment"]')).not.toBeNull();
    expect(text).toContain('to label answers, in no figure');
  });

  it('then nothing else of the report changes by a byte; without them there is no such section', () => {
    const without = text
      .replace(/<section><h2 id="sentiment">.*?<\/section>\n/s, '')
      .replace('<li><a href="#sentiment">Sentiment</a></li>', '')
      .replace('not measured; labels by a language model are shown apart', 'not measured')
      .replace('to label answers, in no figure', 'none');
    expect(without).toBe(plain);
    expect(parsed(plain).querySelector('#sentiment')).toBeNull();
  });

  it('then so many at most are shown that the file stays small', () => {
    const quote = 'x'.repeat(300);
    const many = Array.from({ length: 9_000 }, () => ({
      ...label,
      label: 'mixed',
      quote,
      passes: ['mixed'],
    }));
    const whole = reportHtml({ ...base, sentiments: many });
    expect(Buffer.byteLength(whole) - Buffer.byteLength(plain)).toBeLessThan(200_000);
    expect(whole).toContain('The first 300 of 9,000');
  });
});

describe('given links that would run something', () => {
  it('then they are left out, as if there were none', () => {
    const input = richReport({ prompts: 2, surfaces: 2, replicates: 1 });
    const links = {
      ...input.links,
      proof: () => 'java\nscript:alert(1)',
      screenshot: () => 'data:text/html,x',
    };
    const page = parsed(reportHtml({ ...input, links }));
    expect(all(page, 'a:not([href^="#"])').length).toBe(0);
    expect(page.querySelector('#o1')?.textContent).toContain('no screenshot no proof');
  });
});

describe('given a report without brands, or without a single observation', () => {
  it.each([
    ['no brands', richObservations({ prompts: 2, surfaces: 2, replicates: 1 })],
    ['nothing at all', []],
  ])('then there is a page all the same: %s', (_, observations) => {
    const metrics = measure({ prompts: richPrompts(2), observations, book: { brands: [] }, seed: 'none' });
    const input = richReport({ prompts: 2, surfaces: 2, replicates: 1 }, observations);
    const page = parsed(reportHtml({ ...input, metrics }));
    expect(dangling(page)).toEqual([]);
    expect(all(page, 'tbody[id^="o-"] > tr').length).toBe(observations.length);
    expect(page.querySelector('#prompts')?.parentElement?.textContent).toContain(
      'which host is best for case 1?',
    );
  });
});

describe('given intervals so narrow that whole points would hide them', () => {
  it('then they are told with a decimal', () => {
    expect(range({ low: 0.4949, high: 0.5023 })).toBe('49.5–50.2 %');
    expect(range({ low: 0, high: 0.004 })).toBe('0–0.4 %');
    expect(range({ low: 0, high: 0.0003 })).toBe('0–0.03 %');
    expect(range({ low: 0.044, high: 0.62 })).toBe('4.4–62 %');
    expect(range(null)).toBe('–');
  });
});

describe('given fewer than ten observations', () => {
  it('then shares are told as "k of n", without a percentage', () => {
    const page = parsed(reportHtml(richReport({ prompts: 3, surfaces: 1, replicates: 2 })));
    const bigs = all(page, '.card .big').map(({ textContent }) => textContent);
    expect(bigs[0]).toMatch(/^\d of \d$/);
    expect(bigs[1]).toMatch(/^\d of \d$/);
  });
});

describe('given a report of which no capture told anything', () => {
  it('then it says why, draws nothing, and every link still leads somewhere', () => {
    const input = richReport({ prompts: 2, surfaces: 2, replicates: 1 });
    const observations = input.observations.map((own) => ({ ...own, outcome: 'challenge' as const }));
    const page = parsed(reportHtml(richReport({ prompts: 2, surfaces: 2, replicates: 1 }, observations)));
    expect(page.querySelector('.note')?.textContent).toContain('most frequent: challenge (4 of 4)');
    expect(all(page, 'figure').length).toBe(0);
    expect(all(page, '.card .big').map(({ textContent }) => textContent)).toEqual(
      Array(4).fill('not measured'),
    );
    expect(dangling(page)).toEqual([]);
  });
});

describe('given as many observations as are rows of the file', () => {
  it('then the file stays below 1 MB', () => {
    const input = richReport({ prompts: 50, surfaces: 5, replicates: 6 });
    expect(input.observations.length).toBe(IN_FILE);
    expect(Buffer.byteLength(reportHtml(input))).toBeLessThan(1_000_000);
  });
});

describe('given 1,000 prompts on 9 surfaces, 5 times each', () => {
  const input = richReport({ prompts: 1_000, surfaces: 9, replicates: 5 });
  const text = reportHtml(input);
  const page = parsed(text);

  it('then the file stays below 1 MB and its numbers lead outside, by slice', () => {
    expect(input.observations.length).toBeGreaterThan(IN_FILE);
    expect(Buffer.byteLength(text)).toBeLessThan(1_000_000);
    expect(page.querySelector('.card a.big')?.getAttribute('href')).toBe(
      '/v1/reports/r1/observations?s=&p=&b=b0',
    );
    expect(all(page, 'table.grid tbody tr').length).toBe(1_000);
  });

  it('then links inside still lead to something', () => {
    expect(dangling(page)).toEqual([]);
  });
});
