import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entityTag, isNamed } from '../../../src/api/conditional.ts';
import { formatCursor, parseCursor } from '../../../src/api/list-cursor.ts';

describe('an entity tag', () => {
  it('changes with the body and the dialect, and is weak while the body lives', () => {
    const tag = entityTag({ a: 1 }, '2026-06-27', true);
    expect(tag).toMatch(/^"[0-9a-f]{32}"$/);
    expect(entityTag({ a: 1 }, '2026-06-27', false)).toBe(`W/${tag}`);
    expect(entityTag({ a: 2 }, '2026-06-27', true)).not.toBe(tag);
    expect(entityTag({ a: 1 }, '2026-06-01', true)).not.toBe(tag);
  });

  it.each([
    [undefined, false],
    ['', false],
    ['"x"', false],
    ['*', true],
    ['"t"', true],
    ['W/"t"', true],
    ['"a", W/"t" , "b"', true],
  ])('If-None-Match %j names "t": %j', (header, named) => {
    expect(isNamed(header, '"t"')).toBe(named);
    expect(isNamed(header, 'W/"t"')).toBe(named);
  });
});

describe('a list cursor', () => {
  it('leads its account back to its place, and is nothing to any other, nor when a character is changed', () => {
    fc.assert(
      fc.property(fc.nat(), fc.string(), fc.string(), fc.nat(), (createdAt, id, other, at) => {
        const cursor = formatCursor('acct_a', { createdAt, id });
        expect(parseCursor('acct_a', cursor)).toEqual({ createdAt, id });
        expect(parseCursor(`acct_b${other}`, cursor)).toBeUndefined();
        const index = at % (cursor.length - 1);
        const flipped = cursor[index] === 'A' ? 'B' : 'A';
        const changed = cursor.slice(0, index) + flipped + cursor.slice(index + 1);
        expect(parseCursor('acct_a', changed)).toBeUndefined();
      }),
    );
  });

  // The seal needs no secret, so a place may have been written by anybody.
  it.each([
    ['before 1970', '[-1,"job_a"]'],
    ['beyond what a Date can hold', '[8640000000000001,"job_a"]'],
    ['with a time of no number', '["now","job_a"]'],
    ['with a part of a millisecond', '[0.5,"job_a"]'],
    ['with an id that no row can have', '[0,"\\u0000"]'],
    ['of no JSON', 'hello'],
    ['of other JSON', '{}'],
  ])('a sealed place %s is none', (_what, place) => {
    const seal = createHash('sha256').update(`cursor\nacct_a\n${place}`).digest('hex').slice(0, 16);
    const forged = (text: string): string => Buffer.from(text).toString('base64url');
    expect(parseCursor('acct_a', forged(`${seal}${place}`))).toBeUndefined();
  });

  it('any other text is none', () => {
    fc.assert(fc.property(fc.string(), (text) => parseCursor('acct_a', text) === undefined));
  });
});
