import { parseJson } from '../../src/extract/framing.ts';
import { arrayOf, type Citation, citationSchema, isJson, type Json, textOf } from './wire.ts';

/** A stretch of a text block that cites; UTF-16 offsets into the block's own text. */
export interface CitedSpan {
  start: number;
  end: number;
  citation: Citation;
}

/** One block of a turn, in the order of the turn. Thinking and other kinds are `other`: they are not the answer. */
export type ContentBlock =
  | { kind: 'text'; text: string; spans: CitedSpan[] }
  | { kind: 'tool_use'; name: string; input: Json }
  | { kind: 'tool_result'; name: string; content: readonly unknown[] }
  | { kind: 'other' };

interface Draft {
  type: string;
  source: Json;
  text: string;
  /** `input_json_delta` pieces: of a tool's input and of a tool's result alike (claude.md d). */
  json: string;
  open: Map<string, { start: number; citation: Citation }>;
  spans: CitedSpan[];
  /** Citations that speak of the whole block (public API framing). */
  whole: Citation[];
}

/** Builds the blocks of one turn from a stream's events. What fits nowhere is left out, never thrown. */
export class BlockStream {
  readonly #drafts = new Map<number, Draft>();

  /** `content_block_start`. */
  start(index: number, source: Json): void {
    this.#drafts.set(index, draftOf(source));
  }

  /** `content_block_delta`; a stream that is joined late has deltas without a start. */
  delta(index: number, delta: Json): void {
    const draft =
      this.#drafts.get(index) ?? draftOf({ type: delta.type === 'text_delta' ? 'text' : 'other' });
    this.#drafts.set(index, draft);
    switch (delta.type) {
      case 'text_delta':
        draft.text += textOf(delta.text);
        return;
      case 'input_json_delta':
        draft.json += textOf(delta.partial_json);
        return;
      case 'citation_start_delta':
        openCitation(draft, delta.citation);
        return;
      case 'citation_end_delta':
        closeCitation(draft, textOf(delta.citation_uuid));
        return;
      case 'citations_delta': {
        const read = citationSchema.safeParse(delta.citation);
        if (read.success) draft.whole.push(read.data);
      }
    }
  }

  /** The blocks so far, in index order; citations still open reach to the end of what has come. */
  blocks(): ContentBlock[] {
    const ordered = [...this.#drafts.entries()].sort(([left], [right]) => left - right);
    return withResultNames(
      ordered.map(([, draft]) => draft),
      finishDraft,
    );
  }
}

/** Blocks of a finished message: conversation JSON, snapshot, export. */
export function blocksOfMessage(content: readonly unknown[]): ContentBlock[] {
  return withResultNames(content.filter(isJson).map(draftOf), finishDraft);
}

function draftOf(source: Json): Draft {
  return {
    type: textOf(source.type),
    source,
    text: textOf(source.text),
    json: '',
    open: new Map(),
    spans: [],
    whole: [],
  };
}

function openCitation(draft: Draft, value: unknown): void {
  const read = citationSchema.safeParse(value);
  if (!read.success) return;
  draft.open.set(read.data.uuid ?? '', { start: draft.text.length, citation: read.data });
}

function closeCitation(draft: Draft, uuid: string): void {
  const opened = draft.open.get(uuid);
  if (opened === undefined) return;
  draft.open.delete(uuid);
  draft.spans.push({ ...opened, end: draft.text.length });
}

/** Results that do not repeat their tool's name get it from the call they answer. */
function withResultNames(
  drafts: readonly Draft[],
  finish: (draft: Draft, toolName: string) => ContentBlock,
): ContentBlock[] {
  const names = new Map<string, string>();
  return drafts.map((draft) => {
    const { id, name, tool_use_id: answers } = draft.source;
    if (typeof id === 'string' && typeof name === 'string') names.set(id, name);
    return finish(draft, textOf(name) || (names.get(textOf(answers)) ?? ''));
  });
}

function finishDraft(draft: Draft, toolName: string): ContentBlock {
  const { type, source } = draft;
  if (type === 'text') return textBlock(draft);
  if (type === 'tool_use' || type === 'server_tool_use') {
    const input = draft.json === '' ? source.input : parseJson(draft.json);
    return { kind: 'tool_use', name: toolName, input: isJson(input) ? input : {} };
  }
  if (type !== 'tool_result' && !type.endsWith('_tool_result')) return { kind: 'other' };
  const name = toolName === '' ? type.replace(/_?tool_result$/, '') : toolName;
  const value = draft.json === '' ? source.content : parseJson(draft.json);
  return { kind: 'tool_result', name, content: isJson(value) ? [value] : arrayOf(value) };
}

function textBlock(draft: Draft): ContentBlock {
  const { text } = draft;
  const finished = arrayOf(draft.source.citations).flatMap(
    (value) => citationSchema.safeParse(value).data ?? [],
  );
  const spans = [
    ...draft.spans,
    ...[...draft.open.values()].map((opened) => ({ ...opened, end: text.length })),
    ...[...draft.whole, ...finished.filter((citation) => citation.end_index === null)].map((citation) => ({
      start: 0,
      end: text.length,
      citation,
    })),
    ...indexedSpans(text, finished),
  ];
  return {
    kind: 'text',
    text,
    spans: spans.sort((left, right) => left.start - right.start || left.end - right.end),
  };
}

/**
 * Spans of a finished message. Nobody has documented whether its indices count UTF-16 units or code points (claude.md,
 * Unknown): where the two differ, the reading whose edges fall between words wins.
 */
function indexedSpans(text: string, citations: readonly Citation[]): CitedSpan[] {
  const indexed = citations.flatMap(({ start_index: start, end_index: end }, at) => {
    const citation = citations[at];
    return start === null || end === null || citation === undefined ? [] : [{ start, end, citation }];
  });
  const points = [...text];
  if (points.length === text.length) return clamped(text, indexed);
  const offsets = [0];
  for (const point of points) offsets.push((offsets.at(-1) ?? 0) + point.length);
  const byPoints = indexed.map(({ start, end, citation }) => ({
    start: offsets[start] ?? text.length,
    end: offsets[end] ?? text.length,
    citation,
  }));
  return clamped(text, cleanEdges(text, byPoints) > cleanEdges(text, indexed) ? byPoints : indexed);
}

function clamped(text: string, spans: readonly CitedSpan[]): CitedSpan[] {
  return spans
    .map((span) => ({ ...span, end: Math.min(span.end, text.length) }))
    .filter(({ start, end }) => start < end);
}

/** How many edges of the spans do not stand inside a word or a surrogate pair. */
function cleanEdges(text: string, spans: readonly CitedSpan[]): number {
  const inside = (at: number): boolean =>
    /[\p{L}\p{N}]{2}|[\uD800-\uDBFF][\uDC00-\uDFFF]/u.test(text.slice(at - 1, at + 1)) ||
    /[\uD800-\uDBFF]$/.test(text.slice(0, at));
  const opens = (at: number): boolean => !/\s/.test(text[at] ?? '');
  return spans.reduce(
    (sum, { start, end }) =>
      sum + Number(!inside(start) && opens(start)) + Number(!inside(end) && opens(end - 1)),
    0,
  );
}
