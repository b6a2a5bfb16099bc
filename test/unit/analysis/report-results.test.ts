import { describe, expect, it } from 'vitest';
import { ResultCollector } from '../../../src/analysis/report-results.ts';
import type { Envelope } from '../../../src/contract/envelope.ts';
import { SURFACE_NAMES } from '../../../src/contract/surface-name.ts';
import type { Observation } from '../../../src/measure/observation.ts';
import { BOOK, observed } from '../measure/observed.ts';

/** An Envelope as far as a cell shows it. */
function answer(text: string): Envelope {
  return { answer: { text }, evidence: { sources: [] } } as unknown as Envelope;
}

function resultsOf(captures: readonly (readonly [Observation, string])[]) {
  const collector = new ResultCollector();
  for (const [observation, text] of captures) collector.add(answer(text), observation);
  return collector.results(BOOK, [...new Set(captures.map(([{ promptId }]) => promptId))]);
}

describe('the cells of a report', () => {
  it('show the first whole answer, and one in part only where there is none', () => {
    const part = observed({ prompt: 1, replicate: 1, outcome: 'answered_partially', names: ['a'] });
    const one = observed({ prompt: 1, replicate: 2, names: ['a'] });
    const two = observed({ prompt: 1, replicate: 3 });
    const none = observed({ prompt: 2, outcome: 'challenge' });
    const { cells } = resultsOf([
      [part, 'part'],
      [one, 'first'],
      [two, 'second'],
      [none, ''],
    ]);
    expect(cells).toMatchObject([
      { response: 'first', brandAppears: true, appearances: { k: 2, n: 3 } },
      { response: null, brandAppears: null, appearances: { k: 0, n: 0 } },
    ]);
    expect(resultsOf([[part, 'part']]).cells[0]?.response).toBe('part');
  });

  it('ask for the Envelope of what they show where it was not given, and for no other', () => {
    const first = { ...observed({ prompt: 1, replicate: 1 }), id: 'first' };
    const second = { ...observed({ prompt: 1, replicate: 2 }), id: 'second' };
    const given = { ...observed({ prompt: 2 }), id: 'given' };
    const collector = new ResultCollector();
    collector.add(undefined, first);
    collector.add(answer('second'), second);
    collector.add(answer('given'), given);
    expect(collector.notRead()).toEqual(['first']);
    collector.show(new Map([['first', answer('first')]]));
    expect(collector.notRead()).toEqual([]);
    const { cells } = collector.results(BOOK, ['p0001', 'p0002']);
    expect(cells.map(({ response }) => response)).toEqual(['first', 'given']);
  });

  it('give a share that lies in its own intervals, also when prompts have unequal numbers of cells', () => {
    const few = Array.from({ length: 10 }, (_, index) => observed({ prompt: index + 1, names: ['a'] }));
    const many = [11, 12].flatMap((prompt) => SURFACE_NAMES.map((surface) => observed({ prompt, surface })));
    const { share, ciThese, ciCategory } = resultsOf([...few, ...many].map((own) => [own, 'x'] as const));
    expect(share).toBe(10 / 28);
    for (const interval of [ciThese, ciCategory]) {
      expect(interval?.low).toBeLessThanOrEqual(10 / 28);
      expect(interval?.high).toBeGreaterThanOrEqual(10 / 28);
    }
  });
});
