import type { Exchange } from '../../src/contract/capture-record.ts';
import type { DraftSource, Reading } from '../../src/contract/extraction.ts';
import { withLiteralTex } from '../../src/extract/tex-math.ts';
import { isWebUrl } from '../../src/extract/urls.ts';
import { type Conversation, conversationOf, type WireError } from './conversation.ts';
import { hasText, type Message, type PlacedCitation } from './message.ts';
import { type Marked, withMarks } from './reference-marks.ts';
import { draftOf } from './sources.ts';

/** What the network says. */
export interface TranscriptView {
  reading: Reading | null;
  errors: WireError[];
  /** Method of a check that nothing followed, else null. */
  pendingCheck: string | null;
  /** True when citations came but where they belong in the text is not known. */
  placesUnknown: boolean;
  /** The recorder's size cap cut a socket: it does not prove that the answer was cut. */
  clipped: boolean;
  loginState: 'anonymous' | 'signed_in' | 'unknown';
  warnings: string[];
}

/** Reads the transcript. Never throws: what is cut or foreign is left out and said in `warnings`. */
export function readTranscript(transcript: readonly Exchange[]): TranscriptView {
  const conversation = conversationOf(transcript);
  const message = chosen(conversation);
  const marked = message === undefined ? null : markedText(message);
  const came = transcript.some(({ frames }) => frames.some(({ direction }) => direction === 'in'));
  const { errors, pendingCheck } = conversation;
  return {
    reading: message === undefined || marked === null ? null : readingOf(message, marked, conversation),
    errors,
    pendingCheck,
    placesUnknown: marked?.placesUnknown ?? false,
    clipped: transcript.some(({ clipped }) => clipped),
    loginState: loginStateOf(transcript),
    warnings: [
      ...(came && conversation.understood === 0 ? ['transcript_unrecognised'] : []),
      ...new Set(message?.cards.map((type) => `card_not_read:${type}`)),
      ...errors.flatMap(({ nextAvailableAt: at }) => (at === '' ? [] : [`throttled_until:${at}`])),
    ],
  };
}

/** The last whole answer of the sockets, else the history's, else the last one that says something. */
function chosen({ messages, history }: Conversation): Message | undefined {
  const said = messages.filter(hasText);
  return (
    said.findLast(({ ended }) => ended) ??
    history ??
    said.at(-1) ??
    messages.findLast(({ images }) => images.length > 0)
  );
}

interface Cited extends PlacedCitation {
  source: DraftSource;
}

function markedText(message: Message): Marked {
  let text = '';
  const cited: Cited[] = [];
  for (const part of message.parts) {
    if (part.text !== '' && text !== '') text += '\n\n';
    for (const citation of part.citations) {
      const { url, title, publisher } = citation;
      const source = draftOf({ url, title, publisher });
      const at = citation.at === null ? null : text.length + citation.at;
      if (source !== undefined) cited.push({ ...citation, source, at });
    }
    text += part.text;
  }
  const placed = areListed(text, cited) ? cited.map((citation) => ({ ...citation, at: null })) : cited;
  const marked = withMarks(
    text,
    cited.map(({ source, title }) => ({ source, title })),
    placed,
  );
  return {
    ...marked,
    markdown: withLiteralTex(marked.markdown),
    sources: inOrder([...cited.map(({ source }) => source), ...marked.sources]),
  };
}

/** Citations that all came before or after a text of several blocks are a list: they say nothing of places. */
function areListed(text: string, cited: readonly Cited[]): boolean {
  const end = text.trimEnd().length;
  const early = cited.every(({ at }) => at === null || at === 0);
  const late = cited.every(({ at }) => at === null || at >= end);
  return cited.length > 0 && (early || (late && /\n\s*\S/.test(text.trim())));
}

/** Each page once, numbered in order of arrival. */
function inOrder(sources: readonly DraftSource[]): DraftSource[] {
  const once = new Map<string, DraftSource>();
  for (const source of sources) if (!once.has(source.key)) once.set(source.key, source);
  return [...once.values()].map((source, index) => ({ ...source, position: index + 1 }));
}

function readingOf(message: Message, marked: Marked, { queries, followUps }: Conversation): Reading {
  const images = message.images.filter(({ url }) => isWebUrl(url));
  return {
    complete: message.ended,
    markdown: marked.markdown,
    citations: marked.citations,
    sources: marked.sources,
    fanOut: queries.length === 0 ? null : { provenance: 'observed', queries: [...new Set(queries)] },
    mentions: null,
    shopping: null,
    ads: null,
    results: null,
    related: followUps.length === 0 ? null : followUps.map((text) => ({ type: 'follow_up' as const, text })),
    model: null,
    // An answer without sources may have searched and used nothing: only sources and queries prove it.
    webSearch: marked.sources.length > 0 || queries.length > 0 ? true : null,
    cards: images.map(({ url, prompt }) => ({ type: 'image' as const, text: prompt, url })),
  };
}

/** The socket's address carries the account's token, or none (copilot.md d). */
function loginStateOf(transcript: readonly Exchange[]): TranscriptView['loginState'] {
  const sockets = transcript.filter(({ kind, url }) => kind === 'websocket' && url.includes('/c/api/chat'));
  if (sockets.length === 0) return 'unknown';
  return sockets.some(({ url }) => /[?&]accessToken=[^&]/.test(url)) ? 'signed_in' : 'anonymous';
}
