import type { Exchange } from '../../src/contract/capture-record.ts';
import type { Reading } from '../../src/contract/extraction.ts';
import { resolveReferences } from './answer-references.ts';
import { adsOf, shoppingOf } from './commerce.ts';
import { isJson, type Json } from './delta-stream.ts';
import { fanOutQueries } from './fan-out.ts';
import { readMobileStreams } from './mobile-stream.ts';
import { type PayloadStream, payloadStreams } from './payloads.ts';
import { retrievedSources } from './sources.ts';
import { readTurn, type Turn } from './turn.ts';

/** An error the answer endpoint gave instead of an answer. */
export interface TranscriptError {
  /** HTTP status where the endpoint refused, else null. */
  status: number | null;
  code: string;
  message: string;
}

/** What the network says. */
export interface TranscriptView {
  reading: Reading | null;
  /** Which app's wire it is; null when nothing was understood. */
  app: 'anonymous' | 'signed_in' | null;
  error: TranscriptError | null;
  warnings: string[];
}

/** Reads the transcript of either app. Never throws: what is cut or foreign is left out and said in `warnings`. */
export function readTranscript(transcript: readonly Exchange[]): TranscriptView {
  const streams = payloadStreams(transcript);
  const refused = refusal(streams);
  const mobile = readMobileStreams(streams);
  if (mobile !== null) {
    return { reading: mobile.reading, app: 'anonymous', error: mobile.error ?? refused, warnings: [] };
  }
  const turn = readTurn(streams);
  if (turn === null) {
    const unrecognised = refused === null && streams.some(isUnrecognised);
    return {
      reading: null,
      app: null,
      error: refused,
      warnings: unrecognised ? ['transcript_unrecognised'] : [],
    };
  }
  const error = turn.error === null ? refused : { status: refused?.status ?? null, ...turn.error };
  return { reading: readingOf(turn), app: 'signed_in', error, warnings: warningsOf(turn) };
}

/** True when something came that none of the known wires explains. */
function isUnrecognised({ payloads, html, foreign }: PayloadStream): boolean {
  return foreign || html.trim() !== '' || (payloads.length > 0 && !payloads.some(isKnownEvent));
}

function isKnownEvent(payload: Json): boolean {
  const { type, metadata } = payload;
  return (
    typeof type === 'string' && (isJson(metadata) || 'conversation_id' in payload || 'topic_id' in payload)
  );
}

function refusal(streams: readonly PayloadStream[]): TranscriptError | null {
  const last = streams.findLast(({ refusedStatus }) => refusedStatus !== null);
  return last === undefined
    ? null
    : { status: last.refusedStatus, code: '', message: JSON.stringify(last.payloads[0] ?? {}) };
}

function readingOf(turn: Turn): Reading {
  const { messages, answer } = turn;
  const resolved = resolveReferences(answer?.content.parts.join('') ?? '', {
    content_references: answer?.metadata.content_references ?? [],
    citations: answer?.metadata.citations ?? [],
  });
  const retrieved = retrievedSources(messages);
  const queries = fanOutQueries(messages);
  const shopping = shoppingOf(resolved.products);
  const ads = adsOf(turn.events);
  const label = modelOf(turn);
  return {
    complete: turn.complete,
    markdown: resolved.markdown,
    citations: resolved.citations,
    sources: [...resolved.sources, ...retrieved],
    fanOut: { provenance: 'observed', queries },
    mentions: resolved.mentions.length === 0 ? null : onceEach(resolved.mentions),
    shopping: shopping.length === 0 ? null : shopping,
    ads: ads.length === 0 ? null : ads,
    results: null,
    related: null,
    model: label === null ? null : { label, providerId: label },
    // `is_search` and `tool_invoked` are true even on turns that never searched (chatgpt.md d2, 2026-01).
    webSearch: queries.length > 0 || retrieved.length > 0 || resolved.citations.length > 0,
    cards: resolved.cards,
  };
}

function onceEach(mentions: NonNullable<Reading['mentions']>): NonNullable<Reading['mentions']> {
  return [...new Map(mentions.map((mention) => [`${mention.text}\n${mention.category}`, mention])).values()];
}

/** The model that wrote the answer; `auto` names none. */
function modelOf({ answer, messages, events }: Turn): string | null {
  const authors = [answer, ...messages.filter(({ author }) => author.role === 'assistant').reverse()];
  const slugs = authors.flatMap((message) => [
    message?.metadata.model_slug,
    message?.metadata.resolved_model_slug,
  ]);
  const told = events.find(({ type }) => type === 'server_ste_metadata')?.metadata;
  const fallback = isJson(told) && typeof told.model_slug === 'string' ? told.model_slug : null;
  return [...slugs, fallback].find((slug) => slug != null && slug !== '' && slug !== 'auto') ?? null;
}

const MAX_UNPLACED = 3;

function warningsOf(turn: Turn): string[] {
  return turn.unplaced > MAX_UNPLACED ? [`deltas_unplaced:${turn.unplaced}`] : [];
}
