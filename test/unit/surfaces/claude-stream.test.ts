import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EnvelopeBody } from '../../../src/contract/envelope.ts';
import { assemble } from '../../../src/extract/assemble.ts';
import { recordFromFile } from '../../../src/extract/record-from-file.ts';
import { withLiteralTex } from '../../../src/extract/tex-math.ts';
import { DOLLAR_TEX } from '../../../surfaces/claude/math.ts';
import { streamEnded } from '../../../surfaces/claude/stream-end.ts';
import { claude } from '../../../surfaces/claude/surface.ts';

type Json = Record<string, unknown>;

function read(transcript: string | readonly Json[]): EnvelopeBody {
  const text =
    typeof transcript === 'string'
      ? transcript
      : transcript
          .map((event) => `event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`)
          .join('');
  const record = recordFromFile({ surface: 'claude', adapterVersion: 'test', transcript: text });
  return assemble(record, claude.extract(record));
}

const start = (index: number, block: Json): Json => ({
  type: 'content_block_start',
  index,
  content_block: block,
});
const delta = (index: number, value: Json): Json => ({ type: 'content_block_delta', index, delta: value });
const words = (index: number, text: string): Json => delta(index, { type: 'text_delta', text });
const textStart = (index: number): Json => start(index, { type: 'text', text: '', citations: [] });
const END: readonly Json[] = [
  { type: 'message_delta', delta: { stop_reason: 'end_turn' } },
  { type: 'message_stop' },
];
const opens = (index: number, uuid: string, url: string): Json =>
  delta(index, { type: 'citation_start_delta', citation: { uuid, url, title: `Page ${uuid}` } });
const closes = (index: number, uuid: string): Json =>
  delta(index, { type: 'citation_end_delta', citation_uuid: uuid });

/** Text that markdown leaves alone, in several scripts and with astral characters. */
const plainText = fc
  .array(fc.constantFrom('rain', 'Straße', '東京の店', 'مسقط', '🌦️', '𠮷野', 'a b', '3.'), {
    minLength: 1,
    maxLength: 8,
  })
  .map((parts) => parts.join(' '));

