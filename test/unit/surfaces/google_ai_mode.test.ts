import { describe, expect, it } from 'vitest';
import type { CaptureRecord, Exchange, Signals } from '../../../src/contract/capture-record.ts';
import type { EnvelopeBody } from '../../../src/contract/envelope.ts';
import { assemble } from '../../../src/extract/assemble.ts';
import { recordFromFile } from '../../../src/extract/record-from-file.ts';
import { fixturePage, loadFixture } from '../../../src/stage/fixtures.ts';
import { scrambledPage } from '../../../src/stage/scramble.ts';
import { googleAiMode } from '../../../surfaces/google_ai_mode/surface.ts';
import { withoutRecords } from '../../../surfaces/google_ai_mode/transcript.ts';

interface Given {
  signals?: Partial<Signals>;
  url?: string;
  transcript?: Exchange[];
}

function recordOf(html: string | null, { signals = {}, url, transcript = [] }: Given = {}): CaptureRecord {
  const record = recordFromFile({
    surface: 'google_ai_mode',
    adapterVersion: 'test',
    html: html ?? undefined,
    url,
  });
  return { ...record, transcript, signals: { ...record.signals, ...signals } };
}

function read(html: string | null, given: Given = {}): EnvelopeBody {
  const record = recordOf(html, given);
  return assemble(record, googleAiMode.extract(record));
}

const page = (name: string): string => fixturePage(loadFixture('google_ai_mode', name));

const END =
  '<div data-xid="Gd7Hsc"><button aria-label="Copy text"></button><p>Thanks for letting us know</p><div data-zzy="1"></div></div>';
const turn = (answer: string, { said = 'a question', end = END, beside = '' } = {}): string =>
  `<div data-scope-id="turn"><div role="heading" aria-level="2">You said: ${said}</div><div data-subtree="aimc"><div data-container-id="main-col"><div data-container-id="5">${answer}${end}</div></div>${beside}</div></div>`;
const thread = (...turns: string[]): string =>
  `<html lang="en"><body><div data-xid="aim-mars-turn-root"><div id="aim-chrome-initial-inline-async-container" data-streaming-container="">${turns.join('')}</div></div></body></html>`;
const words = (text: string): string => `<div data-sfc-cp="">${text}</div>`;

function stream(frames: string[], over: Partial<Exchange> = {}): Exchange {
  return {
    kind: 'fetch',
    method: 'GET',
    url: 'https://www.google.com/async/folwr?udm=50',
    status: 200,
    contentType: 'text/html',
    startedAt: 0,
    endedAt: 1,
    end: 'complete',
    clipped: false,
    frames: frames.map((data) => ({ at: 0, data, direction: 'in' as const })),
    ...over,
  };
}

describe('the last turn is the answer', () => {
  it('leaves earlier turns and their sources out', () => {
    const body = read(page('second-turn'));
    expect(body.answer.text).toMatch(/^By ferry/);
    expect(body.evidence.sources.map(({ domain }) => domain)).toEqual(['ferry.example.no']);
    expect(body.extraction.warnings).toContain('earlier_turns_left_out');
  });

  it('is kept in part when the drive ran out of time while it was written', () => {
    const failure = { outcome: 'timeout' as const, message: 'answer did not end within 5000 ms' };
    const signals = { failure, ending: 'deadline' as const };
    const body = read(thread(turn(words('Begun and not ended.'), { end: '' })), { signals });
    expect(body.outcome).toBe('answered_partially');
    expect(body.answer.text).toBe('Begun and not ended.');
    expect(read(thread(turn('', { end: '' })), { signals }).outcome).toBe('timeout');
  });

  it('does not give the answer of the turn before while the last one is still empty', () => {
    const body = read(thread(turn(words('The first answer.')), turn('', { end: '' })));
    expect(body.outcome).toBe('timeout');
    expect(body.answer.text).toBe('');
  });

  it('does not take the end of the turn before for its own', () => {
    const body = read(thread(turn(words('The first answer.')), turn(words('The second ans'), { end: '' })));
    expect(body.outcome).toBe('answered_partially');
    expect(body.answer.text).toBe('The second ans');
  });

  it('is not disturbed by an error of the turn before', () => {
    const failed = `${turn('', { end: '' })}<div data-aeie="true">Something went wrong</div>`;
    expect(read(thread(failed, turn(words('Now it works.')))).outcome).toBe('answered');
  });
});

