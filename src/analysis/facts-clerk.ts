import type { CapturePage } from '../contract/page-record.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { Log } from '../platform/log.ts';
import { type Rounds, startRounds } from '../platform/rounds.ts';
import { readBrand } from './brands.ts';
import { claimResearch, endResearch, expireResearch } from './facts-run.ts';
import type { LanguageModel } from './language-model.ts';

const EVERY_MS = 1_000;
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
        // The code that judges pages is half as much as a worker's own: read by whoever has one to judge, not at each start.
        const { researchFacts } = await import('./research-facts.ts');
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
