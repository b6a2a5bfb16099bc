import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CaptureRecord, neutralSignals } from '../../../src/contract/capture-record.ts';
import {
  envelopeBodySchema,
  envelopeJsonSchema,
  envelopeSchema,
  flatView,
  NO_ARTIFACTS,
} from '../../../src/contract/envelope.ts';
import type { DraftSource, Extraction, Reading } from '../../../src/contract/extraction.ts';
import type { ChildId } from '../../../src/contract/ids.ts';
import { assemble } from '../../../src/extract/assemble.ts';
import { markText } from '../../../src/extract/marks.ts';
import { buildEnvelope } from '../../../src/fleet/build-envelope.ts';

const record: CaptureRecord = {
  recordVersion: 1,
  surface: 'chatgpt',
  adapterVersion: '1',
  origin: 'file',
  query: 'q',
  region: { country: 'DE' },
  requestedUrl: null,
  finalUrl: null,
  startedAt: '2026-11-23T00:00:00.000Z',
  capturedAt: '2026-11-23T00:00:01.000Z',
  browser: null,
  html: null,
  transcript: [],
  screenshot: null,
  signals: neutralSignals(),
};

const anyText = fc.string({ unit: 'binary', maxLength: 20 });
const source: fc.Arbitrary<DraftSource> = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
  url: fc.option(fc.webUrl()),
  title: fc.option(anyText),
  publisher: fc.option(anyText),
  snippet: fc.option(anyText),
  publishedAt: fc.constant(null),
  position: fc.constant(null),
  providerRef: fc.option(anyText),
});
const part = fc.tuple(anyText, fc.option(fc.array(fc.constantFrom('a', 'b', 'c', 'x'), { maxLength: 3 })));

/** Any reading a surface could give, wild texts and dangling citations included. */
const reading: fc.Arbitrary<Reading> = fc
  .tuple(fc.array(part, { maxLength: 8 }), fc.array(source, { maxLength: 6 }))
  .map(([parts, sources]) => {
    const cited = parts.flatMap(([, keys]) => (keys === null ? [] : [keys]));
    let index = 0;
    return {
      complete: true,
      markdown: `start ${parts.map(([text, keys]) => `${text}${keys === null ? '' : markText(index++)}`).join('\n\n')}`,
      citations: cited.map((sourceKeys) => ({ sourceKeys, basis: 'block' as const })),
      sources,
      fanOut: null,
      mentions: [{ text: 'start', category: null }],
      shopping: null,
      ads: null,
      results: null,
      related: null,
      model: null,
      webSearch: null,
      cards: [],
    };
  });
const extraction = (dom: Reading, transcript: Reading | null): Extraction => ({
  outcome: 'answered',
  marks: [],
  warnings: [],
  dom,
  transcript,
  neverShown: [],
  expected: ['citations'],
});

describe('the Envelope', () => {
  it('holds together whatever a surface reads: ranges, references, ids, JSON both ways', () => {
    fc.assert(
      fc.property(reading, fc.option(reading), (dom, transcript) => {
        const body = assemble(record, extraction(dom, transcript));
        expect(envelopeBodySchema.parse(body)).toEqual(body);
        const { text, blocks } = body.answer;
        const { sources } = body.evidence;
        expect(sources.map(({ id }) => id)).toEqual(sources.map((_source, index) => index + 1));
        for (const { charRanges, cited, role } of sources) {
          expect(role).toBe(cited ? 'cited' : 'retrieved');
          for (const [start, end] of charRanges) expect(text.slice(start, end).trim()).not.toBe('');
        }
        const ids = new Set(sources.map(({ id }) => id));
        for (const { referenceIds } of blocks) for (const id of referenceIds) expect(ids).toContain(id);
        // First appearance: cited ones come first, in the order the blocks name them.
        const named = [...new Set(blocks.flatMap(({ referenceIds }) => referenceIds))];
        expect(named).toEqual([...named].sort((a, b) => a - b));
        expect(text).not.toContain('\u0000');
        expect(text.isWellFormed()).toBe(true);
        expect(JSON.parse(JSON.stringify(body))).toEqual(body);
        expect(JSON.stringify(assemble(record, extraction(dom, transcript)))).toBe(JSON.stringify(body));
      }),
      { numRuns: 300 },
    );
  });

  it('never calls an unreadable answer a success', () => {
    const [empty] = fc.sample(reading, 1);
    if (empty === undefined) throw new Error('no sample');
    expect(assemble(record, extraction({ ...empty, markdown: '' }, null)).outcome).toBe('extraction_empty');
  });

  it('states both values where the witnesses disagree', () => {
    const [base] = fc.sample(reading, 1);
    if (base === undefined) throw new Error('no sample');
    const dom = { ...base, markdown: 'one two three', citations: [], sources: [] };
    const transcript = { ...base, markdown: 'four five six', citations: [], sources: [] };
    const { witnesses } = assemble(record, extraction(dom, transcript)).extraction;
    expect(witnesses.agreement).toMatchObject({ text: 'differ', textSimilarity: 0 });
    expect(witnesses.disagreements).toEqual([
      { field: 'answer.text', dom: 'one two three', transcript: 'four five six' },
    ]);
  });

  it('projects to the flat view, and exports a JSON Schema that names its parts', () => {
    const [dom] = fc.sample(reading, 1);
    if (dom === undefined) throw new Error('no sample');
    const body = assemble(record, extraction(dom, null));
    const times = { requestedAt: record.startedAt, completedAt: record.capturedAt };
    const facts = { id: 'job_x.chatgpt.own-fleet.de' as ChildId, query: 'q', surface: 'chatgpt' as const };
    const envelope = buildEnvelope(
      { ...facts, regionKey: 'de', replicate: 1, attempts: 1, ...times },
      body,
      record,
      NO_ARTIFACTS,
    );
    expect(envelopeSchema.parse(envelope)).toEqual(envelope);
    expect(Object.keys(flatView(envelope))).toEqual(['surface', 'status', 'text', 'markdown', 'sources']);
    const schema = JSON.stringify(envelopeJsonSchema());
    for (const part of ['charRanges', 'fanOut', 'witnesses', 'referenceIds']) expect(schema).toContain(part);
  });
});