describe('nothing of the chrome gets into the answer', () => {
  it.each([
    ['footer', turn(words('An answer.'))],
    [
      'sources column',
      turn(words('An answer.'), { beside: '<div data-container-id="rhs-col"><p>7 sites</p></div>' }),
    ],
    [
      'dialog',
      turn(`${words('An answer.')}<div role="dialog" aria-label="Related links"><p>Related</p></div>`),
    ],
    [
      'advertisement',
      turn(`${words('An answer.')}<div data-container-id="ad-content"><p>Sponsored</p></div>`),
    ],
    ['button', turn(words('An answer.<button>Show more</button>'))],
  ])('%s', (_name, html) => {
    expect(read(thread(html)).answer.text).toBe('An answer.');
  });

  it('reads product names without what is said to screen readers only', () => {
    const body = read(page('products-and-ad'));
    expect(body.answer.text).toContain('The Pulse Band 6 and the Stride Mini 2 are');
    expect(body.evidence.shopping?.map(({ title }) => title)).toEqual(['Pulse Band 6', 'Stride Mini 2']);
    expect(body.evidence.ads).toEqual([
      expect.objectContaining({
        advertiser: 'shop.example.com',
        title: 'Fitness trackers, next-day delivery',
      }),
    ]);
  });

  it('knows the screen readers’ label in any language by its being the same behind every product', () => {
    const product = (name: string): string =>
      `<a href="/search?ibp=oshop&amp;prds=x"><span>${name}</span><span>この商品の商品ビューアへ 移動 します</span></a>`;
    const body = read(thread(turn(words(`${product('靴一')}と${product('靴二')}です。`))));
    expect(body.answer.text).toBe('靴一と靴二です。');
  });
});

describe('citations', () => {
  it('come only from chips that name a source', () => {
    const body = read(page('empty-chips-no-sources'));
    expect(page('empty-chips-no-sources')).toContain('data-icl-uuid');
    expect(body.evidence.sources).toEqual([]);
    expect(body.provenance.webSearch).toEqual({ enabled: false, known: false });
    expect(body.extraction.health.citations).toBe('not_shown');
  });

  it('may be a labelled link before its button', () => {
    const body = read(page('arabic-link-chips'));
    expect(body.answer.text).not.toContain('+1');
    expect(body.evidence.sources.map(({ url, cited }) => [url, cited])).toEqual([
      ['https://sehha.example.com/dates', true],
      ['https://taghdhiya.example.org/how-many', true],
    ]);
  });

  it('never take a link of the text that stands before a chip', () => {
    const chip =
      '<span><button data-icl-uuid="11111111-2222-3333-4444-555555555555" aria-label="x"></button></span>';
    const body = read(thread(turn(words(`See <a href="https://a.example/">this page</a>${chip}.`))));
    expect(body.answer.markdown).toBe('See [this page](https://a.example/).');
    expect(body.evidence.sources).toEqual([]);
  });

  it('are missed, not merely absent, where the page promises sources and shows none that can be read', () => {
    const beside =
      '<div data-container-id="rhs-col"><button data-xid="x92FHb" aria-label="7 sites">7 sites</button></div>';
    const body = read(thread(turn(words('An answer.'), { beside })));
    expect(body.extraction.health.sources).toBe('missing');
    expect(body.extraction.warnings).toContain('sources_incomplete');
  });
});