describe('the stream of a Claude turn', () => {
  it('gives every citation exactly the text that came between its start and its end', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(plainText, plainText), { minLength: 1, maxLength: 5 }), (pairs) => {
        const events: Json[] = [textStart(0)];
        for (const [index, [before, cited]] of pairs.entries()) {
          const url = `https://site${index}.example/page`;
          events.push(words(0, `x ${before} `), opens(0, `u${index}`, url));
          for (const char of cited) events.push(words(0, char));
          events.push(closes(0, `u${index}`), words(0, ' and on. '));
        }
        const { answer, evidence } = read([...events, ...END]);
        const found = evidence.sources.map(({ charRanges }) =>
          charRanges.map(([from, to]) => answer.text.slice(from, to)),
        );
        expect(found).toEqual(pairs.map(([, cited]) => [cited]));
        expect(evidence.sources.every(({ charRangesBasis }) => charRangesBasis === 'exact')).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps overlapping citations apart', () => {
    const { answer, evidence } = read([
      textStart(0),
      opens(0, 'a', 'https://a.example/'),
      words(0, 'One '),
      opens(0, 'b', 'https://b.example/'),
      words(0, 'two'),
      closes(0, 'a'),
      words(0, ' three'),
      closes(0, 'b'),
      ...END,
    ]);
    const spans = evidence.sources.map(({ url, charRanges }) => [
      url,
      ...charRanges.map(([from, to]) => answer.text.slice(from, to)),
    ]);
    expect(spans).toEqual([
      ['https://a.example/', 'One two'],
      ['https://b.example/', 'two three'],
    ]);
  });

  it('leaves thinking and tools out of the answer and keeps the notes between tools', () => {
    const { answer, evidence } = read([
      start(0, { type: 'thinking', thinking: '' }),
      delta(0, { type: 'thinking_delta', thinking: 'SECRET thought' }),
      textStart(1),
      words(1, 'Let me look.'),
      start(2, { type: 'tool_use', id: 't1', name: 'web_search', input: {} }),
      delta(2, { type: 'input_json_delta', partial_json: '{"query":"weather' }),
      delta(2, { type: 'input_json_delta', partial_json: ' oslo"}' }),
      start(3, { type: 'tool_result', tool_use_id: 't1', content: [], is_error: true }),
      delta(3, { type: 'input_json_delta', partial_json: '[{"type":"text","text":"SECRET error"}]' }),
      textStart(4),
      words(4, 'It rains.'),
      ...END,
    ]);
    expect(answer.text).toBe('Let me look.\n\nIt rains.');
    expect(evidence.fanOut).toEqual({ provenance: 'observed', queries: ['weather oslo'] });
    expect(evidence.sources).toEqual([]);
  });

  it('counts pages that were opened as retrieved, not as queries', () => {
    const { evidence } = read([
      start(0, {
        type: 'tool_use',
        id: 't1',
        name: 'web_fetch',
        input: { url: 'https://a.example/x' },
      }),
      start(1, {
        type: 'tool_result',
        tool_use_id: 't1',
        content: [{ type: 'knowledge', title: 'A', url: 'https://a.example/x' }],
      }),
      textStart(2),
      words(2, 'Done.'),
      ...END,
    ]);
    expect(evidence.fanOut.queries).toEqual([]);
    expect(evidence.sources.map(({ url, role }) => [url, role])).toEqual([
      ['https://a.example/x', 'retrieved'],
    ]);
  });

  it('is partial without an end, at its length limit, and after an error in its middle', () => {
    const begun = [textStart(0), words(0, 'Half an answer')];
    const ended = (reason: string): Json[] => [
      ...begun,
      { type: 'message_delta', delta: { stop_reason: reason } },
      { type: 'message_stop' },
    ];
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
    expect(read(begun).outcome).toBe('answered_partially');
    expect(read(ended('max_tokens')).outcome).toBe('answered_partially');
    expect(read([...begun, error]).outcome).toBe('answered_partially');
    expect(read(ended('end_turn')).outcome).toBe('answered');
  });

  it('keeps an open citation up to where the stream broke', () => {
    const { answer, evidence } = read([
      textStart(0),
      opens(0, 'a', 'https://a.example/'),
      words(0, 'Half a sent'),
    ]);
    expect(evidence.sources[0]?.charRanges).toEqual([[0, answer.text.length]]);
  });

  it.each([
    ['rate_limit_error', 'throttled'],
    ['authentication_error', 'login_wall'],
    ['overloaded_error', 'surface_error'],
    ['api_error', 'surface_error'],
  ])('that is only the error %s ends as %s', (type, outcome) => {
    expect(read([{ type: 'error', error: { type, message: '' } }]).outcome).toBe(outcome);
  });

  it('reads finished messages whether their indices count UTF-16 units or code points', () => {
    const text = '🏔️🧊🗻 Snow fell. The pass is closed today. Take the tunnel.';
    const cited = 'The pass is closed today.';
    const unit = text.indexOf(cited);
    const point = [...text.slice(0, unit)].length;
    const spans = [unit, point].map((from) => {
      const message = {
        sender: 'assistant',
        stop_reason: 'end_turn',
        content: [
          {
            type: 'text',
            text,
            citations: [{ url: 'https://a.example/', start_index: from, end_index: from + cited.length }],
          },
        ],
      };
      const { answer, evidence } = read(JSON.stringify({ chat_messages: [message] }));
      return evidence.sources[0]?.charRanges.map(([start, end]) => answer.text.slice(start, end));
    });
    expect(spans).toEqual([[cited], [cited]]);
  });

  it('tells apart what it cannot understand and what did not come', () => {
    expect(read('data: {"hello":"world"}\n\n').outcome).toBe('extraction_empty');
    expect(read([]).outcome).toBe('timeout');
    expect(read([{ type: 'message_start', message: {} }]).outcome).toBe('timeout');
  });

  it('survives any cut and any noise without throwing', () => {
    const whole = [
      textStart(0),
      opens(0, 'a', 'https://a.example/'),
      words(0, 'Some 🌦️ words'),
      closes(0, 'a'),
      ...END,
    ]
      .map((event) => `event: ${String(event.type)}\ndata: ${JSON.stringify(event)}\n\n`)
      .join('');
    fc.assert(
      fc.property(fc.nat(whole.length), fc.string({ maxLength: 12 }), (at, noise) => {
        const { answer, evidence } = read(whole.slice(0, at) + noise + whole.slice(at));
        for (const { charRanges } of evidence.sources)
          for (const [from, to] of charRanges) expect(answer.text.slice(from, to)).not.toBe('');
      }),
      { numRuns: 80 },
    );
  });
});

describe('the end of the wire', () => {
  const exchange = (frames: readonly string[], status = 200) => ({
    kind: 'fetch' as const,
    method: 'POST',
    url: 'https://claude.ai/api/organizations/o/chat_conversations/c/completion',
    status,
    contentType: 'text/event-stream',
    startedAt: 0,
    endedAt: null,
    end: status === 200 ? ('open' as const) : ('complete' as const),
    clipped: false,
    frames: frames.map((data) => ({ at: 0, data, direction: 'in' as const })),
  });

  it('is message_stop, an error, or a refusal, and nothing before', () => {
    expect(streamEnded([exchange(['event: message_delta\ndata: {"type":"message_delta"}\n\n'])])).toBe(false);
    expect(streamEnded([exchange(['event: message_stop\ndata: {"type":"message_stop"}\n\n'])])).toBe(true);
    expect(streamEnded([exchange(['event: error\ndata: {"type":"error"}\n\n'])])).toBe(true);
    expect(streamEnded([exchange(['{"type":"error"}'], 429)])).toBe(true);
    expect(streamEnded([])).toBe(false);
  });
});

describe('formulas on the wire', () => {
  it('stand literally in markdown, prices and code stay as they are', () => {
    expect(withLiteralTex('$a_1 \\\\ b_2$', DOLLAR_TEX)).toBe('$a\\_1 \\\\\\\\ b\\_2$');
    expect(withLiteralTex('from $5 to $10_000', DOLLAR_TEX)).toBe('from $5 to $10_000');
    expect(withLiteralTex('`$a_1$` and *b*', DOLLAR_TEX)).toBe('`$a_1$` and *b*');
  });
});
