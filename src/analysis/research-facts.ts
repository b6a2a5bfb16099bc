import type { CapturePage } from '../contract/page-record.ts';
import { type Clock, isoTime } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import { Deadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import { type Rounds, startRounds } from '../platform/rounds.ts';
import { type PageModel, readPage } from '../score/page-model.ts';
import type { FactProposals, OwnBrand } from './brand.ts';
import { readBrand } from './brands.ts';
import { claimResearch, endResearch, expireResearch, type ResearchEnd } from './facts-run.ts';
import type { LanguageModel } from './language-model.ts';
import { aboutPage, type FactBasis, type FoundFact, factsOfPage } from './page-facts.ts';
import { proposedFacts, type ReadPage } from './question-facts.ts';

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

const EVERY_MS = 1_000;
/** What a model may take. */
const MODEL_MS = 60_000;
/** Two pages of 60 s each, a model, and the way there. */
const LEASE_MS = 240_000;

export interface FactsClerkOptions {
  db: Database;
  clock: Clock;
  log: Log;
  /** Undefined (an API without workers): only ends what nobody else will. */
  capture: CapturePage | undefined;
  /** May propose facts; undefined: none does. */
  model?: LanguageModel | undefined;
}

/**
 * Does researches one after the other until stopped. Any number of processes may run one; a research whose process was
 * killed is taken over when its lease ends. Stopping calls off the one under way, which is then taken again.
 */
export function startFactsClerk({ db, clock, log, capture, model }: FactsClerkOptions): Rounds {
  const stopping = new AbortController();
  const writer = model && { model, clock };
  const rounds = startRounds({
    round: async (stopped) => {
      await expireResearch(db, clock.now());
      while (capture !== undefined && !stopped()) {
        const run = await claimResearch(db, clock.now(), LEASE_MS);
        if (run === undefined) return;
        const brand = await readBrand(db, run.accountId, run.brandId);
        if (brand === undefined) continue;
        const asked = { name: brand.name, website: run.website };
        const end = await researchFacts(capture, asked, stopping.signal, writer);
        const counted = await endResearch(db, run, end, clock.now());
        log.info({ runId: run.id, found: 'found' in end, counted }, 'facts research ended');
      }
    },
    everyMs: EVERY_MS,
    failed: (err) => log.warn({ err }, 'a facts research failed here; taken again when its lease ends'),
  });
  return {
    stop: () => {
      stopping.abort(new Error('the process is stopping'));
      return rounds.stop();
    },
  };
}