describe('a page without an answer says why', () => {
  it.each([
    ['challenge-sorry', 'challenge'],
    ['challenge-javascript-shell', 'challenge'],
    ['not-offered', 'absent'],
    ['absent-results-with-overview', 'absent'],
    ['answer-error', 'surface_error'],
    ['consent-left', 'surface_error'],
    ['pending', 'timeout'],
    ['unreadable', 'extraction_empty'],
  ])('%s: %s', (name, outcome) => {
    const body = read(page(name));
    expect(body.outcome).toBe(outcome);
    expect(body.answer.text).toBe('');
    expect(body.extraction.marks.length).toBeGreaterThan(0);
  });

  it('takes an invisible check for what every page carries, a visible one for a wall', () => {
    const frame = (size: string): string =>
      `<html><body><p>One moment</p><iframe src="https://www.google.com/recaptcha/api2/anchor?size=${size}"></iframe></body></html>`;
    expect(read(frame('invisible')).outcome).toBe('surface_error');
    expect(read(frame('normal')).outcome).toBe('challenge');
    expect(
      read(thread(turn(words('An answer.'))).replace('</body>', `${frame('normal')}</body>`)).outcome,
    ).toBe('answered');
  });

  it('trusts what the drive saw', () => {
    const wall = { outcome: 'challenge' as const, mark: 'sorry_url' };
    expect(read(page('english-citations'), { signals: { wall } }).outcome).toBe('challenge');
    const failure = { outcome: 'navigation_failed' as const, message: 'net::ERR_FAILED' };
    expect(read(null, { signals: { failure } }).outcome).toBe('navigation_failed');
  });

  it('says that a refused stream is a check', () => {
    const refused = { transcript: [stream([')]}\'\n[""]'])] };
    expect(read(thread(), refused).outcome).toBe('challenge');
    expect(read(null, refused).outcome).toBe('challenge');
  });

  it.each(['', '<', '<html>', '<div data-scope-id="turn">', '<!-- -->', '\u0000'])(
    'does not throw on %j',
    (html) => {
      expect(() => read(html)).not.toThrow();
    },
  );
});

describe('an answer is called whole only with proof', () => {
  const whole = thread(turn(words('An answer that ends.')));
  const unmarked = thread(turn(words('An answer that ends.'), { end: '' }));

  it('by either of the two end marks', () => {
    expect(read(whole.replaceAll('data-zzy', 'data-q7')).outcome).toBe('answered');
    expect(
      read(whole.replaceAll('Gd7Hsc', 'Zz1Zz1').replace('<p>Thanks for letting us know</p>', '')).outcome,
    ).toBe('answered');
    expect(read(unmarked).outcome).toBe('answered_partially');
  });

  it('or by a drive that watched it stand still, with a warning', () => {
    const settled = read(unmarked, { signals: { ending: 'settled' } });
    expect(settled.outcome).toBe('answered');
    expect(settled.extraction.warnings).toContain('end_mark_missing');
    const broken = {
      signals: { ending: 'settled' as const },
      transcript: [stream(['<p>x'], { end: 'open' })],
    };
    expect(read(unmarked, broken).outcome).toBe('answered_partially');
  });

  it('and never while a long job runs or placeholders are left', () => {
    const job = (last: string): string =>
      whole.replace('</body>', `<i data-cpl="true"></i><i data-cpl="${last}"></i></body>`);
    expect(read(job('true')).outcome).toBe('answered_partially');
    expect(read(job('false')).outcome).toBe('answered');
    expect(
      read(whole.replace('<div data-xid="Gd7Hsc"', '<span data-async-ph="x"></span><div data-xid="Gd7Hsc"'))
        .outcome,
    ).toBe('answered_partially');
  });
});

