import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../../src/contract/capture-record.ts';
import type { DraftSource } from '../../../src/contract/extraction.ts';
import { readLabel, resolveChips } from '../../../surfaces/gemini/chips.ts';
import { isFramed, rpcAnswers } from '../../../surfaces/gemini/frames.ts';
import { groundingSources } from '../../../surfaces/gemini/grounding.ts';
import { REDACT } from '../../../surfaces/gemini/redact.ts';
import type { SourceCard } from '../../../surfaces/gemini/source-cards.ts';
import { streamEnded } from '../../../surfaces/gemini/stream-end.ts';
import { readStreamText } from '../../../surfaces/gemini/stream-text.ts';

const STREAM =
  'https://gemini.google.com/_/BardChatUi/data/assistant.lamda.BardFrontendService/StreamGenerate?rt=c';

function exchangeOf(body: string, end: Exchange['end'] = 'complete'): Exchange {
  return {
    kind: 'fetch',
    method: 'POST',
    url: STREAM,
    status: 200,
    contentType: 'application/json',
    startedAt: 0,
    endedAt: end === 'open' ? null : 1,
    end,
    clipped: false,
    frames: [{ at: 0, data: body, direction: 'in' }],
  };
}

const envelope = (payload: unknown): string =>
  `${JSON.stringify([['wrb.fr', null, JSON.stringify(payload)]])}\n`;
const framed = (...frames: string[]): string =>
  `)]}'\n\n${frames.map((frame) => `${frame.length + 1}\n${frame}`).join('')}`;
const payloadsOf = (body: string): unknown[] => rpcAnswers(exchangeOf(body)).map(({ payload }) => payload);

describe('frames of a batchexecute body', () => {
  it('are read whatever they hold: emoji, line feeds, digits on lines of their own', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { minLength: 1, maxLength: 4 }), (payloads) => {
        const body = framed(...payloads.map(envelope));
        expect(payloadsOf(body)).toEqual(JSON.parse(JSON.stringify(payloads)));
      }),
      { numRuns: 60 },
    );
  });

  it('are read where lengths count bytes, or do not fit at all', () => {
    const body = `)]}'\n\n99999\n${envelope(['🚀'])}3\n${envelope(['b'])}`;
    expect(payloadsOf(body)).toEqual([['🚀'], ['b']]);
  });

  it('are read up to where the stream was cut', () => {
    const whole = framed(envelope(['one']), envelope(['two']));
    expect(payloadsOf(whole.slice(0, -8))).toEqual([['one']]);
    expect(payloadsOf(whole.slice(0, 3))).toEqual([]);
  });

  it('name the error code of a refusal', () => {
    const status = [13, null, [['type.googleapis.com/x.BardErrorInfo', [1037]]]];
    const frame = `${JSON.stringify([['wrb.fr', null, null, null, null, status]])}\n`;
    expect(rpcAnswers(exchangeOf(framed(frame)))).toMatchObject([{ errorCode: 1037 }]);
  });

  it('are told from pages by their prefix', () => {
    expect(isFramed(framed(envelope([])))).toBe(true);
    expect(isFramed('<!doctype html>')).toBe(false);
  });
});

describe('the end of the stream', () => {
  it('is its terminal mark while the connection stays open, or its close', () => {
    const last = framed(envelope([null, [], { '44': true }]));
    expect(streamEnded([exchangeOf(last, 'open')])).toBe(true);
    expect(streamEnded([exchangeOf(framed(envelope([null, []])), 'open')])).toBe(false);
    expect(streamEnded([exchangeOf(framed(envelope([null, []])), 'complete')])).toBe(true);
  });
});

function cardOf(name: string, page = name): SourceCard {
  const draft: DraftSource = {
    key: `https://${page}.example/`,
    url: `https://${page}.example/`,
    title: null,
    publisher: name,
    snippet: null,
    publishedAt: null,
    position: null,
    providerRef: null,
  };
  return { draft, names: [name] };
}

const key = (page: string): string => `https://${page}.example/`;

