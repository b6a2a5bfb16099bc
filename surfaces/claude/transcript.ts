import type { Exchange } from '../../src/contract/capture-record.ts';
import type { DraftCitation, DraftMention, DraftSource, Reading } from '../../src/contract/extraction.ts';
import { markText } from '../../src/extract/marks.ts';
import { withLiteralTex } from '../../src/extract/tex-math.ts';
import type { ContentBlock } from './content-blocks.ts';
import { DOLLAR_TEX } from './math.ts';
import { citedSources, isWebTool, retrievedSources } from './sources.ts';
import { type Turn, type TurnError, turnsOf } from './turn.ts';
import { placesSchema } from './wire.ts';

/** What the network says. */
export interface TranscriptView {
  reading: Reading | null;
  error: TurnError | null;
  limit: Turn['limit'];
  /** Claude ended the turn for safety. */
  refused: boolean;
  /** Some text came, but only notes on the way to a tool ("Let me search…"). */
  onlyNotes: boolean;
  /** The recorder's size cap cut the exchange: it does not prove that the answer was cut. */
  clipped: boolean;
  warnings: string[];
}

/** Stop reasons after which the same answer goes on in another stream. */
const CONTINUED = new Set(['tool_use', 'pause_turn']);
/** Stop reasons of an answer that said all it had to say. */
const WHOLE = new Set(['end_turn', 'stop_sequence', 'refusal']);

/** Reads the transcript. Never throws: what is cut or foreign is left out and said in `warnings`. */
export function readTranscript(transcript: readonly Exchange[]): TranscriptView {
  const turns = turnsOf(transcript);
  const turn = chosen(turns);
  const error = turns.findLast((candidate) => candidate.error !== null)?.error ?? null;
  const limit = turns.findLast((candidate) => candidate.limit !== null)?.limit ?? null;
  const came = transcript.some(({ frames }) => frames.some(({ data }) => data.trim() !== ''));
  const understood = turns.some((candidate) => candidate.understood);
  const model = turns.findLast((candidate) => candidate.model !== null)?.model ?? null;
  const complete = turn !== undefined && isComplete(turn);
  return {
    reading: turn === undefined ? null : readingOf(turn, model, complete),
    error,
    limit,
    refused: turns.at(-1)?.stopReason === 'refusal' || turn?.stopReason === 'refusal',
    onlyNotes: turn !== undefined && !complete && !answerBegun(turn.blocks),
    clipped: turn?.clipped ?? false,
    warnings: [...(came && !understood ? ['transcript_unrecognised'] : []), ...limitWarnings(limit)],
  };
}

/** The turn the page ended with: the last whole one, else the last with text, else the last with blocks. */
function chosen(turns: readonly Turn[]): Turn | undefined {
  const joined = joinContinued(turns).filter(({ blocks }) => blocks.length > 0);
  return (
    joined.findLast((turn) => isComplete(turn) && hasText(turn)) ?? joined.findLast(hasText) ?? joined.at(-1)
  );
}

const hasText = ({ blocks }: Turn): boolean =>
  blocks.some((block) => block.kind === 'text' && block.text.trim() !== '');

function joinContinued(turns: readonly Turn[]): Turn[] {
  const joined: Turn[] = [];
  for (const turn of turns) {
    const before = joined.at(-1);
    const goesOn = before !== undefined && CONTINUED.has(before.stopReason ?? '') && turn.blocks.length > 0;
    if (goesOn) joined[joined.length - 1] = { ...turn, blocks: [...before.blocks, ...turn.blocks] };
    else joined.push(turn);
  }
  return joined;
}

/** The end was said (`message_stop`, or its reason just before it) and it was not a cut of its own. */
function isComplete({ ended, stopReason, error }: Turn): boolean {
  if (error !== null) return false;
  return stopReason === null ? ended : WHOLE.has(stopReason);
}

function answerBegun(blocks: readonly ContentBlock[]): boolean {
  const lastTool = blocks.findLastIndex(({ kind }) => kind === 'tool_use' || kind === 'tool_result');
  return blocks.slice(lastTool + 1).some((block) => block.kind === 'text' && block.text.trim() !== '');
}