describe('other forms of an answer', () => {
  it('reads the first of two answers side by side and says so', () => {
    const arm = (text: string): string =>
      `<div data-subtree="aimc"><div data-container-id="main-col">${words(text)}${END}</div></div>`;
    const body = read(
      thread(`<div data-scope-id="turn"><div data-xid="pvjmD">${arm('First.')}${arm('Second.')}</div></div>`),
    );
    expect(body.answer.text).toBe('First.');
    expect(body.extraction.warnings).toContain('two_answers_side_by_side');
  });

  it('shows where a widget is, whose text is in another document', () => {
    const widget = '<iframe title="Chart" src="https://scf.usercontent.goog/x"></iframe>';
    const body = read(thread(turn(`${words('See the chart.')}${widget}`)));
    expect(body.answer.blocks.at(-1)).toMatchObject({
      type: 'other',
      text: 'Chart',
      url: 'https://scf.usercontent.goog/x',
    });
    expect(body.extraction.warnings).toContain('widget_not_read');
  });
});

describe('the stream is a witness of its own', () => {
  it('agrees with the page it built', () => {
    const { transcript, html } = loadFixture('google_ai_mode', 'stream-and-page');
    const body = read(html, { transcript: [...transcript] });
    expect(body.extraction.witnesses.agreement).toEqual({
      text: 'agree',
      textSimilarity: 1,
      citedUrls: 'agree',
    });
  });

  it('speaks alone where the page is still empty', () => {
    const { transcript } = loadFixture('google_ai_mode', 'stream-only');
    const body = read(thread(), { transcript: [...transcript] });
    expect(body.outcome).toBe('answered');
    expect(body.answer.text).toMatch(/^Lake Baikal/);
  });

  it('is decoded from records by their lengths', () => {
    expect(withoutRecords('0;5;<p>a;7;message3;b;c8;redirect3;/xy')).toBe('<p>a;b;c');
    expect(withoutRecords('<p>plain</p>')).toBe('<p>plain</p>');
  });
});

const CHANGES: Readonly<Record<string, (html: string) => string>> = {
  'every class has another name': (html) => scrambledPage(html),
  'only data, aria, role, href, id and style attributes are left': (html) =>
    html.replace(/ (?!data-|aria-|role=|href=|id=|style=)[a-z][\w:-]*="[^"]*"(?=[^<>]*>)/gi, ''),
  'no data-zzy': (html) => html.replaceAll('data-zzy', 'data-q7'),
  'no footer name': (html) => html.replaceAll('Gd7Hsc', 'Zz1Zz1'),
};
const ANSWERS = [
  'english-citations',
  'german-table',
  'japanese-emoji',
  'arabic-link-chips',
  'code-and-formula',
  'empty-chips-no-sources',
  'products-and-ad',
  'second-turn',
];

describe('what a new build may change changes nothing, or is not called a success', () => {
  const cases = Object.keys(CHANGES).flatMap((change) => ANSWERS.map((name) => [change, name] as const));
  it.each(cases)('%s: %s', (change, name) => {
    const before = read(page(name));
    const after = read(CHANGES[change]?.(page(name)) ?? '');
    expect(['answered', 'answered_partially', 'extraction_empty']).toContain(after.outcome);
    if (after.outcome === 'answered') expect(after.answer).toEqual(before.answer);
  });
});

describe('nothing secret is stored', () => {
  it.each([
    '<div data-xsrf-folwr-token="AKPOr1QzKxRvEfDjR1wQ9cKwfvLrKLEJwg:1780937868515">',
    '<div data-lro-token="0a7fh2CJ8AV" data-garc="ChswYTZXWFp3">',
    'https://www.google.com/search?udm=50&mstk=AUtExfC3imCo8YJJBhRM4&csuir=1',
    'https://www.google.com/async/folwr?async=_fmt%3Aadl%2C_xsrf%3AAKPOr1QzKxRvEf%3A17809&mlro=0a7fh2CJ8AV',
    '<!--TgQPHd||[[&quot;fixture.person@gmail.com&quot;]]-->',
  ])('%s', (text) => {
    const clean = googleAiMode.redact.reduce((rest, pattern) => rest.replace(pattern, '[redacted]'), text);
    expect(clean).not.toMatch(/AKPOr1|0a7fh2|ChswYT|AUtExf|fixture\.person/);
  });
});
