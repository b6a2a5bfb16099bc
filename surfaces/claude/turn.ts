import type { Exchange } from '../../src/contract/capture-record.ts';
import { bodyOf, parseJson, parseJsonLines, parseSse, type StreamEvent } from '../../src/extract/framing.ts';
import { BlockStream, blocksOfMessage, type ContentBlock } from './content-blocks.ts';
import { arrayOf, isJson, type Json, limitSchema, textOf } from './wire.ts';

/** An error the surface gave instead of an answer, or in the middle of one. */
export interface TurnError {
  /** HTTP status where the endpoint refused, else null. */
  status: number | null;
  code: string;
  message: string;
}

/** One assistant turn as one exchange tells it. */
export interface Turn {
  blocks: ContentBlock[];
  stopReason: string | null;
  /** The stream said that it is over; finished messages count as ended. */
  ended: boolean;
  /** The size cap cut the exchange: its end is unknown. */
  clipped: boolean;
  error: TurnError | null;
  limit: { type: string; resetsAt: number | null } | null;
  model: string | null;
  /** False when nothing of what came was understood. */
  understood: boolean;
}

/** What the network told of each exchange, in order. */
export function turnsOf(transcript: readonly Exchange[]): Turn[] {
  return transcript.filter(({ kind }) => kind === 'fetch').map(readExchange);
}

function readExchange(exchange: Exchange): Turn {
  const body = bodyOf(exchange);
  const events = eventsOf(body);
  const turn = readEvents(events);
  turn.clipped = exchange.clipped;
  const { status } = exchange;
  if (status !== null && status >= 400) {
    turn.error = { code: '', message: body.slice(0, 500), ...turn.error, status };
    turn.understood = true;
  }
  return turn;
}

function eventsOf(body: string): { name: string; payload: Json }[] {
  const start = body.trimStart();
  if (/^[[{]/.test(start)) {
    const whole = parseJson(start);
    return (whole === undefined ? parseJsonLines(body) : [whole]).flatMap((value) => named(undefined, value));
  }
  return parseSse(body).flatMap(({ event, data }: StreamEvent) => named(event, parseJson(data)));
}

function named(event: string | undefined, value: unknown): { name: string; payload: Json }[] {
  if (Array.isArray(value)) return value.flatMap((item) => named(event, item));
  if (!isJson(value)) return [];
  return [{ name: textOf(value.type) || (event ?? ''), payload: value }];
}

function emptyTurn(): Turn {
  return {
    blocks: [],
    stopReason: null,
    ended: false,
    clipped: false,
    error: null,
    limit: null,
    model: null,
    understood: false,
  };
}

function readEvents(events: readonly { name: string; payload: Json }[]): Turn {
  const turn = emptyTurn();
  const stream = new BlockStream();
  const messages: Json[] = [];
  for (const { name, payload } of events) {
    if (isMessage(payload)) messages.push(payload);
    else if (Array.isArray(payload.chat_messages)) {
      turn.model = textOf(payload.model) || turn.model;
      messages.push(...payload.chat_messages.filter(isJson));
    } else readEvent(name, payload, turn, stream, messages);
  }
  turn.blocks = stream.blocks();
  if (messages.length > 0) readMessages(messages, turn);
  return turn;
}

/** A whole message: `sender` in conversations and exports, `role` with content in the public API's framing. */
function isMessage(payload: Json): boolean {
  return (
    (typeof payload.sender === 'string' || typeof payload.role === 'string') && Array.isArray(payload.content)
  );
}

const KNOWN = new Set([
  'message_start',
  'message_snapshot',
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'message_delta',
  'message_limit',
  'message_stop',
  'completion',
  'error',
  'ping',
  'title',
]);

function readEvent(name: string, payload: Json, turn: Turn, stream: BlockStream, messages: Json[]): void {
  turn.understood ||= KNOWN.has(name);
  const index = typeof payload.index === 'number' ? payload.index : 0;
  if (name === 'content_block_start' && isJson(payload.content_block))
    stream.start(index, payload.content_block);
  if (name === 'content_block_delta' && isJson(payload.delta)) stream.delta(index, payload.delta);
  if (name === 'message_start' && isJson(payload.message))
    turn.model = textOf(payload.message.model) || turn.model;
  if (name === 'message_snapshot' && isJson(payload.message) && isMessage(payload.message)) {
    if (arrayOf(payload.message.content).length > 0) messages.push(payload.message);
  }
  if (name === 'message_delta' && isJson(payload.delta))
    turn.stopReason = textOf(payload.delta.stop_reason) || turn.stopReason;
  if (name === 'message_stop') turn.ended = true;
  if (name === 'message_limit') turn.limit = limitOf(payload.message_limit) ?? turn.limit;
  if (name === 'error') {
    turn.error = errorOf(payload);
    // A refused send quotes its limit inside the message (claude.md a).
    turn.limit = limitOf(parseJson(turn.error.message)) ?? turn.limit;
  }
  if (name === 'completion') readCompletion(payload, turn, stream);
}

/** The framing of 2023 and 2024: bare text. */
function readCompletion(payload: Json, turn: Turn, stream: BlockStream): void {
  stream.delta(0, { type: 'text_delta', text: payload.completion });
  turn.stopReason = textOf(payload.stop_reason) || turn.stopReason;
  turn.model = textOf(payload.model) || turn.model;
}

function limitOf(value: unknown): Turn['limit'] {
  const read = limitSchema.safeParse(value);
  if (!read.success) return null;
  const resets = Object.values(read.data.windows).flatMap((window) =>
    isJson(window) && window.status === read.data.type && typeof window.resets_at === 'number'
      ? [window.resets_at]
      : [],
  );
  return { type: read.data.type, resetsAt: read.data.resetsAt ?? resets[0] ?? null };
}

function errorOf(payload: Json): TurnError {
  const error = isJson(payload.error) ? payload.error : {};
  return { status: null, code: textOf(error.type), message: textOf(error.message) };
}

/** The last assistant message of a conversation, unless a prompt stands unanswered after it. */
function readMessages(messages: readonly Json[], turn: Turn): void {
  turn.understood = true;
  const last = messages.at(-1);
  if (last === undefined || turn.blocks.some(({ kind }) => kind === 'text')) return;
  if (last.sender !== 'assistant' && last.role !== 'assistant') return;
  const content = arrayOf(last.content);
  turn.blocks = blocksOfMessage(content.length > 0 ? content : [{ type: 'text', text: textOf(last.text) }]);
  turn.stopReason = textOf(last.stop_reason) || turn.stopReason;
  turn.model = textOf(last.model) || turn.model;
  turn.ended = true;
}