function limitWarnings(limit: Turn['limit']): string[] {
  if (limit === null || !/^(?:approaching|exceeded)_limit$/.test(limit.type)) return [];
  const { resetsAt } = limit;
  // 8.64e12 s is the last instant a Date can hold.
  const at =
    resetsAt !== null && resetsAt > 0 && resetsAt < 8.64e12 ? new Date(resetsAt * 1000).toISOString() : '';
  return [`usage_${limit.type}${at === '' ? '' : `:resets_at=${at}`}`];
}

function readingOf(turn: Turn, model: string | null, complete: boolean): Reading {
  const { blocks } = turn;
  const citations: DraftCitation[] = [];
  const cited: DraftSource[] = [];
  const markdown = withLiteralTex(markedText(blocks, citations, cited), DOLLAR_TEX);
  const queries = queriesOf(blocks);
  const retrieved = retrievedSources(blocks);
  const mentions = placesOf(blocks);
  const searched = blocks.some((block) => block.kind === 'tool_use' && isWebTool(block.name));
  return {
    complete,
    markdown,
    citations,
    sources: [...cited, ...retrieved],
    fanOut: { provenance: 'observed', queries },
    mentions: mentions.length === 0 ? null : mentions,
    shopping: null,
    ads: null,
    results: null,
    related: null,
    model: model === null ? null : { label: model, providerId: model },
    // A turn that did not search may have been allowed to: only searching proves the switch.
    webSearch: searched || retrieved.length > 0 || citations.length > 0 ? true : null,
    cards: [],
  };
}

/**
 * All text blocks in order, notes between tools included: the reader saw them, and dropping what stands before the last
 * tool would drop answers that end in a map or a file. Neighbours are one text; what a tool parts, the page parts.
 */
function markedText(
  blocks: readonly ContentBlock[],
  citations: DraftCitation[],
  sources: DraftSource[],
): string {
  let marked = '';
  let parted = false;
  for (const block of blocks) {
    if (block.kind !== 'text') parted = true;
    else if (block.text !== '') {
      if (parted && marked !== '') marked += '\n\n';
      marked += withMarks(block, citations, sources);
      parted = false;
    }
  }
  return marked;
}

function withMarks(
  { text, spans }: Extract<ContentBlock, { kind: 'text' }>,
  citations: DraftCitation[],
  sources: DraftSource[],
): string {
  const marks: { at: number; order: number; mark: string }[] = [];
  for (const { start, end, citation } of spans) {
    const drafts = citedSources(citation);
    if (drafts.length === 0) continue;
    const index = citations.length;
    const exact = start < end;
    citations.push({ sourceKeys: drafts.map(({ key }) => key), basis: exact ? 'exact' : 'sentence' });
    sources.push(...drafts);
    if (!exact) marks.push({ at: end, order: 1, mark: markText(index) });
    else {
      marks.push({ at: start, order: 2, mark: markText(index, 'open') });
      marks.push({ at: end, order: 0, mark: markText(index, 'close') });
    }
  }
  marks.sort((left, right) => left.at - right.at || left.order - right.order);
  let marked = '';
  let from = 0;
  for (const { at, mark } of marks) {
    marked += text.slice(from, at) + mark;
    from = at;
  }
  return marked + text.slice(from);
}

/** What was searched for: one query per call. Pages that were opened are not queries. */
function queriesOf(blocks: readonly ContentBlock[]): string[] {
  return blocks.flatMap((block) => {
    if (block.kind !== 'tool_use' || !/search$/.test(block.name) || !isWebTool(block.name)) return [];
    const { query } = block.input;
    return typeof query === 'string' && query.trim() !== '' ? [query.trim()] : [];
  });
}

/** Places the answer puts on its map. */
function placesOf(blocks: readonly ContentBlock[]): DraftMention[] {
  const names = blocks.flatMap((block) => {
    if (block.kind !== 'tool_use' || !block.name.startsWith('places_map')) return [];
    const { locations, days } = placesSchema.parse(block.input);
    return [...locations, ...days.flatMap((day) => day.locations)].map(({ name }) => name);
  });
  return [...new Set(names)].map((text) => ({ text, category: 'place' }));
}
