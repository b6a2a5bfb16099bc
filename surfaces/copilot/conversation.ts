import type { Exchange } from '../../src/contract/capture-record.ts';
import { bodyOf, parseJson, parseSse } from '../../src/extract/framing.ts';
import {
  cardType,
  citationOf,
  emptyMessage,
  hasText,
  type Message,
  messageOfConversation,
  partOf,
} from './message.ts';
import { arrayOf, isJson, type Json, objectsIn, queriesIn, textOf } from './wire.ts';

/** A refusal the wire names. */
export interface WireError {
  code: string;
  /** When the next ask is allowed, as the surface says it; empty where it does not. */
  nextAvailableAt: string;
}

/** What came over the wire, of all sockets and requests together. */
export interface Conversation {
  messages: Message[];
  /** The newest answer of a conversation that the page read as a whole. */
  history: Message | null;
  errors: WireError[];
  /** Method of a check that no text followed (`unnamed` where it has none), else null. */
  pendingCheck: string | null;
  queries: string[];
  followUps: string[];
  /** Events that are known to us; 0 means that nothing was understood. */
  understood: number;
}

/** Reads all exchanges in order; a message that another socket resumes goes on where it stopped. Never throws. */
export function conversationOf(transcript: readonly Exchange[]): Conversation {
  const reader = new EventReader();
  for (const exchange of transcript) {
    for (const value of valuesOf(exchange)) {
      if (Array.isArray(value.results) || Array.isArray(value.messages)) reader.readWhole(value);
      else reader.readEvent(value);
    }
  }
  return reader.conversation;
}

function valuesOf(exchange: Exchange): Json[] {
  if (exchange.kind === 'websocket') {
    return exchange.frames.flatMap(({ data, direction }) => (direction === 'in' ? objectsIn(data) : []));
  }
  const body = bodyOf(exchange);
  if (!/^(?:data|event|id|retry|):/m.test(body)) return objectsIn(body);
  return parseSse(body).flatMap(({ data }) => [parseJson(data)].flat().filter(isJson));
}

/** Puts messages together from events (copilot.md d; clients of 2026-06 to 2026-09). */
class EventReader {
  readonly conversation: Conversation = {
    messages: [],
    history: null,
    errors: [],
    pendingCheck: null,
    queries: [],
    followUps: [],
    understood: 0,
  };
  #imagePrompt = '';

  readWhole(body: Json): void {
    const message = messageOfConversation(body);
    this.conversation.understood += 1;
    if (message !== undefined && hasText(message)) this.conversation.history = message;
  }

  readEvent(event: Json): void {
    const name = textOf(event.event);
    const read = this.#readers[name];
    this.conversation.queries.push(...queriesIn(event));
    if (read !== undefined) {
      this.conversation.understood += 1;
      read(event);
    } else if (isJson(event.card)) this.#message(event).cards.push(cardType(event));
  }

  /** By event name; what is not here (`titleUpdate`, `chainOfThought`, …) says nothing of the answer. */
  readonly #readers: Readonly<Record<string, (event: Json) => void>> = {
    connected: () => undefined,
    received: () => undefined,
    pong: () => undefined,
    titleUpdate: () => undefined,
    chainOfThought: () => undefined,
    partCompleted: () => undefined,
    startMessage: (event) => void this.#message(event),
    appendText: (event) => this.#append(event),
    replaceText: (event) => this.#replace(event),
    citation: (event) => this.#cite(event),
    card: (event) => void this.#message(event).cards.push(cardType(event)),
    generatingImage: (event) => {
      this.#imagePrompt = textOf(event.prompt);
    },
    imageGenerated: (event) =>
      void this.#message(event).images.push({ url: textOf(event.url), prompt: this.#imagePrompt }),
    done: (event) => {
      this.#message(event).ended = true;
    },
    suggestedFollowups: (event) => {
      this.conversation.followUps = arrayOf(event.suggestions).flatMap((item) => {
        const text = isJson(item) ? textOf(item.text) || textOf(item.title) : textOf(item);
        return text.trim() === '' ? [] : [text.trim()];
      });
    },
    challenge: (event) => {
      this.conversation.pendingCheck = textOf(event.method) || 'unnamed';
    },
    error: (event) => this.#fail(event),
    chatMessageError: (event) => this.#fail(event),
  };

  #message(event: Json): Message {
    const id = textOf(event.messageId);
    const { messages } = this.conversation;
    const known = id === '' ? messages.at(-1) : messages.find((message) => message.id === id);
    if (known !== undefined) return known;
    const message = emptyMessage(id);
    messages.push(message);
    return message;
  }

  #append(event: Json): void {
    const text = textOf(event.text);
    const part = partOf(this.#message(event), textOf(event.partId));
    part.text += text;
    // Checks by computation are answered by the page itself; an answer that follows says that this one was.
    if (text !== '') this.conversation.pendingCheck = null;
  }

  #replace(event: Json): void {
    const part = partOf(this.#message(event), textOf(event.partId));
    part.text = textOf(event.text);
    for (const citation of part.citations) citation.at = null;
  }

  #cite(event: Json): void {
    const part = partOf(this.#message(event), textOf(event.partId));
    part.citations.push({ ...citationOf(event), at: part.text.length });
  }

  #fail(event: Json): void {
    const detail = isJson(event.errorDetail) ? event.errorDetail : {};
    const code = textOf(event.errorCode) || textOf(detail.type) || textOf(event.event);
    this.conversation.errors.push({ code, nextAvailableAt: textOf(detail.nextAvailableAt) });
  }
}
