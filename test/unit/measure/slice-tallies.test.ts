import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  citation,
  presence,
  presencePerQuery,
  type ReadObservation,
  readBrands,
} from '../../../src/measure/eligibility.ts';
import { type Tally, tally } from '../../../src/measure/share-figure.ts';
import { SliceTallies } from '../../../src/measure/slice-tallies.ts';
import { observed } from './observed.ts';

const drawn = fc.record({
  prompt: fc.integer({ min: 1, max: 4 }),
  outcome: fc.constantFrom('answered', 'answered_partially', 'absent', 'declined', 'timeout', 'challenge'),
  names: fc.subarray(['a', 'b', 'c']),
  cites: fc.subarray(['a', 'b']),
});

/** With the prompts in their order, in which fractions are added up. */
const written = ({ prompts, excluded }: Tally): string =>
  JSON.stringify([[...prompts], Object.entries(excluded).sort()]);

describe('the tallies of a slice', () => {
  it('given any observations, when every brand chooses between verdicts asked for once, then as if each had asked for its own', () => {
    fc.assert(
      fc.property(fc.array(drawn, { maxLength: 25 }), (captures) => {
        const group: ReadObservation[] = captures.map((own, replicate) =>
          readBrands(observed({ ...own, replicate })),
        );
        const slice = new SliceTallies(group, (rule) => rule);
        for (const id of ['a', 'b', 'c', 'nobody']) {
          const of = slice.of(id);
          const named = ({ mentioned }: ReadObservation): boolean => mentioned.has(id);
          expect(written(of.presence)).toBe(written(tally(group, (own) => presence(own, named(own)))));
          expect(written(of.presencePerQuery)).toBe(
            written(tally(group, (own) => presencePerQuery(own, named(own)))),
          );
          expect(written(of.citation)).toBe(
            written(tally(group, (own) => citation(own, own.citedBrands.has(id)))),
          );
        }
      }),
    );
  });
});
