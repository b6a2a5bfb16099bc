import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixtureExchange, fixtureNames, fixturePage, loadFixture } from '../../../src/stage/fixtures.ts';

const exchange = {
  kind: 'fetch',
  method: 'POST',
  url: 'https://chatgpt.com/backend-api/f/conversation',
  status: 200,
  contentType: 'text/event-stream',
  startedAt: 1,
  endedAt: 9,
  end: 'complete',
  clipped: false,
  frames: [{ at: 2, data: 'data: x\n\n' }],
};
let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'fixtures-'));
  const write = (name: string, files: Record<string, string>) => {
    mkdirSync(join(root, 'chatgpt', name), { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(root, 'chatgpt', name, file), text);
  };
  write('whole', {
    'request.json': '{"query":"best tea","signals":{"loginState":"anonymous"},"note":"ours"}',
    'page.html': '<p>tea</p>',
    'transcript.jsonl': `${JSON.stringify(exchange)}\n\n`,
    'expected.json': '{"outcome":"answered"}',
  });
  write('bare', { 'request.json': '{"query":"x"}' });
  write('broken', {
    'request.json': '{"query":"x"}',
    'transcript.jsonl': `${JSON.stringify(exchange)}\n{"kind":"smoke"}\n`,
  });
});

afterAll(() => rmSync(root, { recursive: true }));

describe('a fixture', () => {
  test('is read whole, defaults filled in', () => {
    const fixture = loadFixture('chatgpt', 'whole', root);
    expect(fixture.request).toEqual({
      query: 'best tea',
      region: null,
      finalUrl: null,
      signals: { loginState: 'anonymous' },
    });
    expect(fixturePage(fixture)).toBe('<p>tea</p>');
    expect(fixtureExchange(fixture, /conversation$/).frames).toEqual([
      { at: 2, data: 'data: x\n\n', direction: 'in' },
    ]);
    expect(fixture.expected).toEqual({ outcome: 'answered' });
  });

  test('may lack all but its request', () => {
    const fixture = loadFixture('chatgpt', 'bare', root);
    expect(fixture).toMatchObject({ html: null, transcript: [], expected: undefined });
    expect(() => fixturePage(fixture)).toThrow(/page\.html/);
    expect(() => fixtureExchange(fixture, /x/)).toThrow(/no exchange matches/);
  });

  test('that is wrong says in which file and line', () => {
    expect(() => loadFixture('chatgpt', 'broken', root)).toThrow(
      expect.objectContaining({
        code: 'INPUT_UNREADABLE',
        message: expect.stringMatching(/transcript\.jsonl:2.*kind/s),
      }),
    );
    expect(() => loadFixture('chatgpt', 'missing', root)).toThrow(/missing\/request\.json/);
  });

  test('is listed by name', () => {
    expect(fixtureNames('chatgpt', root)).toEqual(['bare', 'broken', 'whole']);
    expect(fixtureNames('gemini', root)).toEqual([]);
  });
});
