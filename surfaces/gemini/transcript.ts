import type { CaptureRecord, Exchange } from '../../src/contract/capture-record.ts';
import type { DraftCitation, Reading } from '../../src/contract/extraction.ts';
import { markText } from '../../src/extract/marks.ts';
import { isFramed, type RpcAnswer, rpcAnswers } from './frames.ts';
import { type GroundingSource, groundingSources } from './grounding.ts';
import { readStreamText } from './stream-text.ts';
import { at, type StoredTurn, storedTurns, textAt } from './wire.ts';

/** What the network says of the answer. */
export interface TranscriptView {
  reading: Reading | null;
  /** A refusal or failure the wire names. */
  error: { status: number | null; code: number | null } | null;
  /** True when there were frames and none could be understood. */
  unrecognised: boolean;
}

const NOTHING: TranscriptView = { reading: null, error: null, unrecognised: false };

/**
 * Reads the answer stream, or a stored conversation (share page, chat read) where a file holds one. Text on the wire is
 * cumulative: the last frame that has some wins. Pure; never throws for what is missing or cut.
 */
export function readTranscript(transcript: readonly Exchange[], query: string): TranscriptView {
  if (transcript.length === 0) return NOTHING;
  const perExchange = transcript.map(rpcAnswers);
  const answers = perExchange.flat();
  // A page may have asked again after a failure: the last exchange that brought text is the answer.
  const streamed = perExchange.map(readStream).findLast((reading) => reading !== null);
  const reading = streamed ?? readStored(answers, query);
  const code = answers.findLast(({ errorCode }) => errorCode !== null)?.errorCode ?? null;
  const status = transcript.findLast((exchange) => (exchange.status ?? 0) >= 400)?.status ?? null;
  const hasBody = transcript.some(({ frames, status }) => frames.length > 0 && (status ?? 200) < 400);
  return {
    reading,
    error: code === null && status === null ? null : { code, status },
    unrecognised: hasBody && answers.length === 0,
  };
}

/** The transcript of a record; a page file that is no page but a framed answer counts as one. */
export function transcriptOf(record: CaptureRecord): Exchange[] {
  if (record.transcript.length > 0 || record.html === null || !isFramed(record.html))
    return record.transcript;
  return [
    {
      kind: 'fetch',
      method: 'POST',
      url: record.finalUrl ?? 'about:file',
      status: 200,
      contentType: 'application/json',
      startedAt: 0,
      endedAt: 0,
      end: 'complete',
      clipped: false,
      frames: [{ at: 0, data: record.html, direction: 'in' }],
    },
  ];
}

function readStream(answers: readonly RpcAnswer[]): Reading | null {
  const frames = answers.filter(({ rpc, payload }) => rpc === null && Array.isArray(payload));
  const last = frames.findLast(({ payload }) => rawText(payload) !== '')?.payload;
  if (last === undefined) return null;
  const complete = frames.some(({ payload }) => isTerminal(payload));
  const label = frames.map(({ payload }) => textAt(payload, 42)).findLast((text) => text !== '');
  // Sources come late and may stand in a frame that repeats no text; what the answer itself holds is no source.
  const roots = frames.flatMap(({ payload }) => withoutAnswer(payload));
  return readingOf(rawText(last), roots, {
    complete,
    label: label ?? null,
    followUps: [],
  });
}

function readStored(answers: readonly RpcAnswer[], query: string): Reading | null {
  const turns = answers.flatMap(({ payload }) => storedTurns(payload));
  const asked = turns.findLast(({ question }) => query !== '' && question.trim() === query.trim());
  const turn: StoredTurn | undefined = asked ?? latest(turns);
  if (turn === undefined) return null;
  const { answer, model, followUps, candidate } = turn;
  return readingOf(answer, withoutAnswer([null, null, null, null, [candidate]]), {
    complete: true,
    label: model,
    followUps,
  });
}

function latest(turns: readonly StoredTurn[]): StoredTurn | undefined {
  return turns.reduce<StoredTurn | undefined>(
    (best, turn) => (best === undefined || turn.time >= best.time ? turn : best),
    undefined,
  );
}

/** The chosen draft's text; a card's own words where the text is only the card's placeholder. */
function rawText(payload: unknown): string {
  const text = textAt(payload, 4, 0, 1, 0);
  const card = textAt(payload, 4, 0, 22, 0);
  return card !== '' && /^\s*https?:\/\/googleusercontent\.com\/card_content\/\d+\s*$/.test(text)
    ? card
    : text;
}

function isTerminal(payload: unknown): boolean {
  const extras = at(payload, 2);
  const marked = typeof extras === 'object' && extras !== null && '44' in extras;
  return at(payload, 4, 0, 8, 0) === 2 || typeof at(payload, 25) === 'string' || marked;
}

/** Everything of a frame but the answer's text [1], its pictures and products [12], its thoughts [37]. */
function withoutAnswer(payload: unknown): unknown[] {
  if (!Array.isArray(payload)) return [];
  const candidate = at(payload, 4, 0);
  const own = Array.isArray(candidate)
    ? candidate.filter((_part, index) => ![1, 12, 22, 37].includes(index))
    : [];
  return [own, ...payload.filter((_part, index) => index > 4 && index !== 42)];
}

interface Told {
  complete: boolean;
  label: string | null;
  followUps: readonly string[];
}

function readingOf(raw: string, roots: readonly unknown[], told: Told): Reading {
  const sources = groundingSources(roots, raw);
  const citations: DraftCitation[] = [];
  const cite = (keys: readonly string[], basis: DraftCitation['basis']): number =>
    citations.push({ sourceKeys: [...new Set(keys)], basis }) - 1;
  const marked = withSegments(raw, sources, cite);
  const text = readStreamText(marked, {
    // The number of a mark is known at its end: an open mark takes the next one.
    open: () => markText(citations.length, 'open'),
    close: (numbers, opened) => {
      const keys = numbers.flatMap((number) => sources[number - 1]?.draft.key ?? []);
      return markText(cite(keys, opened ? 'exact' : 'sentence'), opened ? 'close' : 'point');
    },
  });
  const followUps = [...told.followUps, ...text.followUps];
  return {
    complete: told.complete,
    tellsCitations: citations.length > 0,
    markdown: text.markdown,
    citations,
    sources: sources.map(({ draft }) => draft),
    fanOut: null,
    mentions: null,
    shopping: null,
    ads: null,
    results: null,
    related: followUps.length === 0 ? null : followUps.map((text) => ({ type: 'follow_up' as const, text })),
    model: told.label === null ? null : { label: told.label, providerId: null },
    webSearch: sources.length > 0 ? true : null,
    cards: [],
  };
}

/** Puts marks around each segment; several sources of one segment share its marks. */
function withSegments(
  raw: string,
  sources: readonly GroundingSource[],
  cite: (keys: readonly string[], basis: 'exact') => number,
): string {
  const keysOf = new Map<string, string[]>();
  for (const { draft, segments } of sources)
    for (const segment of segments) keysOf.set(segment, [...(keysOf.get(segment) ?? []), draft.key]);
  const inserts = [...keysOf].flatMap(([segment, keys]) => {
    const start = raw.indexOf(segment);
    const index = cite(keys, 'exact');
    return [
      { offset: start, text: markText(index, 'open') },
      { offset: start + segment.length, text: markText(index, 'close') },
    ];
  });
  let marked = '';
  let from = 0;
  for (const { offset, text } of inserts.sort((a, b) => a.offset - b.offset)) {
    marked += raw.slice(from, offset) + text;
    from = offset;
  }
  return marked + raw.slice(from);
}
