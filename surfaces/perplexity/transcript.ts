import type { Exchange } from '../../src/contract/capture-record.ts';
import type { Extraction, Reading } from '../../src/contract/extraction.ts';
import { isCountryCode } from '../../src/contract/region.ts';
import { markedMarkdown } from './answer-markdown.ts';
import { answerMarkdown } from './answer-text.ts';
import { type Entry, lastEntry } from './entry.ts';
import { fanOutQueries } from './fan-out.ts';
import { payloadsOf, type Refusal } from './frames.ts';
import { shoppingOf } from './shopping.ts';
import { indexSources } from './sources.ts';
import { type Frame, followupsBlockSchema } from './wire.ts';

/** What the network says. */
export interface TranscriptView {
  /** Null when no entry was understood. */
  reading: Reading | null;
  entry: Entry | null;
  refusal: Refusal | null;
  warnings: string[];
  loginState: NonNullable<Extraction['loginState']>;
  /** ISO 3166-1 country the site took the visitor to be in. */
  country: string | null;
}

/** Reads the transcript. Never throws: what is cut or foreign is left out and said in `warnings`. */
export function readTranscript(transcript: readonly Exchange[]): TranscriptView {
  const { payloads, refusal, came } = payloadsOf(transcript);
  const entry = lastEntry(payloads, saysEnough);
  if (entry === null) {
    const warnings = came ? ['transcript_unrecognised'] : [];
    return { reading: null, entry: null, refusal, warnings, loginState: 'unknown', country: null };
  }
  const { reading, warnings } = readingOf(entry);
  return { reading, entry, refusal, warnings, loginState: loginStateOf(entry), country: countryOf(entry) };
}

/** A terminal frame that repeats answer and results needs no replay of what came before it. */
function saysEnough(entry: Entry): boolean {
  const answer = answerMarkdown(entry);
  return answer !== '' && (indexSources(entry).any || !/\[\d+\]/.test(answer));
}

function readingOf(entry: Entry): { reading: Reading; warnings: string[] } {
  const sources = indexSources(entry);
  const queries = fanOutQueries(entry);
  const { markdown, citations, dangling } = markedMarkdown(answerMarkdown(entry), sources.any, sources.keyOf);
  const warnings: string[] = [];
  if (dangling > 0) warnings.push('citation_unresolved');
  if (entry.misfits > 0) warnings.push('stream_patches_misfit');
  const { display_model: model, user_selected_model: asked } = entry.head;
  if (model !== null && asked !== null && model !== asked) warnings.push('model_downgraded');
  const reading: Reading = {
    complete: isWhole(entry),
    markdown,
    citations,
    sources: sources.drafts,
    fanOut: { provenance: 'observed', queries },
    mentions: null,
    shopping: shoppingOf(entry),
    ads: null,
    results: null,
    related: relatedOf(entry),
    model: model === null ? null : { label: model, providerId: model },
    webSearch: webSearchOf(entry, queries.length > 0 || sources.any),
    cards: [],
  };
  return { reading, warnings };
}

/** A run that was stopped ends as COMPLETED too, but never said that its text is complete (2026-09-24). */
function isWhole({ ended, head }: Entry): boolean {
  return ended && head.status === 'COMPLETED' && head.text_completed !== false;
}

function webSearchOf({ ended, head }: Entry, searched: boolean): boolean | null {
  if (searched) return true;
  if (head.classifier_results.skip_search === true) return false;
  return ended ? false : null;
}

function relatedOf({ head, blocks }: Entry): Reading['related'] {
  const questions = head.related_queries.length > 0 ? head.related_queries : head.related_query_items;
  const block = blocks.get('pending_followups')?.pending_followups_block;
  const followups = followupsBlockSchema.safeParse(block).data?.followups ?? [];
  const found = [
    ...questions.map((text) => ({ type: 'question' as const, text: text.trim() })),
    ...followups.map((text) => ({ type: 'follow_up' as const, text: text.trim() })),
  ].filter(({ text }) => text !== '');
  const once = [...new Map(found.toReversed().map((item) => [item.text, item])).values()].toReversed();
  return once.length === 0 ? null : once;
}

/**
 * True for an offer to sign in: `fraud_authwall_upsell`, `logged_out_thread_sign_in`, anything of type LOGIN. Whether
 * it is a wall or a nudge beside an answer is for the outcome to say.
 */
export function demandsSignIn(upsell: Frame['upsell_information']): boolean {
  if (upsell === null) return false;
  const { name, upsell_type: type, cta } = upsell;
  return /authwall|^logged_out/i.test(name ?? '') || /^LOGIN$/i.test(type ?? '') || /LOGIN/i.test(cta ?? '');
}

/** Paid tiers and named authors exist only behind a sign-in. */
function loginStateOf({ head }: Entry): TranscriptView['loginState'] {
  const tier = head._extras.subscription_tier;
  const paid = typeof tier === 'string' && !/^(?:none|free|unknown|redacted)?$/i.test(tier);
  const named = head.author_username !== null && !/^(?:anon|guest|$)/i.test(head.author_username);
  if (paid || named) return 'signed_in';
  return demandsSignIn(head.upsell_information) ? 'anonymous' : 'unknown';
}

function countryOf({ head }: Entry): string | null {
  const told = [head._extras.country, head.telemetry_data.country].find(
    (country) => typeof country === 'string' && isCountryCode(country),
  );
  return typeof told === 'string' ? told : null;
}
