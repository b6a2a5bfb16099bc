import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { citationsCsv, mentionsCsv, metricsCsv, observationsCsv } from '../../../src/outputs/report-csv.ts';
import { figuresNdjson, observationsNdjson } from '../../../src/outputs/report-ndjson.ts';
import { shareHeaders } from '../../../src/outputs/share-headers.ts';
import { richReport, SCRIPT_NAME } from './rich-report.ts';

const report = richReport({ prompts: 4, surfaces: 3, replicates: 2 });
const { metrics, observations } = report;

function rowsOf(pieces: Iterable<string>): Record<string, string>[] {
  return parse([...pieces].join(''), { columns: true, bom: true, record_delimiter: '\r\n' });
}

describe('given a report', () => {
  it('then observations.csv has a row per capture, with prompt, brands and proof', () => {
    const rows = rowsOf(observationsCsv(observations, metrics.prompts));
    expect(rows).toHaveLength(24);
    rows.forEach((row, index) => {
      const own = observations[index];
      expect(row).toMatchObject({
        observation_id: own?.id,
        outcome: own?.outcome,
        raw_key: own?.proof.rawKey,
      });
      expect(row.screenshot_key).toBe('');
      expect(row.region_honoured).toBe(String(own?.regionHonoured));
      expect(row.cited_sources).toBe(String(own?.sources.length));
    });
    expect(rows.some(({ prompt }) => prompt === 'ما هي أفضل استضافة؟')).toBe(true);
  });

  it('then mentions.csv and citations.csv have a row per mention and per source', () => {
    const mentions = observations.flatMap((own) => own.mentions);
    const sources = observations.flatMap((own) => own.sources);
    const rows = rowsOf(mentionsCsv(observations));
    expect(rows.map(({ start }) => Number(start))).toEqual(mentions.map(({ start }) => start));
    expect(rowsOf(citationsCsv(observations)).map(({ url }) => url)).toEqual(sources.map(({ url }) => url));
  });

  it('then metrics.csv has every figure to the last digit, and nothing where nothing was measured', () => {
    const rows = rowsOf(metricsCsv(metrics, observations));
    const [own] = metrics.brands;
    const presence = rows.find((row) => row.metric === 'presence' && row.slice === 'all');
    expect(presence).toMatchObject({ brand: own?.name, k: String(own?.presence.k), method: 'presence/1' });
    expect(Number(presence?.value)).toBe(own?.presence.value);
    expect(Number(presence?.category_high)).toBe(own?.presence.ciCategory?.high);
    const voice = rows.find((row) => row.metric === 'sov_presence');
    expect(voice).toMatchObject({ category_low: '', reason: 'too_few_prompts' });
    expect(rows.filter((row) => row.slice === 'prompt_surface')).toHaveLength(12);
    expect(rows.some(({ brand }) => brand === SCRIPT_NAME)).toBe(true);
  });

  it('then metrics.csv has the figures of the page’s matrix and trend, too', () => {
    const days = observations.map((seen, index) => ({
      ...seen,
      capturedAt: `2026-11-2${5 + (index % 2)}T10:00:00.000Z`,
    }));
    const rows = rowsOf(metricsCsv(metrics, days));
    const shares = rows.filter(
      ({ metric, slice }) => metric === 'citation_share_weighted' && slice === 'all',
    );
    expect(shares.map(({ brand_id }) => brand_id)).toEqual(metrics.brands.map(({ brandId }) => brandId));
    const hosting = rows.filter(({ slice }) => slice === 'category');
    expect(hosting.map(({ metric, slice_value }) => [metric, slice_value])).toEqual([
      ['presence', 'hosting'],
      ['citation_share_weighted', 'hosting'],
    ]);
    const byDay = rows.filter(({ slice, metric }) => slice === 'day' && metric === 'presence');
    expect(byDay.map(({ slice_value }) => slice_value)).toEqual(['2026-11-25', '2026-11-26']);
    expect(rowsOf(metricsCsv(metrics, observations)).some(({ slice }) => slice === 'day')).toBe(false);
  });

  it('then NDJSON gives the same observations and figures back', () => {
    const lines = [...observationsNdjson(observations)].map((line) => JSON.parse(line));
    expect(lines).toEqual(observations);
    const figures = [...figuresNdjson(metrics, observations)].map((line) => JSON.parse(line));
    expect(figures[0]).toMatchObject({ metric: 'presence', figure: metrics.brands[0]?.presence });
    expect(figures).toHaveLength(rowsOf(metricsCsv(metrics, observations)).length);
  });

  it('then a byte order mark stands at the beginning only when it is wanted', () => {
    const [first] = citationsCsv(observations, { bom: true });
    expect(first).toBe(`\ufeff${[...citationsCsv(observations)][0]}`);
  });
});

describe('given texts that spreadsheets take for formulas', () => {
  it.each([
    '=HYPERLINK("https://evil.example","click")',
    '+1+1',
    '-2+3',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '＝1+1',
  ])('then %j stands there as text, and quotes, commas and line ends in it survive', (text) => {
    const evil = { ...metrics.prompts[0], id: 'q0001', text: `${text},"a"\r\nb` };
    const rows = rowsOf(
      observationsCsv(
        observations.filter(({ promptId }) => promptId === 'q0001'),
        [{ category: null, intent: null, origin: 'user', ...evil }],
      ),
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { prompt } of rows) expect(prompt).toBe(`'${text},"a"\r\nb`);
  });

  it('then a negative number and a harmless text stay what they are', () => {
    const [own] = observations;
    if (own === undefined) throw new Error('the report has observations');
    const rows = rowsOf(mentionsCsv([{ ...own, mentions: [mention(-1, 'a=b')] }]));
    expect(rows).toMatchObject([{ start: '-1', term_id: 'a=b' }]);
  });
});

function mention(start: number, termId: string) {
  return { brandId: 'b', termId, start, end: 4, kind: 'mention', where: 'other', listRank: null } as const;
}

describe('given 45,000 observations', () => {
  it('then they come in pieces, none of them large', () => {
    const [own] = observations;
    if (own === undefined) throw new Error('the report has observations');
    const many = (function* () {
      for (let index = 0; index < 45_000; index++) yield { ...own, id: `o${index}` };
    })();
    let pieces = 0;
    let largest = 0;
    for (const piece of observationsCsv(many, metrics.prompts)) {
      pieces++;
      largest = Math.max(largest, piece.length);
    }
    expect(pieces).toBe(91);
    expect(largest).toBeLessThan(500_000);
  });
});

describe('given a shared report', () => {
  it('then its headers keep it out of search engines, caches, frames, and its address to itself', () => {
    expect(shareHeaders()).toMatchObject({
      'x-robots-tag': expect.stringContaining('noindex'),
      'referrer-policy': 'no-referrer',
      'cache-control': 'private, no-store',
      'content-security-policy': expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/),
    });
  });
});
