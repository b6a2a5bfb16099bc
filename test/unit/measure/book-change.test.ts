import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Envelope } from '../../../src/contract/envelope.ts';
import { fold } from '../../../src/measure/fold.ts';
import { dotless, gramsOf, gramsReader } from '../../../src/measure/text-grams.ts';
import {
  bookOf,
  brand,
  capture,
  corrected,
  correction,
  type DrawnBrand,
  envelopeOf,
  fullReport,
} from './corrected-books.ts';

const books = fc.tuple(
  fc.array(brand, { minLength: 1, maxLength: 3 }),
  fc.array(correction, { minLength: 1, maxLength: 2 }),
);

describe('a report measured again after its book was corrected', () => {
  it('given any book, correction and answers, when only what the correction touches is read again, then every byte is as if all had been', () => {
    let kept = 0;
    let readAgain = 0;
    fc.assert(
      fc.property(
        books,
        fc.array(capture, { minLength: 1, maxLength: 8 }),
        ([brands, corrections], captures) => {
          const drawn = new Map(brands.map((own, index) => [`brand${index}`, own]));
          const before = bookOf(drawn);
          for (const correct of corrections) correct(drawn);
          const after = bookOf(drawn);
          const envelopes = captures.map(envelopeOf);
          const full = fullReport(after, envelopes);
          const again = corrected(before, after, envelopes);
          expect(JSON.stringify(again.observations)).toBe(JSON.stringify(full.observations));
          expect(JSON.stringify(again.metrics)).toBe(JSON.stringify(full.metrics));
          expect(JSON.stringify(again.readings)).toBe(JSON.stringify(full.readings));
          kept += again.kept.size;
          readAgain += envelopes.length - again.kept.size;
        },
      ),
      { numRuns: 100 },
    );
    // Neither everything read again nor nothing: both ways were compared.
    expect(Math.min(kept, readAgain)).toBeGreaterThan(50);
  });
});

describe('given a correction, what is read again', () => {
  const named = (...texts: string[]): DrawnBrand => ({
    terms: texts.map((text, index) => ({
      ...{ text, kind: index === 0 ? 'name' : 'alias', language: null, caseSensitive: false, minContext: [] },
    })),
    ...{ domains: [], deny: [] },
  });
  const answers = (...texts: string[]) =>
    texts.map((markdown, index) =>
      envelopeOf({ markdown, hosts: ['x.org'], titles: [], outcome: 'answered' }, index),
    );
  const readAgain = (before: DrawnBrand, after: DrawnBrand, envelopes: Envelope[]): string[] => {
    const { kept } = corrected(bookOf(new Map([['b', before]])), bookOf(new Map([['b', after]])), envelopes);
    return envelopes.flatMap(({ job, answer }) => (kept.has(job.id) ? [] : [answer.text]));
  };

  it('is the answers with a spelling of an added alias, with its endings and however it is written', () => {
    const texts = ['Hubfield is one.', 'HUB-FIELD is one.', 'Marimekon mekot ovat hyviä.', 'None of these.'];
    const added = readAgain(
      named('Hubfield'),
      named('Hubfield', 'Hub Field', 'Marimekko'),
      answers(...texts),
    );
    expect(added).toEqual(texts.slice(0, 3));
  });

  it('is the answers with the alias that was taken away', () => {
    const texts = ['Hubfield is one.', 'Pipewise is one.'];
    expect(readAgain(named('Hubfield', 'Pipewise'), named('Hubfield'), answers(...texts))).toEqual(
      texts.slice(1),
    );
  });

  it('is the answers that cite a domain which changed hands', () => {
    const [one, other] = [{ ...named('Hubfield') }, { ...named('Hubfield'), domains: ['hubfield.io'] }];
    const cites = (host: string, index: number) =>
      envelopeOf({ markdown: `Text ${index}`, hosts: [host], titles: [], outcome: 'answered' }, index);
    expect(readAgain(one, other, [cites('hubfield.io/a', 0), cites('x.org', 1)])).toEqual(['Text 0']);
  });

  it('is every answer where the order of the brands changed, which decides between equals', () => {
    const before = bookOf(
      new Map([
        ['a', named('Hubfield')],
        ['b', named('Pipewise')],
      ]),
    );
    const after = bookOf(
      new Map([
        ['b', named('Pipewise')],
        ['a', named('Hubfield')],
      ]),
    );
    expect(corrected(before, after, answers('None of these.')).kept.size).toBe(0);
  });

  it('is nothing where the book stayed as it was', () => {
    const own = named('Hubfield');
    expect(readAgain(own, own, answers('Hubfield is one.'))).toEqual([]);
  });

  it('is what had not ended before', () => {
    const [pending] = answers('');
    if (pending === undefined) throw new Error('one answer');
    pending.job.outcome = null;
    pending.job.status = 'processing';
    expect(readAgain(named('Hubfield'), named('Hubfield'), [pending])).toEqual(['']);
  });
});

describe('a dotless text', () => {
  it('is the same whether it was folded for Turkish or not', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'IİıiÌÍìK ị\u0307\u0323\u0301\u0328ＩⅡﬁS-\n') });
    fc.assert(
      fc.property(letters, (text) => {
        const turkish = fold(text, { turkic: true, keepCase: false }).text;
        expect(dotless(turkish)).toBe(dotless(fold(text).text));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('grams of texts', () => {
  it('never deny a spelling that one of the texts has', () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom(...'abcİıé -苹果') }), { maxLength: 30 });
    fc.assert(
      fc.property(words, fc.nat(), fc.nat(9), (texts, from, length) => {
        const may = gramsReader(gramsOf(texts));
        for (const text of texts) {
          const folded = dotless(fold(text).text);
          const start = from % (folded.length + 1);
          expect(may(folded.slice(start, start + length))).toBe(true);
        }
      }),
    );
  });

  it('deny nearly every name that is in none of them', () => {
    const may = gramsReader(gramsOf(['The best option for most teams is one that keeps your data safe.']));
    expect(['hubfield', 'pipewise', 'marimekko', '苹果手机', 'data'].filter(may)).toEqual(['data']);
  });
});
