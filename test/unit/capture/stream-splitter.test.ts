import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StreamSplitter } from '../../../src/capture/stream-splitter.ts';

function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...[...cuts].map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

describe('cutting a streamed body', () => {
  it('gives the same pieces however the network chops the bytes, and loses none', () => {
    const event = fc
      .string({ unit: 'grapheme', maxLength: 12 })
      .map((text) => `data: ${text.replace(/[\r\n]/g, '')}\n\n`);
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 8 }),
        fc.array(fc.nat(500), { maxLength: 10 }),
        (events, cuts) => {
          const splitter = new StreamSplitter('text/event-stream; charset=utf-8');
          const bytes = new TextEncoder().encode(events.join(''));
          const pieces = [
            ...cutAt(bytes, cuts).flatMap((chunk) => splitter.push(chunk)),
            ...splitter.finish(),
          ];
          expect(pieces).toEqual(events.map((text) => text.toWellFormed()));
        },
      ),
    );
  });

  it('hands out what never ends its piece, so that no stream fills the memory, and loses nothing of it', () => {
    const splitter = new StreamSplitter('text/event-stream');
    const chunk = new TextEncoder().encode('x'.repeat(1024 * 1024));
    const pieces = Array.from({ length: 9 }, () => splitter.push(chunk)).flat();
    expect(pieces.map(({ length }) => length / (1024 * 1024))).toEqual([4, 4]);
    expect(splitter.finish()[0]).toHaveLength(1024 * 1024);
  });

  it('keeps an unfinished last event when the stream is cut', () => {
    const splitter = new StreamSplitter('text/event-stream');
    expect(splitter.push(new TextEncoder().encode('data: a\r\n\r\ndata: b'))).toEqual(['data: a\r\n\r\n']);
    expect(splitter.finish()).toEqual(['data: b']);
  });

  it('cuts ndjson at lines and anything else where the network did', () => {
    const lines = new StreamSplitter('application/vnd.openai.conversation-source+ndjson');
    expect(lines.push(new TextEncoder().encode('{"a":1}\n{"b"'))).toEqual(['{"a":1}\n']);
    const html = new StreamSplitter('text/html');
    expect(html.push(new TextEncoder().encode('<p>ä'))).toEqual(['<p>ä']);
  });
});
