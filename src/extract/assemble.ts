import type { CaptureRecord } from '../contract/capture-record.ts';
import type {
  Answer,
  Block,
  EnvelopeBody,
  Evidence,
  Health,
  HealthField,
  Mention,
  Provenance,
} from '../contract/envelope.ts';
import { EMPTY_ANSWER, EMPTY_EVIDENCE, HEALTH_FIELDS } from '../contract/envelope.ts';
import type { Extraction, Reading } from '../contract/extraction.ts';
import { OUTCOME_RULES, type Outcome, REGION_NOT_HONOURED } from '../contract/outcome.ts';
import { regionKey } from '../contract/region.ts';
import { storableJson } from '../contract/storable-text.ts';
import { type Composed, compose, composeBoth } from './compose.ts';
import { numberSources } from './source-list.ts';
import { reconcile } from './witnesses.ts';

/** Outcomes whose answer is shown; for the others an answer that was read would be a lie. */
const SHOWS_ANSWER: ReadonlySet<Outcome> = new Set(['answered', 'answered_partially']);

/**
 * Turns what a surface concluded into the Envelope's body: picks the witness, composes text, markdown, blocks and
 * ranges, numbers the sources, states health and agreement. Pure and deterministic: same record, same bytes.
 */
export function assemble(record: CaptureRecord, extraction: Extraction): EnvelopeBody {
  const used = pickWitness(extraction);
  const reading = used === 'none' ? null : extraction[used];
  const other = used === 'dom' ? extraction.transcript : extraction.dom;
  const [dom, transcript] = composeBoth(
    extraction.dom?.markdown ?? null,
    extraction.transcript?.markdown ?? null,
  );
  const composed = { dom, transcript };
  const usedComposed = used === 'none' ? null : composed[used];
  const outcome = finalOutcome(extraction, reading, usedComposed);
  const shown = reading !== null && (SHOWS_ANSWER.has(outcome) || reading.results !== null);
  const content = shown
    ? readContent(reading, SHOWS_ANSWER.has(outcome) ? usedComposed : null, other)
    : { answer: EMPTY_ANSWER, evidence: unansweredEvidence(reading, other) };
  const provenance = provenanceOf(record, extraction, reading, other, outcome);
  const body: EnvelopeBody = {
    outcome,
    answer: content.answer,
    evidence: content.evidence,
    provenance,
    extraction: {
      health: healthOf(extraction, content.answer, content.evidence, reading, other),
      witnesses: reconcile(
        { reading: extraction.dom, text: composed.dom?.text ?? '' },
        { reading: extraction.transcript, text: composed.transcript?.text ?? '' },
        used,
      ),
      warnings: isHonoured(provenance) ? extraction.warnings : [...extraction.warnings, REGION_NOT_HONOURED],
      selectors: record.signals.selectors,
      marks: extraction.marks,
    },
  };
  // Titles and snippets decoded from a transcript may hold what JSON and Postgres cannot store.
  return JSON.parse(storableJson(body)) as EnvelopeBody;
}

/** Queries that were seen to run are a fact of the capture even when no answer followed. */
function unansweredEvidence(reading: Reading | null, other: Reading | null): Evidence {
  return { ...EMPTY_EVIDENCE, fanOut: reading?.fanOut ?? other?.fanOut ?? EMPTY_EVIDENCE.fanOut };
}

/** False when the region asked for is not the one the page or the egress proves; unknown counts as honoured. */
function isHonoured({ region }: Provenance): boolean {
  if (region.requested === null || region.effective === null || region.basis === 'locale') return true;
  return region.requested.split(':')[0] === region.effective.toLowerCase().split(':')[0];
}

function pickWitness(extraction: Extraction): 'dom' | 'transcript' | 'none' {
  const { dom, transcript } = extraction;
  if (dom === null && transcript === null) return 'none';
  if (transcript === null) return 'dom';
  if (dom === null) return 'transcript';
  const first = extraction.prefer ?? 'transcript';
  const second = first === 'dom' ? 'transcript' : 'dom';
  const firstReading = extraction[first];
  const secondReading = extraction[second];
  const firstIsWorse =
    (firstReading?.markdown === '' && secondReading?.markdown !== '') ||
    (firstReading?.complete === false && secondReading?.complete === true);
  return firstIsWorse ? second : first;
}