describe('chips, which carry a name and no address', () => {
  it('are read in step with the panel where every name agrees and the numbers add up', () => {
    const cards = ['alpha', 'beta', 'gamma'].map((name) => cardOf(name));
    const labels = ['Alpha + 1', 'Gamma'].map(readLabel);
    expect(resolveChips(labels, cards)).toEqual([[key('alpha'), key('beta')], [key('gamma')]]);
  });

  it('stand for the card of their name alone where the numbers do not add up', () => {
    const cards = ['alpha', 'beta', 'gamma', 'delta'].map((name) => cardOf(name));
    const labels = ['Gamma + 1', 'Nobody'].map(readLabel);
    expect(resolveChips(labels, cards)).toEqual([[key('gamma')], []]);
  });

  it('of one name stand for that name’s cards in turn', () => {
    const cards = [cardOf('alpha', 'a1'), cardOf('beta'), cardOf('alpha', 'a2'), cardOf('rest')];
    expect(resolveChips(['Alpha', 'Alpha', 'Alpha'].map(readLabel), cards)).toEqual([
      [key('a1')],
      [key('a2')],
      [key('a2')],
    ]);
  });
});

describe('sources in the stream, found by shape', () => {
  const answer = 'Matcha holds 68 mg of caffeine a bowl. Green tea holds less.';

  it('need an address outside Google’s hosts and a title beside it', () => {
    const roots = [
      ['https://encrypted-tbn0.gstatic.com/favicon', 'Icon'],
      ['https://bare.example/'],
      ['https://pictures.example/tea.png', 'A cup of tea'],
      [null, 'https://tea.example/matcha#:~:text=68', 'Matcha measured', 'We measured a bowl.'],
    ];
    const [source, ...others] = groundingSources(roots, answer);
    expect(others).toEqual([]);
    expect(source?.draft).toMatchObject({
      title: 'Matcha measured',
      snippet: 'We measured a bowl.',
      position: 1,
    });
  });

  it('carry the words of the answer that stand with them, not their own title or address', () => {
    const roots = [
      [['https://tea.example/', 'Green tea holds less.'], ['Matcha holds 68 mg of caffeine a bowl.']],
    ];
    const [source] = groundingSources(roots, answer);
    expect(source?.segments).toEqual(['Matcha holds 68 mg of caffeine a bowl.']);
  });

  it('never fail on whatever the arrays hold', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(Array.isArray(groundingSources([value], answer))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the text on the wire', () => {
  const marks = { open: () => '⟨', close: (numbers: readonly number[]) => `${numbers.join('+')}⟩` };

  it('loses placeholders and follow-ups, which are kept apart', () => {
    const raw =
      'Yes.\n\nhttp://googleusercontent.com/image_collection/image_retrieval/12_0\n\nNo.\n<ElicitationsGroup message="m"><Elicitation label="L" query="Why?"/></ElicitationsGroup>';
    expect(readStreamText(raw, marks)).toEqual({ markdown: 'Yes.\n\nNo.', followUps: ['Why?'] });
  });

  it('turns source marks into citations, with and without a start', () => {
    const raw = '[cite_start]One.[cite: 5, 13] Two. [cite: 1]';
    expect(readStreamText(raw, marks).markdown).toBe('⟨One.5+13⟩ Two.1⟩');
  });

  it('keeps TeX literal and leaves prices and code alone', () => {
    const raw = 'From $5 to $9: $a_1 * b_1$ and `$x_1$`.';
    expect(readStreamText(raw, marks).markdown).toBe('From $5 to $9: $a\\_1 \\* b\\_1$ and `$x_1$`.');
  });
});

describe('what is never stored', () => {
  it('covers session tokens and the conversation token, and leaves the JSON whole', () => {
    const text = `{"SNlM0e":"AFixtureToken:17","x":1} ?f.sid=-99 ["AwAAAAAAAAAQfixtureContextTokenOfNoValue0"] https://lh3.googleusercontent.com/a/ACg8ocFixture=s64`;
    const quoted = text.replace('["Aw', '[\\"Aw').replace('0"]', '0\\"]');
    const clean = REDACT.reduce((left, pattern) => left.replace(pattern, '[redacted]'), quoted);
    expect(clean).toBe(
      '{"SNlM0e":"[redacted]","x":1} ?f.sid=[redacted] [\\"[redacted]\\"] https://lh3.googleusercontent.com/a/[redacted]=s64',
    );
  });
});
