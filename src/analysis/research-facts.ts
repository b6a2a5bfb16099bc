import type { CapturePage } from '../contract/page-record.ts';
import { type Clock, isoTime } from '../platform/clock.ts';
import { Deadline } from '../platform/deadline.ts';
import { type PageModel, readPage } from '../score/page-model.ts';
import type { FactProposals, OwnBrand } from './brand.ts';
import type { ResearchEnd } from './facts-run.ts';
import type { LanguageModel } from './language-model.ts';
import { aboutPage, type FactBasis, type FoundFact, factsOfPage } from './page-facts.ts';
import { proposedFacts, type ReadPage } from './question-facts.ts';

/** What a model may take. */
const MODEL_MS = 60_000;

/** What the site states for machines is written as a fact; its sentences are the last to be believed. */
const RANKS: readonly FactBasis[] = ['schema_org', 'meta_description', 'page_text'];

/**
 * Reads a brand's website and the page on which it speaks of itself, as a crawler without JavaScript sees them. Resolves
 * with how the research ends, whatever the site and the model did; rejects only for faults of ours. Where a language model is
 * configured, it proposes what it reads beyond that; it decides nothing.
 */
export async function researchFacts(
  capture: CapturePage,
  { name, website }: Pick<OwnBrand, 'name' | 'website'>,
  signal: AbortSignal,
  writer?: { model: LanguageModel; clock: Clock },
): Promise<ResearchEnd> {
  const { record } = await capture(website, 'ssr', signal);
  signal.throwIfAborted();
  if (record.outcome.kind !== 'captured') return { error: `${website}: ${record.outcome.message}` };
  const home = readPage(record, undefined);
  if (home === null) return { error: `${website}: The page holds no text.` };
  const about = aboutPage(home);
  // A site whose page about itself cannot be read still has its first page.
  const second = about === null ? null : (await capture(about, 'ssr', signal)).record;
  signal.throwIfAborted();
  const other = second?.outcome.kind === 'captured' ? readPage(second, undefined) : null;
  const found = merged([factsOfPage(home, name), other === null ? [] : factsOfPage(other, name)].flat());
  const pages = [home, ...(other === null ? [] : [other])].map(asRead);
  const proposed = writer === undefined ? {} : await proposals(writer, { brand: name, pages, found }, signal);
  if (found.length > 0 || Object.keys(proposed).length > 0) return { found, proposed };
  const read = [website, ...(other === null ? [] : [about])].join(' and ');
  return { error: `no facts are stated where they can be read: ${read}` };
}

function asRead({ url, whole }: PageModel): ReadPage {
  return { url: url ?? '', text: whole.text };
}

async function proposals(
  { model, clock }: { model: LanguageModel; clock: Clock },
  { found, ...given }: { brand: string; pages: ReadPage[]; found: readonly FoundFact[] },
  signal: AbortSignal,
): Promise<FactProposals> {
  const deadline = Deadline.after(MODEL_MS, clock);
  const abort = (): void => deadline.abort(new Error('the research was called off'));
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    const fields = found.map(({ field }) => field);
    return await proposedFacts(model, { ...given, found: fields }, deadline, isoTime(clock.now()));
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** One fact per field: by its basis, then in the order of the pages. */
function merged(facts: readonly FoundFact[]): FoundFact[] {
  const ordered = [...facts].sort((a, b) => RANKS.indexOf(a.basis) - RANKS.indexOf(b.basis));
  const first = new Map<string, FoundFact>();
  for (const fact of ordered) if (!first.has(fact.field)) first.set(fact.field, fact);
  return [...first.values()].sort((a, b) => (a.field < b.field ? -1 : 1));
}
