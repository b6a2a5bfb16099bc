import { applyPatches, isJson, type Json } from './json-patch.ts';
import { diffBlockSchema, type Frame, frameSchema, markdownBlockSchema } from './wire.ts';

/** One ask and its answer, in the state the wire left it in. */
export interface Entry {
  /** The last frame, with what only earlier ones said filled in. */
  head: Frame;
  /** Blocks by `intended_usage`, then by field (`workflow_block`, …). */
  blocks: ReadonlyMap<string, Json>;
  /** True when the wire said its last word about this entry. */
  ended: boolean;
  /** Patches that did not fit: the replay of a damaged stream. */
  misfits: number;
}

const FINISHED = new Set(['COMPLETED', 'FAILED']);

/**
 * The last entry of these payloads: a page asks once, a thread may hold more. The terminal frame re-sends every block
 * whole and is the only one whose citation numbers are final, so it alone is read where it says enough; otherwise
 * (cut streams) all frames are replayed, patches included. Null when nothing is a frame.
 */
export function lastEntry(payloads: readonly Json[], says: (entry: Entry) => boolean): Entry | null {
  const own = framesOfLast(payloads);
  const last = own.at(-1);
  if (last === undefined) return null;
  const terminal = own.findLast(isTerminalPayload);
  if (terminal !== undefined && !hasPatches(terminal)) {
    const alone = replay([terminal]);
    if (says(alone)) return alone;
  }
  return replay(own);
}

function idOf(payload: Json): unknown {
  return payload.backend_uuid ?? payload.uuid ?? null;
}

function isFramePayload(payload: Json): boolean {
  return 'blocks' in payload || 'status' in payload || 'text' in payload || 'upsell_information' in payload;
}

function framesOfLast(payloads: readonly Json[]): Json[] {
  const frames = payloads.filter(isFramePayload);
  const id = frames.length === 0 ? null : idOf(frames.at(-1) ?? {});
  return frames.filter((frame) => idOf(frame) === id);
}

/** A frame of the stream says so itself; an entry of a re-read thread is finished by its status. */
function isTerminalPayload(payload: Json): boolean {
  if (!FINISHED.has(String(payload.status))) return false;
  return payload.final_sse_message !== false;
}

function hasPatches({ blocks }: Json): boolean {
  return Array.isArray(blocks) && blocks.some((block) => isJson(block) && 'diff_block' in block);
}

function replay(payloads: readonly Json[]): Entry {
  const blocks = new Map<string, Json>();
  let misfits = 0;
  for (const payload of payloads) {
    const whole = payload.message_mode === 'FULL' || isTerminalPayload(payload);
    for (const block of Array.isArray(payload.blocks) ? payload.blocks.filter(isJson) : [])
      misfits += applyBlock(blocks, block, whole);
  }
  const frames = payloads.map((payload) => frameSchema.parse({ ...payload, blocks: [] }));
  return { head: headOf(frames), blocks, ended: payloads.some(isTerminalPayload), misfits };
}

function headOf(frames: readonly Frame[]): Frame {
  const head = { ...(frames.at(-1) ?? frameSchema.parse({})) };
  for (const frame of frames.toReversed()) {
    head.display_model ??= frame.display_model;
    head.user_selected_model ??= frame.user_selected_model;
    head.text ??= frame.text;
    head.upsell_information ??= frame.upsell_information;
    if (head.related_queries.length === 0) head.related_queries = frame.related_queries;
    if (head.related_query_items.length === 0) head.related_query_items = frame.related_query_items;
    if (Object.keys(head.telemetry_data).length === 0) head.telemetry_data = frame.telemetry_data;
    if (Object.keys(head.classifier_results).length === 0) head.classifier_results = frame.classifier_results;
  }
  return head;
}

/** Brings one block into the state; returns how many of its patches did not fit. */
function applyBlock(blocks: Map<string, Json>, block: Json, whole: boolean): number {
  const usage = typeof block.intended_usage === 'string' ? block.intended_usage : '';
  const known = blocks.get(usage) ?? {};
  blocks.set(usage, known);
  let misfits = 0;
  for (const [field, value] of Object.entries(block)) {
    if (!field.endsWith('_block') || !isJson(value)) continue;
    if (field !== 'diff_block') {
      known[field] = whole ? value : merged(field, known[field], value);
      continue;
    }
    const diff = diffBlockSchema.safeParse(value).data;
    if (diff === undefined) continue;
    const patched = applyPatches(known[diff.field], diff.patches);
    known[diff.field] = patched.document;
    misfits += patched.misfits;
  }
  return misfits;
}

/** The streaming frames of the old layout bring only what is new: further chunks, further steps. */
function merged(field: string, known: unknown, value: Json): Json {
  if (!isJson(known)) return value;
  if (field === 'markdown_block') return mergedMarkdown(known, value);
  if (field === 'plan_block' && Array.isArray(known.steps) && Array.isArray(value.steps)) {
    const seen = new Set(known.steps.map((step) => JSON.stringify(step)));
    const fresh = value.steps.filter((step) => !seen.has(JSON.stringify(step)));
    return { ...known, ...value, steps: [...known.steps, ...fresh] };
  }
  return { ...known, ...value };
}

function mergedMarkdown(known: Json, value: Json): Json {
  const before = markdownBlockSchema.parse(known).chunks;
  const { chunks, chunk_starting_offset: offset } = markdownBlockSchema.parse(value);
  return {
    ...known,
    ...value,
    chunks: [...before.slice(0, offset ?? before.length), ...chunks],
    chunk_starting_offset: 0,
  };
}
