import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlausibleKey, newKeyText } from '../../../src/jobs/api-key-text.ts';
import { FRONT_NAMES, KEY_FRONTS } from '../../../src/jobs/key-fronts.ts';

describe('an API key', () => {
  it('has our prefix, 30 random and 6 check characters, and is plausible', () => {
    const key = newKeyText();
    expect(key).toMatch(/^aisk_live_[0-9A-Za-z]{36}$/);
    expect(isPlausibleKey(key)).toBe(true);
  });

  it.each(FRONT_NAMES)('for the clients of %s begins as they expect, with the same tail', (front) => {
    const key = newKeyText('live', front);
    const { prefix } = KEY_FRONTS[front];
    expect(key.startsWith(prefix)).toBe(true);
    expect(key.slice(prefix.length)).toMatch(/^[0-9A-Za-z]{36}$/);
    expect(isPlausibleKey(key)).toBe(true);
    expect(isPlausibleKey(`${key}x`)).toBe(false);
    expect(isPlausibleKey(prefix + 'x'.repeat(36))).toBe(false);
  });

  it('with one character changed is refused without a look-up', () => {
    const key = newKeyText();
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: key.length - 1 }),
        fc.constantFrom(...'abcXYZ019'),
        (at, letter) => {
          fc.pre(key[at] !== letter);
          expect(isPlausibleKey(key.slice(0, at) + letter + key.slice(at + 1))).toBe(false);
        },
      ),
    );
  });

  it('of an operator (FLEET_API_KEY) needs no checksum, only 20 characters', () => {
    expect(isPlausibleKey('x'.repeat(20))).toBe(true);
    expect(isPlausibleKey('x'.repeat(19))).toBe(false);
  });
});