/** An answer that both witnesses claim but nobody could read is `extraction_empty`, never an empty success. */
function finalOutcome(extraction: Extraction, reading: Reading | null, composed: Composed | null): Outcome {
  const { outcome } = extraction;
  if (!SHOWS_ANSWER.has(outcome)) return outcome;
  const readable = (composed?.text ?? '') !== '' || (reading?.results?.length ?? 0) > 0;
  return readable ? outcome : 'extraction_empty';
}

function readContent(
  reading: Reading,
  answered: Composed | null,
  other: Reading | null,
): { answer: Answer; evidence: Evidence } {
  const composed = answered ?? compose('');
  const numbered = numberSources(composed, reading, other?.sources ?? []);
  const answer: Answer = {
    text: composed.text,
    markdown: composed.markdown,
    blocks: [...composed.blocks(numbered.idsOfMark), ...reading.cards.map(cardBlock)],
  };
  const evidence: Evidence = {
    sources: numbered.sources,
    fanOut: reading.fanOut ?? other?.fanOut ?? EMPTY_EVIDENCE.fanOut,
    mentions: mentionsOf(reading.mentions ?? other?.mentions ?? null, composed.text),
    shopping: reading.shopping ?? other?.shopping ?? null,
    ads: reading.ads ?? other?.ads ?? null,
    results: reading.results ?? other?.results ?? null,
    related: reading.related ?? other?.related ?? null,
  };
  return { answer, evidence };
}

function cardBlock(card: Reading['cards'][number]): Block {
  return {
    type: card.type,
    text: card.text,
    referenceIds: [],
    ...(card.url === undefined ? {} : { url: card.url }),
  };
}

function mentionsOf(drafts: Reading['mentions'], text: string): Mention[] | null {
  if (drafts === null) return null;
  return drafts.map((draft) => ({
    text: draft.text,
    category: draft.category,
    charRanges: occurrences(text, draft.text),
  }));
}

function occurrences(text: string, needle: string): [number, number][] {
  const found: [number, number][] = [];
  if (needle === '') return found;
  for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + needle.length)) {
    found.push([at, at + needle.length]);
  }
  return found;
}

function provenanceOf(
  record: CaptureRecord,
  extraction: Extraction,
  reading: Reading | null,
  other: Reading | null,
  outcome: Outcome,
): Provenance {
  const model = reading?.model ?? other?.model ?? null;
  const webSearch = reading?.webSearch ?? other?.webSearch ?? null;
  const region = extraction.region ?? record.signals.region ?? { effective: null, basis: 'none' as const };
  return {
    method: 'scrape',
    acquisition: 'own-fleet',
    official: false,
    model: {
      providerId: model?.providerId ?? null,
      observedLabel: model?.label ?? null,
      inferred: false,
      confidence: model === null ? 0 : 1,
    },
    webSearch: { enabled: webSearch ?? false, known: webSearch !== null },
    surfacePresent: OUTCOME_RULES[outcome].surfacePresent,
    region: { requested: record.region === null ? null : regionKey(record.region), ...region },
    fidelity: 'consumer_ui',
    capturedAt: record.capturedAt,
    loginState: extraction.loginState ?? record.signals.loginState,
    adapter: { name: record.surface, version: record.adapterVersion },
    origin: record.origin,
    browser: record.browser,
    finalUrl: record.finalUrl,
  };
}

function healthOf(
  extraction: Extraction,
  answer: Answer,
  evidence: Evidence,
  reading: Reading | null,
  other: Reading | null,
): Record<HealthField, Health> {
  const found: Record<HealthField, boolean> = {
    answer: answer.text !== '',
    blocks: answer.blocks.length > 0,
    sources: evidence.sources.length > 0,
    citations: evidence.sources.some((source) => source.cited),
    fanOut: evidence.fanOut.queries.length > 0,
    mentions: (evidence.mentions?.length ?? 0) > 0,
    shopping: (evidence.shopping?.length ?? 0) > 0,
    ads: (evidence.ads?.length ?? 0) > 0,
    results: (evidence.results?.length ?? 0) > 0,
    related: (evidence.related?.length ?? 0) > 0,
    model: (reading?.model ?? other?.model ?? null) !== null,
    webSearch: (reading?.webSearch ?? other?.webSearch ?? null) !== null,
    region: (extraction.region?.effective ?? null) !== null,
  };
  const state = (field: HealthField): Health => {
    if (found[field]) return 'found';
    if (extraction.neverShown.includes(field)) return 'absent_on_surface';
    return extraction.expected.includes(field) ? 'missing' : 'not_shown';
  };
  return Object.fromEntries(HEALTH_FIELDS.map((field) => [field, state(field)])) as Record<
    HealthField,
    Health
  >;
}
