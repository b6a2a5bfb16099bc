import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CaptureRecord, type Exchange, neutralSignals } from '../../../src/contract/capture-record.ts';
import type { EnvelopeBody } from '../../../src/contract/envelope.ts';
import { assemble } from '../../../src/extract/assemble.ts';
import { recordFromFile } from '../../../src/extract/record-from-file.ts';
import { loadFixture } from '../../../src/stage/fixtures.ts';
import { copilotStage } from '../../../src/stage/surfaces/copilot.ts';
import { REDACT } from '../../../surfaces/copilot/redact.ts';
import { streamEnded } from '../../../surfaces/copilot/stream-end.ts';
import { copilot } from '../../../surfaces/copilot/surface.ts';
import { objectsIn } from '../../../surfaces/copilot/wire.ts';

type Event = Record<string, unknown>;

function socket(events: readonly (Event | string)[], more: Partial<Exchange> = {}): Exchange {
  return {
    kind: 'websocket',
    method: 'GET',
    url: 'wss://copilot.microsoft.com/c/api/chat?api-version=2',
    status: null,
    contentType: null,
    startedAt: 0,
    endedAt: null,
    end: 'open',
    clipped: false,
    frames: events.map((event, index) => ({
      at: index,
      data: typeof event === 'string' ? event : JSON.stringify(event),
      direction: 'in',
    })),
    ...more,
  };
}

const text = (words: string, partId = 'p1'): Event => ({
  event: 'appendText',
  messageId: 'm1',
  partId,
  text: words,
});
const cite = (url: string, title: string): Event => ({
  event: 'citation',
  messageId: 'm1',
  partId: 'p1',
  url,
  title,
});
const DONE: Event = { event: 'done', messageId: 'm1' };

function bodyOf(transcript: Exchange[], html?: string, more: Partial<CaptureRecord> = {}): EnvelopeBody {
  const record = {
    ...recordFromFile({ surface: 'copilot', adapterVersion: 'test', html }),
    transcript,
    ...more,
  };
  return assemble(record, copilot.extract(record));
}

const cited = (body: EnvelopeBody): [string | null, string[]][] =>
  body.evidence.sources
    .filter((source) => source.cited)
    .map(({ url, charRanges }) => [
      url,
      charRanges.map(([start, end]) => body.answer.text.slice(start, end)),
    ]);

const A = 'https://a.example/one';
const B = 'https://b.example/two';

