import { createParser } from 'eventsource-parser';
import { z } from 'zod';
import { type Exchange, exchangeSchema } from '../contract/capture-record.ts';

/** One decoded message of a stream: its event name, when it has one, and its data. */
export interface StreamEvent {
  event: string | undefined;
  data: string;
}

/** Decodes a text/event-stream body (WHATWG HTML 9.2). Comments are left out; an unfinished last event is kept. */
export function parseSse(body: string): StreamEvent[] {
  const events: StreamEvent[] = [];
  const parser = createParser({ onEvent: (event) => events.push({ event: event.event, data: event.data }) });
  parser.feed(body);
  parser.feed('\n\n');
  return events;
}

/** JSON of each line of an ndjson body; a line that is no JSON (a cut last one) is left out. */
export function parseJsonLines(body: string): unknown[] {
  return body.split('\n').flatMap((line) => {
    const value = parseJson(line);
    return value === undefined ? [] : [value];
  });
}

/** The value of a JSON text, or undefined when it is not JSON (streams are cut; that is not an error here). */
export function parseJson(text: string): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  try {
    return JSON.parse(trimmed);
  } catch {
    return undefined; // A cut or foreign frame: the caller counts what it could read.
  }
}

/** The whole body of an exchange, its frames joined. */
export function bodyOf(exchange: Exchange): string {
  return exchange.frames.map((frame) => frame.data).join('');
}

/**
 * A transcript given as a file (`fleet extract --transcript`): raw SSE text, a JSON array of payloads, JSON lines, one
 * JSON object, markup frames, or the `Exchange` lines of a fixture. Payloads become SSE `data:` events, so that one
 * decoder reads them all.
 */
export function transcriptFromText(text: string, url: string): Exchange[] {
  const trimmed = text.trimStart();
  const stored = storedExchanges(trimmed);
  if (stored.length > 0) return stored;
  return [
    {
      kind: 'fetch',
      method: 'POST',
      url,
      status: 200,
      contentType: trimmed.startsWith('<') ? 'text/html' : 'text/event-stream',
      startedAt: 0,
      endedAt: 0,
      end: 'complete',
      clipped: false,
      frames: framesOf(text, trimmed).map((data) => ({ at: 0, data, direction: 'in' as const })),
    },
  ];
}

function framesOf(text: string, trimmed: string): string[] {
  if (trimmed.startsWith('<')) return [text];
  if (/^[[{"]/.test(trimmed)) {
    const whole = parseJson(trimmed);
    if (Array.isArray(whole)) return whole.map((payload) => `data: ${JSON.stringify(payload)}\n\n`);
    return whole === undefined ? linesToFrames(text) : [`data: ${JSON.stringify(whole)}\n\n`];
  }
  // Tools write a line of their own before the stream, so the first line alone does not tell.
  return /^(?:event|data|id|retry)?:/m.test(trimmed) ? [text] : linesToFrames(text);
}

/** Lines that are whole recorded exchanges; none unless all of them are. */
function storedExchanges(text: string): Exchange[] {
  if (!/^\{[^\n]*"frames"/.test(text)) return [];
  const lines = z.array(exchangeSchema).safeParse(parseJsonLines(text));
  return lines.success ? lines.data : [];
}

function linesToFrames(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => `data: ${line}\n\n`);
}
