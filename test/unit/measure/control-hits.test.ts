import { describe, expect, it } from 'vitest';
import { CONTROL_ANSWERS } from '../../../src/measure/control-answers.ts';
import { controlHits } from '../../../src/measure/control-hits.ts';
import { compileMatcher } from '../../../src/measure/matcher.ts';
import { bookOf } from './book-for-tests.ts';

describe('control answers', () => {
  it('are twenty, in many languages', () => {
    expect(CONTROL_ANSWERS).toHaveLength(20);
    expect(new Set(CONTROL_ANSWERS.map(({ language }) => language)).size).toBeGreaterThanOrEqual(10);
  });

  it('count in how many of them a term is found, and flag it in their languages', () => {
    const matcher = compileMatcher(
      bookOf({ id: 'sleep', terms: ['Sleep'] }, { id: 'acme', terms: ['Acmeware', 'Apfelbaum'] }),
    );
    expect([...controlHits(matcher)]).toEqual([['sleep:Sleep', 1]]);
    expect(matcher.flagged).toEqual([
      { brandId: 'sleep', termId: 'sleep:Sleep', reasons: ['control_answer'], languages: ['en'] },
    ]);
    const scan = (text: string, language: string) =>
      matcher.scan(text, { language, query: '', citedDomains: new Set() }).map(({ kind }) => kind);
    expect(scan('A night of sleep helps.', 'en')).toEqual(['ambiguous']);
    expect(scan('Die Matratze von Sleep hilft.', 'de')).toEqual(['mention']);
  });

  it('count no term of well-known brands that are not everyday words', () => {
    const names = ['Volkswagen', 'Samsung', 'Nokia', 'HubSpot', 'Яндекс', '华为', '삼성', 'ソニー', 'أرامكو'];
    const matcher = compileMatcher(bookOf(...names.map((name) => ({ id: name, terms: [name] }))));
    expect([...controlHits(matcher)]).toEqual([]);
    expect(matcher.flagged).toEqual([]);
  });
});
