import { describe, expect, it } from 'vitest';
import { Scrubber } from '../../../src/capture/scrubber.ts';
import { type CaptureRecord, neutralSignals, type Signals } from '../../../src/contract/capture-record.ts';
import { assemble } from '../../../src/extract/assemble.ts';
import { recordFromFile } from '../../../src/extract/record-from-file.ts';
import { streamEnded } from '../../../surfaces/chatgpt/stream-end.ts';
import { chatgpt } from '../../../surfaces/chatgpt/surface.ts';

function record(parts: { html?: string; transcript?: string; signals?: Partial<Signals> }): CaptureRecord {
  const { signals, ...stored } = parts;
  return {
    ...recordFromFile({ surface: 'chatgpt', adapterVersion: 'test', query: 'q', ...stored }),
    signals: { ...neutralSignals(), ...signals },
  };
}

function outcome(parts: Parameters<typeof record>[0]): string {
  const made = record(parts);
  return assemble(made, chatgpt.extract(made)).outcome;
}

const turn = (markdown: string, role = 'assistant'): string =>
  `<section data-turn="${role}" data-testid="conversation-turn-2"><div data-message-author-role="${role}" data-message-id="m"><div class="markdown">${markdown}</div></div></section>`;
const page = (body: string): string =>
  `<html><head><title>ChatGPT</title></head><body><main>${body}<div id="prompt-textarea" contenteditable="true"></div></main></body></html>`;
const answerMessage = (text: string, more: object = {}): string =>
  `data: ${JSON.stringify({ v: { message: { id: 'a', author: { role: 'assistant' }, recipient: 'all', content: { content_type: 'text', parts: [text] }, status: 'in_progress', metadata: {}, ...more } } })}\n\n`;
const whole = { status: 'finished_successfully', end_turn: true };

describe('the outcome of a chatgpt capture', () => {
  it('is answered for a page at rest with an answer', () => {
    expect(outcome({ html: page(turn('<p>Paris.</p>')) })).toBe('answered');
  });

  it('is answered_partially while the page still writes, and for a stream without an end', () => {
    expect(outcome({ html: page(`${turn('<p>Par</p>')}<button data-testid="stop-button">x</button>`) })).toBe(
      'answered_partially',
    );
    expect(outcome({ transcript: answerMessage('Par') })).toBe('answered_partially');
  });

  it('is answered_partially when the model was stopped, although the message is finished', () => {
    const stopped = { ...whole, metadata: { finish_details: { type: 'max_tokens' } } };
    expect(outcome({ transcript: answerMessage('Par', stopped) })).toBe('answered_partially');
  });

  it('believes a broken stream more than a page that only stopped changing', () => {
    expect(outcome({ html: page(turn('<p>Par</p>')), transcript: answerMessage('Par') })).toBe(
      'answered_partially',
    );
  });

  it('is not moved by an answer that speaks of errors and checks', () => {
    const text = `Something went wrong means ${'that the site failed. '.repeat(30)} Verify you are human.`;
    expect(outcome({ html: page(turn(`<p>${text}</p><p>Too many requests in 1 hour.</p>`)) })).toBe(
      'answered',
    );
  });

  it('is an error of the site for a short turn that says so', () => {
    expect(
      outcome({ html: page(turn('<p>Something went wrong. Please contact help.openai.com.</p>')) }),
    ).toBe('surface_error');
    expect(outcome({ html: page(turn('<p>Too many requests</p>')) })).toBe('throttled');
  });

  it('is timeout when nothing came, and extraction_empty when something did that nobody can read', () => {
    expect(outcome({ html: page(turn('<p>q</p>', 'user')) })).toBe('timeout');
    expect(outcome({ transcript: 'data: "v1"\n\n' })).toBe('timeout');
    expect(outcome({ transcript: '{"some":"other","wire":1}' })).toBe('extraction_empty');
  });

  it('follows an error on the wire when there is no answer', () => {
    expect(outcome({ transcript: '{"detail":"Unusual activity has been detected from your device."}' })).toBe(
      'challenge',
    );
    expect(
      outcome({
        transcript: 'data: {"message":null,"error":"There was an error generating a response"}\n\n',
      }),
    ).toBe('surface_error');
    expect(outcome({ transcript: '{"detail":{"code":"rate_limit_exceeded","message":"slow down"}}' })).toBe(
      'throttled',
    );
  });

  it('takes what the drive saw live before everything else', () => {
    const wall = { outcome: 'challenge' as const, mark: 'visitor_check' };
    expect(outcome({ html: page(turn('<p>Paris.</p>')), signals: { wall } })).toBe('challenge');
    const failure = { outcome: 'browser_crashed' as const, message: 'gone' };
    expect(outcome({ html: page(turn('<p>Paris.</p>')), signals: { failure } })).toBe('browser_crashed');
  });
});

