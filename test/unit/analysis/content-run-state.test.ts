import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { creditsAtEnd, DEPTHS, partsOfRun, sumOf } from '../../../src/analysis/content-prices.ts';
import {
  afterEvent,
  hasEnded,
  RUN_EVENTS,
  RUN_STATUSES,
  type RunStatus,
  statusAfter,
  statusesBefore,
} from '../../../src/analysis/content-run-state.ts';

const events = fc.array(fc.constantFrom(...RUN_EVENTS), { maxLength: 20 });

describe('the life of a content run, whatever happens to it', () => {
  it('begins queued, ends once at most, and nothing changes it afterwards', () => {
    fc.assert(
      fc.property(events, (happened) => {
        let status: RunStatus = 'queued';
        let ends = 0;
        for (const event of happened) {
          const next = afterEvent(status, event);
          if (hasEnded(status)) expect(next).toBeUndefined();
          if (next === undefined) continue;
          expect(statusesBefore(event)).toContain(status);
          expect(next).toBe(statusAfter(event));
          if (hasEnded(next)) ends++;
          status = next;
        }
        expect(ends).toBe(hasEnded(status) ? 1 : 0);
      }),
    );
  });

  it('is never queued again, and reaches a score only while it is running', () => {
    for (const event of RUN_EVENTS) {
      expect(statusAfter(event)).not.toBe('queued');
      if (/^finish/.test(event)) expect(statusesBefore(event)).toEqual(['running']);
    }
    expect(afterEvent('queued', 'expire')).toBe('failed');
  });
});

describe('credits at the end of a run', () => {
  it('are all resolved, each part once, and only for what was delivered', () => {
    fc.assert(
      fc.property(
        fc.uuid(),
        fc.constantFrom(...DEPTHS),
        fc.constantFrom('live' as const, 'test' as const),
        fc.constantFrom(...RUN_STATUSES),
        (id, depth, mode, status) => {
          const parts = partsOfRun({ id, depth, mode });
          const { settled, released } = creditsAtEnd(parts, status);
          const ids = [...settled, ...released].map((part) => part.id).sort();
          expect(ids).toEqual(hasEnded(status) ? parts.map((part) => part.id).sort() : []);
          if (status === 'failed' || status === 'cancelled') expect(settled).toEqual([]);
          if (status === 'completed') expect(released).toEqual([]);
          if (mode === 'test') expect(sumOf(parts)).toBe(0);
        },
      ),
    );
  });

  it.each([
    ['score', 'completed', 3, 0],
    ['full', 'completed', 6, 0],
    ['full', 'partially_completed', 3, 3],
    ['full', 'failed', 0, 6],
  ] as const)('%s, %s: %i spent, %i back', (depth, status, spent, back) => {
    const { settled, released } = creditsAtEnd(partsOfRun({ id: 'x', depth, mode: 'live' }), status);
    expect([sumOf(settled), sumOf(released)]).toEqual([spent, back]);
  });
});
