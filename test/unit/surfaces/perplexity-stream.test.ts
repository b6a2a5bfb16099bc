import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../../src/contract/capture-record.ts';
import { compose } from '../../../src/extract/compose.ts';
import { bodyOf } from '../../../src/extract/framing.ts';
import { fixtureExchange, fixtureNames, loadFixture } from '../../../src/stage/fixtures.ts';
import { markedMarkdown } from '../../../surfaces/perplexity/answer-markdown.ts';
import { applyPatches } from '../../../surfaces/perplexity/json-patch.ts';
import { REDACT } from '../../../surfaces/perplexity/redact.ts';
import { streamEnded } from '../../../surfaces/perplexity/stream-end.ts';
import { readTranscript } from '../../../surfaces/perplexity/transcript.ts';

const streamOf = (name: string): Exchange =>
  fixtureExchange(loadFixture('perplexity', name), /perplexity_ask/);

const answering = fixtureNames('perplexity').filter((name) => /^(?:workflow|ask-text)-/.test(name));

/** The stream without its terminal frame and what follows it. */
function withoutTerminal(exchange: Exchange): Exchange {
  return {
    ...exchange,
    frames: exchange.frames.filter(({ data }) => !/"final_sse_message":true|end_of_stream/.test(data)),
  };
}

describe('a stream that lost its terminal frame', () => {
  it.each(answering)(
    '%s replays to the text its terminal frame states, but is not called complete',
    (name) => {
      const whole = readTranscript([streamOf(name)]).reading;
      const cut = readTranscript([withoutTerminal(streamOf(name))]).reading;
      expect(whole?.complete).toBe(true);
      expect(cut?.complete).toBe(false);
      expect(compose(cut?.markdown ?? '').text).toBe(compose(whole?.markdown ?? '').text);
      expect(cut?.fanOut).toEqual(whole?.fanOut);
      expect(cut?.sources.map(({ key }) => key).sort()).toEqual(whole?.sources.map(({ key }) => key).sort());
    },
  );

  it.each(answering.filter((name) => name.startsWith('workflow')))(
    '%s: results are in the order of the citations, not of their retrieval',
    (name) => {
      const cut = readTranscript([withoutTerminal(streamOf(name))]).reading;
      const whole = readTranscript([streamOf(name)]).reading;
      expect(cut?.citations).toEqual(whole?.citations);
    },
  );

  it('cut anywhere, it never throws and never claims more text than the whole', () => {
    const exchange = streamOf('workflow-english');
    const body = bodyOf(exchange);
    const text = compose(readTranscript([exchange]).reading?.markdown ?? '').text.replace(/\s/g, '');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: body.length }), (at) => {
        const frames = [{ at: 0, data: body.slice(0, at), direction: 'in' as const }];
        const { reading } = readTranscript([{ ...exchange, frames }]);
        const read = compose(reading?.markdown ?? '').text.replace(/\s/g, '');
        expect(read.length).toBeLessThanOrEqual(text.length + 40);
      }),
      { numRuns: 60 },
    );
  });
});

describe('citation numbers', () => {
  it('are those of the terminal frame where the model numbered anew', () => {
    const { reading } = readTranscript([streamOf('ask-text-japanese-emoji')]);
    const first = reading?.citations[0]?.sourceKeys;
    expect(first).toEqual(['https://fuji-guide.example.jp/season']);
  });

  const keyOf = (n: number): string | undefined => (n <= 3 ? `key ${n}` : undefined);
  const textOf = (wire: string, searched = true): string =>
    compose(markedMarkdown(wire, searched, keyOf).markdown).text;

  it('leave the text, with the blank before them', () => {
    expect(textOf('One [1]. Two[2][3], three [1] [2] four')).toBe('One. Two, three four');
  });

  it('that name no source leave it too, and are counted', () => {
    const marked = markedMarkdown('One.[1][9]', true, keyOf);
    expect(marked.citations).toEqual([{ sourceKeys: ['key 1'], basis: 'sentence' }]);
    expect(marked.dangling).toBe(1);
    expect(compose(marked.markdown).text).toBe('One.');
  });

  it('do not exist inside code, formulas and links, nor where nothing was searched', () => {
    expect(textOf('`a[1]` and\n\n```js\nb[2]\n```')).toBe('a[1] and\n\nb[2]');
    expect(textOf('\\(x[1]\\)')).toBe('\\(x[1]\\)');
    expect(textOf('sum $$a_i * b_i * c[2]$$ here[2]')).toBe('sum $$a_i * b_i * c[2]$$ here');
    expect(textOf('see [1](https://a.example)')).toBe('see 1');
    expect(textOf('lists begin at [1]', false)).toBe('lists begin at [1]');
  });

  it('keep a list a list when an item begins with one', () => {
    expect(
      compose(markedMarkdown('- [1] first\n- second', true, keyOf).markdown).blocks(() => []).length,
    ).toBe(1);
    expect(textOf('- [1] first\n- second')).toBe('first\nsecond');
  });
});