describe('whole-message snapshots and stored conversations', () => {
  it('are read like deltas: the last snapshot of a message counts', () => {
    const snapshot = (text: string): string =>
      answerMessage(text)
        .replace('{"v":', '')
        .replace(/\}\n\n$/, '\n\n');
    const made = record({ transcript: `${snapshot('Pa') + snapshot('Paris.')}data: [DONE]\n\n` });
    expect(assemble(made, chatgpt.extract(made)).answer.text).toBe('Paris.');
  });

  it('follow the current node back to the root', () => {
    const node = (id: string, parent: string | null, role: string, text: string): object => ({
      id,
      parent,
      message: {
        id,
        author: { role },
        recipient: 'all',
        content: { content_type: 'text', parts: [text] },
        metadata: {},
        ...whole,
      },
    });
    const mapping = {
      r: { id: 'r', parent: null, message: null },
      u: node('u', 'r', 'user', 'q'),
      x: node('x', 'u', 'assistant', 'other branch'),
      a: node('a', 'u', 'assistant', 'Paris.'),
    };
    const made = record({ transcript: JSON.stringify({ title: 't', mapping, current_node: 'a' }) });
    const body = assemble(made, chatgpt.extract(made));
    expect([body.outcome, body.answer.text]).toEqual(['answered', 'Paris.']);
  });
});

describe('the end of the wire', () => {
  const exchange = (data: string, end: 'complete' | 'aborted' | 'open' = 'open') =>
    [
      {
        ...record({ transcript: 'data: {}\n\n' }).transcript[0],
        end,
        frames: [{ at: 0, data, direction: 'in' }],
      },
    ] as CaptureRecord['transcript'];

  it('is said by each wire in its own words, and by a break', () => {
    expect(streamEnded(exchange('data: {"type": "message_stream_complete"}\n\n'))).toBe(true);
    expect(
      streamEnded(exchange('<template><div data-conversation-control="complete"></div></template>')),
    ).toBe(true);
    expect(streamEnded(exchange('{"version":1,"type":"content","status":"complete"}\n'))).toBe(true);
    expect(streamEnded(exchange('data: {"v":"x"}\n\n'))).toBe(false);
    expect(streamEnded(exchange('data: {"v":"x"}\n\n', 'aborted'))).toBe(true);
  });

  it('is a refusal of the ask, but not of another exchange', () => {
    const [refused] = exchange('{"detail":"x"}', 'complete');
    expect(refused && streamEnded([{ ...refused, status: 403 }])).toBe(true);
    expect(refused && streamEnded([{ ...refused, status: 404, method: 'GET' }])).toBe(false);
  });

  it('is not the end of a stream that only hands off', () => {
    expect(streamEnded(exchange('data: {"type":"stream_handoff"}\n\ndata: [DONE]\n\n', 'complete'))).toBe(
      false,
    );
  });
});

const scrub = (text: string): string => new Scrubber(chatgpt.redact, [], []).clean(text);

describe('secrets', () => {
  it('are taken out of payloads, quoted payloads, URLs and markup, and the JSON stays JSON', () => {
    const payload = { type: 'resume_conversation_token', kind: 'topic', token: 'SECRET1', note: 'kept' };
    const product = {
      data: JSON.stringify({
        provider_metadata: { p2: { id_to_token_map: { '21': 'SECRET2', '22': 'SECRET3' } } },
      }),
    };
    const text = [
      JSON.stringify(payload),
      JSON.stringify({ encoded_item: JSON.stringify(payload) }),
      JSON.stringify(product),
      '"wss://ws.chatgpt.com/p4?verify=SECRET4"',
      '<div data-resume-token="SECRET5">',
    ].join('\n');
    const clean = scrub(text);
    expect(clean).not.toContain('SECRET');
    for (const line of clean.split('\n').slice(0, 4)) expect(() => JSON.parse(line)).not.toThrow();
    expect(clean).toContain('kept');
  });

  it('leave code in an answer alone', () => {
    const code = '<code>{"token": "abc", "user_id": 7}</code>';
    expect(scrub(code)).toBe(code);
  });
});
