import { DeltaStream, isJson, type Json } from './delta-stream.ts';
import type { PayloadStream } from './payloads.ts';
import { type Message, messageFrom } from './wire.ts';

/** What the signed-in app's streams say of the last turn. */
export interface Turn {
  /** Everything after the last prompt, in order: tool calls, results, thoughts, answers. */
  messages: Message[];
  /** The message the user reads as the answer; null when none has any text. */
  answer: Message | null;
  /** True when the answer came to its own end. */
  complete: boolean;
  /** Event payloads beside the messages: `ads`, `server_ste_metadata`, … */
  events: Json[];
  /** What the stream itself gave as its error. */
  error: { code: string; message: string } | null;
  /** Deltas that fitted nowhere: more than a few mean a wire we do not know. */
  unplaced: number;
}

/**
 * Replays the streams and picks the last turn. A message that comes again (resumed or retried streams) replaces the
 * earlier one in its place. Null when the streams hold no message and no error of this app.
 */
export function readTurn(streams: readonly PayloadStream[]): Turn | null {
  const log = new Map<string, Json>();
  const turn = { events: [] as Json[], error: null as Turn['error'], unplaced: 0 };
  let ended = false;
  for (const stream of streams) {
    const replayed = replay(stream.payloads);
    for (const [id, message] of replayed.messages) log.set(id, message);
    turn.events.push(...replayed.events);
    turn.unplaced += replayed.unplaced;
    if (replayed.messages.length > 0) {
      ended = stream.ended || replayed.stored;
      turn.error = replayed.error;
    } else turn.error = replayed.error ?? turn.error;
  }
  if (log.size === 0 && turn.error === null) return null;
  const messages = lastTurn([...log.values()].map(messageFrom));
  const answer = answerOf(messages);
  return { ...turn, messages, answer, complete: answer !== null && isComplete(answer, ended) };
}

interface Replayed {
  messages: [id: string, message: Json][];
  events: Json[];
  error: Turn['error'];
  unplaced: number;
  /** True for a stored conversation, which is as finished as it gets. */
  stored: boolean;
}

/** Deltas, whole-message snapshots (the wire until 2024) and stored conversations, in order of appearance. */
function replay(payloads: readonly Json[]): Replayed {
  const deltas = new DeltaStream();
  const documents: Json[] = [];
  const events: Json[] = [];
  let error: Turn['error'] = null;
  let stored = false;
  for (const payload of payloads) {
    error = errorOf(payload) ?? error;
    if (isJson(payload.mapping)) {
      stored = true;
      documents.push(...storedMessages(payload));
    } else if (isJson(payload.input_message)) documents.push({ message: payload.input_message });
    else if (isJson(payload.message) && payload.v === undefined) documents.push(payload);
    else if (typeof payload.type === 'string') events.push(payload);
    else if ('v' in payload || 'o' in payload) {
      const before = deltas.documents.length;
      deltas.push(payload);
      const document = deltas.documents[before];
      if (document !== undefined) documents.push(document);
    }
  }
  const messages = documents.flatMap((document, index): Replayed['messages'] => {
    error = errorOf(document) ?? error;
    const { message } = document;
    return isJson(message) ? [[typeof message.id === 'string' ? message.id : `#${index}`, message]] : [];
  });
  return { messages, events, error, unplaced: deltas.unplaced, stored };
}

function errorOf(payload: Json): Turn['error'] {
  const { error, detail } = payload;
  const code = typeof payload.error_code === 'string' ? payload.error_code : '';
  const told = error ?? (payload.message === undefined && payload.v === undefined ? detail : undefined);
  if (typeof told === 'string' && told !== '') return { code, message: told };
  if (isJson(told)) {
    const text = (value: unknown): string => (typeof value === 'string' ? value : '');
    return {
      code: text(told.code) || code,
      message: text(told.message) || text(told.detail) || text(told.code),
    };
  }
  return code === '' ? null : { code, message: code };
}

/** `GET /backend-api/conversation/<id>`: from the current node back to the root. */
function storedMessages(conversation: Json): Json[] {
  const { mapping } = conversation;
  const chain: Json[] = [];
  const seen = new Set<string>();
  let id = conversation.current_node;
  while (isJson(mapping) && typeof id === 'string' && !seen.has(id)) {
    seen.add(id);
    const node = mapping[id];
    if (!isJson(node)) break;
    if (isJson(node.message)) chain.unshift({ message: node.message });
    id = node.parent;
  }
  return chain;
}

const isPrompt = (message: Message): boolean =>
  message.author.role === 'user' &&
  message.content.content_type !== 'user_editable_context' &&
  !message.metadata.is_visually_hidden_from_conversation;

function lastTurn(messages: readonly Message[]): Message[] {
  return messages.slice(messages.findLastIndex(isPrompt) + 1);
}

/** Text the user reads as answer: said to all, in the final channel, not hidden, not a thinking model's preamble. */
function isAnswer(message: Message): boolean {
  const { author, recipient, channel, content, metadata } = message;
  return (
    author.role === 'assistant' &&
    (recipient === 'all' || recipient === null) &&
    (content.content_type === 'text' || content.content_type === 'multimodal_text') &&
    (channel === null || channel === 'final') &&
    !metadata.is_visually_hidden_from_conversation &&
    !metadata.is_thinking_preamble_message &&
    content.parts.some((part) => part.trim() !== '')
  );
}

const isFinished = (message: Message): boolean => message.status === 'finished_successfully';

function answerOf(messages: readonly Message[]): Message | null {
  const answers = messages.filter(isAnswer);
  return (
    answers.findLast((message) => isFinished(message) && message.end_turn === true) ?? answers.at(-1) ?? null
  );
}

const CUT_SHORT = new Set(['interrupted', 'max_tokens']);

function isComplete(answer: Message, streamEnded: boolean): boolean {
  if (CUT_SHORT.has(answer.metadata.finish_details?.type ?? '')) return false;
  return (
    (isFinished(answer) && answer.end_turn === true) ||
    (streamEnded && answer.status !== 'finished_partial_completion')
  );
}