describe('the socket of Copilot', () => {
  it('reads one event per message, several packed together, and what a record separator parts', () => {
    expect(objectsIn('{"a":1}')).toEqual([{ a: 1 }]);
    expect(objectsIn('{"a":"}{"}{"b":{"c":"\\""}}\u001e{"d":1}')).toEqual([
      { a: '}{' },
      { b: { c: '"' } },
      { d: 1 },
    ]);
    expect(objectsIn('{"a":1}{"b":')).toEqual([{ a: 1 }]);
  });

  it('joins the text the same however it was cut into pieces and packed into messages', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }), { minLength: 1 }),
        fc.nat(3),
        (words, size) => {
          const events = [...words.map((word) => text(word)), DONE].map((event) => JSON.stringify(event));
          const packed: string[] = [];
          for (let at = 0; at < events.length; at += size + 1)
            packed.push(events.slice(at, at + size + 1).join(''));
          const whole = bodyOf([socket([text(words.join('')), DONE])]);
          expect(bodyOf([socket(packed)]).answer).toEqual(whole.answer);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('takes the place where a citation arrives for the end of what it supports', () => {
    const body = bodyOf([
      socket([
        text('Paris is the capi'),
        cite(A, 'A'),
        text('tal. It is old.'),
        cite(B, 'B'),
        text(' Go there.'),
        DONE,
      ]),
    ]);
    expect(body.answer.text).toBe('Paris is the capital. It is old. Go there.');
    expect(cited(body)).toEqual([
      [A, ['Paris is the capital']],
      [B, ['. It is old.']],
    ]);
  });

  it('does not guess places for citations that come as a list after several paragraphs', () => {
    const body = bodyOf([socket([text('One.\n\nTwo.'), cite(A, 'A'), cite(B, 'B'), DONE])]);
    expect(cited(body)).toEqual([
      [A, []],
      [B, []],
    ]);
    expect(body.answer.blocks.every(({ referenceIds }) => referenceIds.length === 0)).toBe(true);
  });

  it('reads a number as the text defines it, though citations came in another order', () => {
    const body = bodyOf([
      socket([
        cite(A, 'First [x'),
        cite(B, 'Second'),
        text('One. ([Second][1])\n\nTwo `a[1]` and b[1]. ([First [x][2], [Second][1])\n\n'),
        text(`[1]: ${B} "Second"\n[2]: ${A} "First [x"`),
        DONE,
      ]),
    ]);
    expect(body.answer.text).toBe('One.\n\nTwo a[1] and b[1].');
    expect(cited(body)).toEqual([
      [B, ['One.', 'Two a[1] and b[1].']],
      [A, ['Two a[1] and b[1].']],
    ]);
  });

  it('lets text that replaces a part win, and keeps what was cited', () => {
    const replaced = { event: 'replaceText', messageId: 'm1', partId: 'p1', text: 'Now this.' };
    const body = bodyOf([socket([text('Once that.'), cite(A, 'A'), replaced, DONE])]);
    expect(body.answer.text).toBe('Now this.');
    expect(cited(body)).toEqual([[A, []]]);
  });

  it('goes on with a message that another socket resumes', () => {
    const first = socket([text('One half and')], { end: 'complete' });
    expect(bodyOf([first]).outcome).toBe('answered_partially');
    const body = bodyOf([first, socket([text(' the other.'), DONE])]);
    expect([body.outcome, body.answer.text]).toEqual(['answered', 'One half and the other.']);
  });

  it('unwraps Bing’s click counter without a request', () => {
    const wrapped = `https://www.bing.com/ck/a?!&&p=x&u=a1${Buffer.from(A).toString('base64url')}&ntb=1`;
    expect(cited(bodyOf([socket([text('One.'), cite(wrapped, 'A'), DONE])]))[0]?.[0]).toBe(A);
  });

  it('counts a check as passed when text follows, as a wall when nothing does', () => {
    const check = { event: 'challenge', method: 'hashcash', parameter: 's:11', id: '1' };
    expect(bodyOf([socket([check, text('Hello.'), DONE])]).outcome).toBe('answered');
    const blocked = bodyOf([socket([{ event: 'connected' }, check])]);
    expect([blocked.outcome, blocked.extraction.marks]).toEqual(['challenge', ['check_hashcash']]);
  });

  it('says that the ask is over at the end of the message, at a refusal, and when the socket is lost', () => {
    const open = [{ event: 'connected' }, text('Hello')];
    expect(streamEnded([socket(open)])).toBe(false);
    expect(streamEnded([socket([...open, { event: 'partCompleted' }])])).toBe(false);
    expect(streamEnded([socket([...open, DONE, { event: 'titleUpdate', title: 'x' }])])).toBe(true);
    expect(streamEnded([socket([{ event: 'error', errorCode: 'invalid-event' }])])).toBe(true);
    expect(streamEnded([socket(open, { end: 'complete' })])).toBe(true);
    expect(streamEnded([socket(open, { end: 'complete' }), socket([{ event: 'connected' }])])).toBe(false);
    expect(streamEnded([socket([text('he wrote {"event":"done"} in code')])])).toBe(false);
  });

  it('keeps the account’s token out of what is stored', () => {
    const clean = (value: string): string =>
      REDACT.reduce((rest, pattern) => rest.replace(pattern, '[redacted]'), value);
    expect(clean('wss://x/c/api/chat?api-version=2&accessToken=EwB%2bsecret&X-UserIdentityType=MSA')).toBe(
      'wss://x/c/api/chat?api-version=2&accessToken=[redacted]&X-UserIdentityType=MSA',
    );
    expect(clean('{"event":"challengeResponse","token":"abc","method":"hashcash"}')).not.toContain('abc');
    expect(clean('{"event":"appendText","text":"set token: \\"abc\\" here"}')).toContain('abc');
  });
});

const message = (inner: string, reactions = true): string =>
  `<html><body><main><div role="article" data-testid="ai-message"><h6 aria-label="Copilot said">Copilot said</h6><div data-testid="ai-message-body"><div>${inner}</div>${reactions ? '<div data-testid="message-item-reactions"><button>Copy</button></div>' : ''}</div></div></main><textarea id="userInput"></textarea></body></html>`;