describe('JSON patches (RFC 6902)', () => {
  it('adding at the end of a list, element by element, builds the list', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 12 }), (values) => {
        const operations = values.map((value, index) => ({
          op: 'add',
          path: `/list/${index}`,
          from: null,
          value: structuredClone(value),
        }));
        const { document, misfits } = applyPatches({ list: [] }, operations);
        expect(document).toEqual({ list: values });
        expect(misfits).toBe(0);
      }),
    );
  });

  it('replacing and removing one member leaves the others', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.integer()),
        fc.string(),
        fc.integer(),
        (object, key, value) => {
          fc.pre(key !== '__proto__' && !Object.hasOwn(object, '__proto__'));
          const path = `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
          const put = applyPatches({ ...object }, [{ op: 'add', path, from: null, value }]).document;
          expect(put).toEqual({ ...object, [key]: value });
          const gone = applyPatches(put, [{ op: 'remove', path, from: null, value: null }]).document;
          expect(gone).toEqual(Object.fromEntries(Object.entries(object).filter(([name]) => name !== key)));
        },
      ),
    );
  });

  it('that do not fit are counted and change nothing', () => {
    const operation = { op: 'replace', path: '/a/b/3', from: null, value: 1 };
    expect(applyPatches({ a: { b: [] } }, [operation])).toEqual({ document: { a: { b: [] } }, misfits: 1 });
    expect(applyPatches(undefined, [operation])).toEqual({ document: undefined, misfits: 1 });
  });

  it('never reach the prototype', () => {
    applyPatches({}, [{ op: 'add', path: '/__proto__/polluted', from: null, value: true }]);
    applyPatches({}, [{ op: 'add', path: '/constructor/prototype/polluted', from: null, value: true }]);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

describe('the end of the stream', () => {
  it('is its terminal frame; `final` and a complete text are not', () => {
    const exchange = streamOf('workflow-english');
    expect(streamEnded([exchange])).toBe(true);
    const early = withoutTerminal(exchange);
    expect(early.frames.some(({ data }) => data.includes('"text_completed":true'))).toBe(true);
    expect(streamEnded([early])).toBe(false);
  });

  it('is a refusal of the ask too, once it is whole', () => {
    const refused: Exchange = { ...streamOf('workflow-english'), status: 429, frames: [] };
    expect(streamEnded([refused])).toBe(true);
    expect(streamEnded([{ ...refused, endedAt: null }])).toBe(false);
  });
});

describe('what must not be stored', () => {
  it('loses tokens and names, stays JSON, keeps the rest', () => {
    const frame = {
      read_write_token: 'secret-1',
      author_username: 'jane',
      text: JSON.stringify({ author_id: 'u-1' }),
      query_str: 'q',
    };
    const stored = REDACT.reduce(
      (text, pattern) => text.replace(pattern, '[redacted]'),
      JSON.stringify(frame),
    );
    expect(JSON.parse(stored)).toEqual({
      read_write_token: '[redacted]',
      author_username: '[redacted]',
      text: '{"author_id":"[redacted]"}',
      query_str: 'q',
    });
  });
});
