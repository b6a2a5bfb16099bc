import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import { storePage } from '../artifacts/page-artifacts.ts';
import type { CapturePage } from '../contract/page-record.ts';
import type { Database } from '../platform/database.ts';
import { capturesOfPage } from './captures-of-page.ts';
import type { LeasedRun, RunEnd } from './content-end.ts';
import { readEarlierPage } from './content-run.ts';
import { judgePage, readableRecord } from './page-scorer.ts';

/** What a run is executed with. */
export interface RunMeans {
  db: Database;
  store: ArtifactStore;
  /** The fleet's page capture: the port behind which network and browsers are. */
  capture: CapturePage;
  /** Against what this fleet's captures run. */
  origin: 'live' | 'stage';
}

/**
 * Captures the page of a run, keeps its proof, and scores it. `full` renders it as well, and looks at what the account's own
 * captures say of it. Resolves with how the run ends, whatever the site did; rejects only for faults of ours: the run is then
 * taken again.
 */
export async function executeRun(means: RunMeans, run: LeasedRun, signal: AbortSignal): Promise<RunEnd> {
  const { db, store, capture } = means;
  const captured = await capture(run.url, run.depth === 'full' ? 'rendered' : 'ssr', signal);
  signal.throwIfAborted();
  const record = readableRecord(captured.record);
  const known =
    run.depth === 'full' && record.outcome.kind === 'captured'
      ? await capturesOfPage(means, run, record, signal)
      : undefined;
  const { score, partly } = judgePage(captured, {
    ...{ depth: run.depth, language: run.language, earlier: await readEarlierPage(db, run) },
    ...{ captures: known?.captures, queries: known?.queries },
  });
  // An address that was refused, or never answered, leaves nothing behind that would be worth reading again.
  const own = captured.record.status === null ? null : await storePage(store, captured);
  const page = own === null ? null : { ...own, cited: known?.cited ?? [] };
  if (score.outcome !== 'captured') return { event: 'fail', score, issue: score.issue, page };
  return { event: partly === null ? 'finish' : 'finish_partly', score, issue: partly, page };
}
