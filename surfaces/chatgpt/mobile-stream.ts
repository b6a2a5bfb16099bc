import type { Reading } from '../../src/contract/extraction.ts';
import { type AnyNode, type CheerioAPI, type Element, isElement, parseHtml } from '../../src/extract/dom.ts';
import { parseJson } from '../../src/extract/framing.ts';
import { readAnonymousAnswer } from './anonymous-answer.ts';
import { AnswerDraft } from './answer-draft.ts';
import { resolveReferences } from './answer-references.ts';
import { isJson, type Json } from './delta-stream.ts';
import type { PayloadStream } from './payloads.ts';
import { messageFrom } from './wire.ts';

/** What the anonymous app's stream says. */
export interface MobileView {
  reading: Reading | null;
  error: { status: number | null; code: string; message: string } | null;
}

/**
 * Reads the anonymous app's stream: markup frames (seen 2026-07 to 2026-09) or JSON lines (seen 2026-10). Null when
 * the streams are not of that app. The last stream that is wins: a retry repeats the whole answer.
 */
export function readMobileStreams(streams: readonly PayloadStream[]): MobileView | null {
  for (const stream of [...streams].reverse()) {
    if (/data-web-mobile-dpu|data-conversation-control/.test(stream.html)) return readFrames(stream.html);
    const lines = stream.payloads.filter(isSourceLine);
    if (lines.length > 0) return readLines(lines);
  }
  return null;
}

// Variant 1: markup frames.

function readFrames(html: string): MobileView {
  const $ = parseHtml(html);
  const failed = $('[data-conversation-control="failed"]').first();
  const complete = $('[data-conversation-control="complete"]');
  const ended = $(
    '[data-conversation-control="message-stream-complete"], [data-conversation-control="terminal-received"]',
  );
  const isComplete = failed.length === 0 && (complete.length > 0 || ended.length > 0);
  const error =
    failed.length === 0
      ? null
      : {
          status: Number(failed.attr('data-failure-status')) || null,
          code: failed.attr('data-failure-reason') ?? 'failed',
          message: failed.attr('data-failure-origin') ?? '',
        };
  const final = finalMarkup(parseJson(complete.last().attr('data-conversation') ?? ''));
  const { markdown, draft } = readAnonymousAnswer(final === null ? blocksOf($) : final);
  return { reading: markdown === '' ? null : draft.reading(markdown, isComplete, null), error };
}

/** The finished conversation that the last control carries: the last answer as the page will show it. */
function finalMarkup(conversation: unknown): AnyNode[] | null {
  if (!isJson(conversation) || !Array.isArray(conversation.messages)) return null;
  const last: unknown = conversation.messages.findLast(
    (message) => isJson(message) && message.role === 'assistant',
  );
  if (!isJson(last) || typeof last.renderedHtml !== 'string' || last.renderedHtml.trim() === '') return null;
  return parseHtml(last.renderedHtml).root().toArray();
}

const INDEX = 'data-assistant-stream-block-index';

/** The blocks the frames add up to: the last snapshot of each, committed before pending, in order of their index. */
function blocksOf($: CheerioAPI): Element[] {
  const committed = new Map<number, Element>();
  const pending = new Map<number, Element>();
  for (const template of $('template[data-web-mobile-dpu-apply]').toArray()) {
    if (!isElement(template)) continue;
    const region = template.attribs.for ?? '';
    const blocks = /-committed/.test(region) ? committed : pending;
    if (blocks === pending && template.attribs['data-web-mobile-dpu-apply'] === 'replace') pending.clear();
    const found = $(template).children(`[${INDEX}]`).toArray().filter(isElement);
    for (const block of found) blocks.set(Number(block.attribs[INDEX]) || 0, block);
  }
  const all = new Map([...pending, ...committed]);
  return [...all].sort(([left], [right]) => left - right).map(([, block]) => block);
}

// Variant 2: JSON lines.

const LINE_TYPES = new Set(['content', 'control', 'state', 'shared']);

const isSourceLine = (payload: Json): boolean =>
  typeof payload.version === 'number' && typeof payload.type === 'string' && LINE_TYPES.has(payload.type);

interface LineState {
  messageId: unknown;
  markdown: string;
  status: string;
  references: unknown[];
}

function readLines(lines: readonly Json[]): MobileView {
  const state: LineState = { messageId: undefined, markdown: '', status: '', references: [] };
  let error: MobileView['error'] = null;
  for (const line of lines) {
    if (line.type === 'content') applyContent(state, line);
    error = failureOf(line) ?? error;
  }
  const complete = state.status === 'complete' && error === null;
  const shared = sharedMarkup(lines.findLast(({ type }) => type === 'shared'));
  const fromMarkup = shared === null ? null : readAnonymousAnswer(shared);
  if (fromMarkup !== null && fromMarkup.markdown !== '') {
    return { reading: fromMarkup.draft.reading(fromMarkup.markdown, complete, null), error };
  }
  return { reading: state.markdown.trim() === '' ? null : markdownReading(state, complete), error };
}

function applyContent(state: LineState, line: Json): void {
  if (line.messageId !== state.messageId)
    Object.assign(state, { messageId: line.messageId, markdown: '', references: [] });
  if (typeof line.status === 'string') state.status = line.status;
  const references = line.references ?? line.contentReferences ?? line.content_references;
  if (Array.isArray(references)) state.references = references;
  if (typeof line.markdown !== 'string') return;
  state.markdown = line.mode === 'append' ? state.markdown + line.markdown : line.markdown;
}

function failureOf(line: Json): MobileView['error'] {
  if (line.type !== 'control') return null;
  const name = line.control ?? line.name ?? line.kind ?? line.event;
  if (name !== 'failed' && name !== 'error') return null;
  const code = line.reason ?? line.code ?? line.failureReason;
  return {
    status: typeof line.status === 'number' ? line.status : null,
    code: typeof code === 'string' ? code : 'failed',
    message: typeof line.message === 'string' ? line.message : '',
  };
}

/** The finished answer as markup; the field that holds it is not documented, so the longest markup counts. */
function sharedMarkup(line: Json | undefined): AnyNode[] | null {
  const markup = stringsOf(line, 0).filter((text) => /^\s*</.test(text));
  const longest = markup.reduce((best, text) => (text.length > best.length ? text : best), '');
  return longest === '' ? null : parseHtml(longest).root().toArray();
}

function stringsOf(value: unknown, depth: number): string[] {
  if (typeof value === 'string') return [value];
  if (depth > 6 || typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((each) => stringsOf(each, depth + 1));
}

function markdownReading(state: LineState, complete: boolean): Reading {
  const { metadata } = messageFrom({ metadata: { content_references: state.references } });
  const resolved = resolveReferences(state.markdown, metadata);
  const draft = new AnswerDraft();
  draft.add(resolved.sources);
  draft.citations.push(...resolved.citations);
  draft.mentions.push(...resolved.mentions);
  draft.cards.push(...resolved.cards);
  return draft.reading(resolved.markdown, complete, null);
}
