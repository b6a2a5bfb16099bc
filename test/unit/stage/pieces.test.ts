import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteLength, paced, pacedAsRecorded, type StreamPiece, tornAt } from '../../../src/stage/pieces.ts';

const frames = fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { maxLength: 400 });
const body = (pieces: readonly StreamPiece[]) => pieces.map((piece) => piece.data).join('');
const duration = (pieces: readonly StreamPiece[]) => pieces.reduce((sum, piece) => sum + piece.afterMs, 0);

describe('pacing', () => {
  test('sends every frame once, in order, over the time asked for', () => {
    fc.assert(
      fc.property(frames, fc.integer({ min: 1, max: 5000 }), (list, totalMs) => {
        const pieces = paced(list, totalMs);
        expect(body(pieces)).toBe(list.join(''));
        if (list.length > 0) expect(duration(pieces)).toBeCloseTo(totalMs, 3);
      }),
    );
  });

  test('keeps the recorded rhythm, scaled', () => {
    const recorded = [100, 200, 400].map((at, index) => ({ at, data: `${index}` }));
    expect(pacedAsRecorded(recorded, 600)).toEqual([
      { data: '0', afterMs: 0 },
      { data: '1', afterMs: 200 },
      { data: '2', afterMs: 400 },
    ]);
  });

  test('frames recorded at one moment are spread evenly', () => {
    expect(
      pacedAsRecorded(
        [
          { at: 5, data: 'a' },
          { at: 5, data: 'b' },
        ],
        100,
      ),
    ).toEqual(paced(['a', 'b'], 100));
  });
});

describe('tearing', () => {
  test('keeps a beginning of the body and never all of it, whatever the fraction', () => {
    const long = fc.array(fc.string({ minLength: 2, maxLength: 30 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(long, fc.double({ min: 0, max: 1, noNaN: true }), (list, fraction) => {
        const whole = list.join('');
        const torn = body(tornAt(paced(list), fraction));
        expect(whole.startsWith(torn)).toBe(true);
        expect(torn.length).toBeGreaterThan(0);
        expect(torn.length).toBeLessThan(whole.length);
      }),
    );
  });

  test('tears a frame in its middle', () => {
    expect(tornAt(paced(['data: one\n\n', 'data: two\n\n'], 100), 1).map((piece) => piece.data)).toEqual([
      'data: one\n\n',
      'data:',
    ]);
  });
});

test('length is counted in UTF-8 bytes', () => {
  expect(byteLength([{ data: 'ü€', afterMs: 0 }])).toBe(5);
});
