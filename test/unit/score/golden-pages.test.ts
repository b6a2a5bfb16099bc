import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pageScoreSchema } from '../../../src/contract/page-score.ts';
import { contentView } from '../../../src/score/content-view.ts';
import { scorePage } from '../../../src/score/score-page.ts';
import { captured, NOW, pageFile } from './page-file.ts';
import { summaryOf } from './score-summary.ts';

const PAGES = join(import.meta.dirname, 'pages');
const NAMES = readdirSync(PAGES).flatMap((name) => (name.endsWith('.html') ? [name.slice(0, -5)] : []));

describe('the score of our own pages', () => {
  it.each(NAMES)('%s is what it was, figure by figure', (name) => {
    const score = scorePage(captured(pageFile(name)), { now: NOW, depth: 'full' });
    const expected: unknown = JSON.parse(readFileSync(join(PAGES, `${name}.expected.json`), 'utf8'));
    expect(pageScoreSchema.parse(score)).toEqual(score);
    expect(summaryOf(score)).toEqual(expected);
  });

  it.each(NAMES)('%s: every quote stands on the page, where its range says', (name) => {
    const record = captured(pageFile(name));
    const text = contentView(record)?.text ?? '';
    const source = pageFile(name).replaceAll(/<[^>]+>/g, ' ');
    const score = scorePage(record, { now: NOW, depth: 'full' });
    for (const { quote, where } of score.recommendations) {
      if (quote === null) continue;
      expect(text.slice(...(where.char_range ?? [0, 0]))).toBe(quote);
      expect(source.replaceAll(/\s+/g, '')).toContain(quote.replaceAll(/\s+/g, ''));
    }
  });

  it.each(NAMES)('%s: a noindex added never lifts the score and keeps it at 40 or less', (name) => {
    const html = pageFile(name);
    const open = scorePage(captured(html), { now: NOW, depth: 'score' });
    const closed = scorePage(
      captured(html.replace('<head>', '<head><meta name="robots" content="NoIndex">')),
      { now: NOW, depth: 'score' },
    );
    expect(closed.overall_score).toBe(Math.min(40, open.overall_score ?? 0));
    expect(closed.recommendations[0]?.factor).toBe('G2');
  });

  it('the worked example of the method page is right to the digit', () => {
    const score = scorePage(captured(pageFile('comparison-en')), { now: NOW, depth: 'score' });
    const measured = score.factors.filter(({ value }) => value !== null);
    const sum = measured.reduce((total, { value, weight }) => total + weight * (value ?? 0), 0);
    expect(sum).toBeCloseTo(80.4431, 4);
    expect(measured.reduce((total, { weight }) => total + weight, 0)).toBe(88);
    expect(score).toMatchObject({ overall_score: 91, overall_band: 'Strong' });
    expect(score.freshness).toMatchObject({ score: 75, age_days: 74, half_life_days: 180 });
  });
});
