import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJsonBody } from '../../../src/api/json-text.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the strict JSON reader', () => {
  it('reads every JSON value that has no forbidden key exactly as JSON.parse does', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        if (text.includes('"__proto__"')) return;
        expect(parseJsonBody(bytes(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses every object in which a key stands twice, however deep', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 0, max: 20 }), (key, depth) => {
        const name = JSON.stringify(key);
        const text = `${'[{"a":'.repeat(depth)}{${name}:1, ${name} :2}${'}]'.repeat(depth)}`;
        expect(() => parseJsonBody(bytes(text))).toThrow(expect.objectContaining({ code: 'INVALID_JSON' }));
      }),
    );
  });

  it('never throws anything but INVALID_JSON, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (given) => {
        try {
          parseJsonBody(given);
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_JSON', status: 400 });
        }
      }),
    );
  });

  it('takes keys that only look alike, in objects beside and inside each other', () => {
    const text = '{"a":{"a":[{"a":1},{"a":"\\"a\\":"}]},"A":"a"}';
    expect(parseJsonBody(bytes(text))).toEqual(JSON.parse(text));
  });
});
