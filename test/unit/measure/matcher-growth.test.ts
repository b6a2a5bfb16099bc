import { describe, expect, it } from 'vitest';
import { compileMatcher } from '../../../src/measure/matcher.ts';
import { bookOf } from './book-for-tests.ts';

const matcher = compileMatcher(
  bookOf(
    { id: 'apple', terms: ['Apple', { text: 'Apple Watch', kind: 'product' }], deny: ['apple pie'] },
    { id: 'orange', terms: ['Orange', 'AA', 'AAA'] },
    { id: 'samsung', terms: ['Samsung'] },
  ),
);

/** CPU milliseconds of a scan, the best of three: what else the machine does is not counted. */
function cost(text: string): number {
  const runs = [1, 2, 3].map(() => {
    const before = process.cpuUsage();
    matcher.scan(text, { language: 'en', query: '', citedDomains: new Set() });
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return Math.min(...runs);
}

describe('hostile answers', () => {
  it.each(['Apple, Orange, ', 'Apple.', 'AAA ', 'apple pie ', 'Apple Watch, Samsung ', 'https://apple.com/'])(
    'cost in proportion to their length: %s over and over',
    (piece) => {
      const short = cost(piece.repeat(20_000 / piece.length));
      const long = cost(piece.repeat(200_000 / piece.length));
      // Ten times the text is about ten times the work; quadratic work would be a hundred times as much.
      expect(long).toBeLessThan(Math.max(short, 5) * 50);
    },
  );
});
