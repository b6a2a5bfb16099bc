import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isStorable, storable, storableJson, unstorablePath } from '../../../src/contract/storable-text.ts';

const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
});

describe('text that goes into SQL', () => {
  it('is storable after scrubbing, whatever was captured, and scrubbing twice changes nothing', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(isStorable(storable(text))).toBe(true);
        expect(storable(storable(text))).toBe(storable(text));
        if (isStorable(text)) expect(storable(text)).toBe(text);
      }),
    );
  });

  it('loses U+0000 and shows U+FFFD for a lone surrogate', () => {
    expect(storable('a\u0000b\ud800c😀')).toBe('ab\ufffdc😀');
  });

  it('keeps its length inside JSON, so that ranges stay true', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const [back] = JSON.parse(storableJson([text])) as [string];
        expect(back).toHaveLength(text.length);
        expect(isStorable(back)).toBe(true);
      }),
    );
  });

  it('is found by its path when it cannot be stored', () => {
    expect(unstorablePath({ a: ['x', { b: '\u0000' }] })).toBe('a[1].b');
    expect(unstorablePath({ 'a\ud800': 1 })).toBe('body');
    expect(unstorablePath({ a: [1, null, true, 'x'] })).toBeUndefined();
  });
});
