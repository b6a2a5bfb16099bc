import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pageScoreSchema } from '../../../src/contract/page-score.ts';
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

  it.each(NAMES)('%s: every quote stands on the page', (name) => {
    const html = pageFile(name)
      .replaceAll(/<[^>]+>/g, ' ')
      .replaceAll(/\s+/g, '');
    const score = scorePage(captured(pageFile(name)), { now: NOW, depth: 'full' });
    for (const { quote, where } of score.recommendations) {
      if (quote === null) continue;
      expect(html).toContain(quote.replaceAll(/\s+/g, ''));
      expect(where.char_range?.[1]).toBe((where.char_range?.[0] ?? 0) + quote.length);
    }
  });
});
