import type { Exchange } from '../../src/contract/capture-record.ts';
import { bodyOf, parseJson, parseJsonLines, parseSse } from '../../src/extract/framing.ts';
import { isJson, type Json } from './delta-stream.ts';

/** One stream of an answer endpoint, unframed. */
export interface PayloadStream {
  payloads: Json[];
  /** Markup frames of the anonymous app (`text/vnd.openai.web-mobile-partial+html`). */
  html: string;
  /** True when the stream said that it is finished. */
  ended: boolean;
  /** HTTP status where the endpoint refused. */
  refusedStatus: number | null;
  /** True when something came that is not one of the known framings. */
  foreign: boolean;
}

/** One item of a turn that comes over the WebSocket (chatgpt.md d3, seen 2026-07 to 2026-09). */
interface SocketItem {
  id: string;
  parent: string | null;
  text: string;
}

/**
 * The payloads of a transcript, whatever carried them: event stream, JSON lines, JSON document, WebSocket messages or
 * markup frames. All WebSocket items together are one stream, without repeats, in the order of their parent chain.
 */
export function payloadStreams(transcript: readonly Exchange[]): PayloadStream[] {
  const items: SocketItem[] = [];
  const streams = transcript.map((exchange) => readExchange(exchange, items));
  const handedOff = items.length === 0 ? [] : [streamOf(parseSse(inOrder(items).join('\n')))];
  const socketEnded = streams.some(
    (stream, index) => transcript[index]?.kind === 'websocket' && stream.ended,
  );
  for (const stream of handedOff) stream.ended ||= socketEnded;
  return [...streams, ...handedOff];
}

function readExchange(exchange: Exchange, items: SocketItem[]): PayloadStream {
  const stream = exchange.kind === 'websocket' ? readSocket(exchange) : readBody(bodyOf(exchange));
  // Reading the stored conversation may be refused without harm; asking may not.
  const refused = exchange.method === 'POST' && exchange.status !== null && exchange.status >= 400;
  const payloads = stream.payloads.flatMap((payload) => {
    const found = socketItems(payload);
    items.push(...found.items);
    stream.ended ||= found.done;
    return found.isEnvelope ? [] : [payload];
  });
  return { ...stream, payloads, refusedStatus: refused ? exchange.status : null };
}

function readSocket(exchange: Exchange): PayloadStream {
  const values = exchange.frames
    .filter(({ direction }) => direction === 'in')
    .map(({ data }) => parseJson(data));
  return { payloads: values.flatMap(objectsOf), html: '', ended: false, refusedStatus: null, foreign: false };
}

function readBody(body: string): PayloadStream {
  const start = body.trimStart();
  if (start.startsWith('<')) return emptyStream({ html: body });
  if (!/^[[{"]/.test(start)) return streamOf(parseSse(body));
  const whole = parseJson(start);
  const values = whole === undefined ? parseJsonLines(body) : [whole];
  const payloads = values.flatMap(objectsOf);
  return emptyStream({ payloads, foreign: payloads.length === 0 });
}

function emptyStream(known: Partial<PayloadStream>): PayloadStream {
  return { payloads: [], html: '', ended: false, refusedStatus: null, foreign: false, ...known };
}

/** First payload of every delta stream; alone, of one that was cut at once. */
const DELTA_VERSION = 'v1';

function streamOf(events: readonly { data: string }[]): PayloadStream {
  const stream = emptyStream({});
  for (const { data } of events) {
    if (data.trim() === '[DONE]') stream.ended = true;
    else if (data.trimStart().startsWith('<')) stream.html += `${data}\n`;
    else stream.payloads.push(...objectsOf(parseJson(data)));
  }
  const nothing = stream.payloads.length === 0 && stream.html === '' && !stream.ended;
  stream.foreign = nothing && events.some(({ data }) => parseJson(data) !== DELTA_VERSION);
  stream.ended ||= stream.payloads.some(({ type }) => type === 'message_stream_complete');
  return stream;
}

function objectsOf(value: unknown): Json[] {
  if (Array.isArray(value)) return value.flatMap(objectsOf);
  return isJson(value) ? [value] : [];
}

const ENVELOPE_TYPES = new Set([
  'message',
  'reply',
  'subscribe',
  'subscribed',
  'connected',
  'done',
  'pong',
  'ping',
]);
const DONE_TYPES = new Set(['done', 'conversation-turn-complete']);
const MAX_DEPTH = 8;

/** Stream items anywhere inside a WebSocket message (`catchups` of a subscribe reply nest them). */
function socketItems(message: Json): { items: SocketItem[]; done: boolean; isEnvelope: boolean } {
  const items: SocketItem[] = [];
  let done = false;
  const visit = (value: unknown, depth: number): void => {
    if (depth > MAX_DEPTH) return;
    if (Array.isArray(value)) for (const each of value) visit(each, depth + 1);
    if (!isJson(value)) return;
    if (typeof value.type === 'string' && DONE_TYPES.has(value.type)) done = true;
    if (typeof value.encoded_item === 'string') items.push(socketItem(value, value.encoded_item));
    else for (const each of Object.values(value)) if (typeof each === 'object') visit(each, depth + 1);
  };
  const isEnvelope = typeof message.type === 'string' && ENVELOPE_TYPES.has(message.type);
  if (isEnvelope || 'encoded_item' in message || 'catchups' in message) visit(message, 0);
  return { items, done, isEnvelope: isEnvelope || items.length > 0 };
}

function socketItem(value: Json, text: string): SocketItem {
  const { stream_item_id: id, parent_stream_item_id: parent } = value;
  return {
    id: typeof id === 'string' ? id : text,
    parent: typeof parent === 'string' ? parent : null,
    text: text.endsWith('\n\n') ? text : `${text}\n\n`,
  };
}

/** Each item once: an item follows its parent, and otherwise the order of arrival stands. */
function inOrder(items: readonly SocketItem[]): string[] {
  const known = new Map<string, SocketItem>();
  for (const item of items) if (!known.has(item.id)) known.set(item.id, item);
  const children = new Map<string | null, SocketItem[]>();
  for (const item of known.values()) {
    const parent = item.parent !== null && known.has(item.parent) ? item.parent : null;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [item]);
    else siblings.push(item);
  }
  const ordered: string[] = [];
  const open = [...(children.get(null) ?? [])].reverse();
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    ordered.push(item.text);
    open.push(...(children.get(item.id) ?? []).reverse());
  }
  return ordered;
}