const span = (url: string, label: string): string => `<span role="button" data-url="${url}">${label}</span>`;

describe('the page of Copilot', () => {
  it.each([
    [
      'after a sentence',
      `<p>It is tall. ${span(A, 'Site')} It is old.</p>`,
      'It is tall. It is old.',
      'It is tall.',
    ],
    ['at the end', `<p>It is tall ${span(A, 'Site')}</p>`, 'It is tall', 'It is tall'],
    ['glued to a word', `<p>It is tall${span(A, 'Site')}.</p>`, 'It is tall.', 'It is tall'],
    [
      'in brackets',
      `<p>It is tall (${span(A, 'Site')}, ${span(B, 'B')}) and old.</p>`,
      'It is tall and old.',
      'It is tall',
    ],
    [
      'a number',
      `<p>It is tall <a href="${A}" rel="noopener noreferrer" title="T">1</a> and old.</p>`,
      'It is tall and old.',
      'It is tall',
    ],
    [
      'words of the sentence',
      `<p>See ${span(A, 'a.example')}, it is tall.</p>`,
      'See a.example, it is tall.',
      'a.example',
    ],
    ['a link at the end', `<p>See <a href="${A}">the list</a></p>`, 'See the list', 'the list'],
    ['a Japanese link', `<p>詳しくは<a href="${A}">一覧</a>を参照</p>`, '詳しくは一覧を参照', '一覧'],
  ])('tells chips from words: %s', (_name, html, answer, range) => {
    const body = bodyOf([], message(html));
    expect(body.answer.text.replace(/ {2,}/g, ' ')).toBe(answer);
    expect(cited(body)[0]).toEqual([A, [range]]);
  });

  it('takes the label above code for its language, never for text', () => {
    const code =
      '<div><div><span>typescript</span><button>Copy</button></div><div><pre><code>let a = 1;</code></pre></div></div>';
    const body = bodyOf([], message(`<p>Like this:</p>${code}`));
    expect(body.answer.text).toBe('Like this:\n\nlet a = 1;');
    expect(body.answer.blocks[1]).toMatchObject({ type: 'code', language: 'typescript' });
  });

  it('claims no whole answer of a full page that does not say it is finished', () => {
    expect(bodyOf([], message('<p>Half an</p>', false)).outcome).toBe('answered_partially');
  });

  it('reads the last turn only, and never the account’s other conversations', () => {
    const page = message('<p>New.</p>').replace(
      '<main>',
      '<div data-testid="sidebar-container"><div data-testid="ai-message">private</div></div><main><div data-testid="ai-message">Old.</div>',
    );
    expect(bodyOf([], page).answer.text).toBe('New.');
    const asked = message('<p>Old.</p>').replace(
      '</main>',
      '<div data-content="user-message">again</div></main>',
    );
    expect(bodyOf([], asked).outcome).toBe('timeout');
  });

  it('lets a whole answer of the socket win over a dialog that covers the page', () => {
    const dialog = '<div role="dialog"><a href="https://login.live.com/x">Sign in</a></div>';
    expect(bodyOf([], `<main>${dialog}</main>`).outcome).toBe('login_wall');
    expect(bodyOf([socket([text('Hello.'), DONE])], `<main>${dialog}</main>`).outcome).toBe('answered');
  });

  it('puts what the drive saw live before everything', () => {
    const signals = {
      ...neutralSignals(),
      wall: { outcome: 'challenge' as const, mark: 'cloudflare_header' },
    };
    expect(bodyOf([], message('<p>New.</p>'), { signals }).outcome).toBe('challenge');
  });
});

describe('the stage of Copilot', () => {
  it('plays every wall of the fixtures', () => {
    for (const name of ['wall-login', 'wall-cloudflare', 'wall-region', 'wall-throttled', 'wall-m365'])
      expect(loadFixture('copilot', name).html).not.toBeNull();
    expect(Object.keys(copilotStage.scenes)).toContain(copilotStage.plain);
  });
});

describe('the entry page of copilot', () => {
  it('asks for a region by Microsoft’s own parameters', () => {
    expect(copilot.entryUrl({ query: 'x', region: { country: 'DE' } })).toBe(
      'https://copilot.microsoft.com/?setlang=de&cc=DE',
    );
    expect(copilot.entryUrl({ query: 'x', region: null })).toBe('https://copilot.microsoft.com/');
  });
});
