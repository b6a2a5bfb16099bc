import type { OnStored } from '../artifacts/capture-artifacts.ts';
import { storePageOf } from '../artifacts/page-artifacts.ts';
import { FleetError } from '../contract/errors.ts';
import { OUTCOME_RULES } from '../contract/outcome.ts';
import { PAGE_ENDS, type PageOutcome } from '../contract/page-outcome.ts';
import type { CapturedPage, CapturePage } from '../contract/page-record.ts';
import type { ClaimedChild } from '../jobs/claim.ts';
import { giveBack } from '../jobs/give-back.ts';
import { readPageAsked } from '../jobs/page-jobs.ts';
import { type CaptureEnd, settleAs } from '../jobs/settle.ts';
import { isoTime } from '../platform/clock.ts';
import type { Deadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import type { Queue } from '../platform/queue.ts';
import { traced } from '../platform/traces.ts';
import type { AttemptEnd } from './capture-child.ts';
import type { AttemptTally } from './count-attempt.ts';
import { outcomeOfPage } from './page-outcome.ts';
import { patiently } from './patiently.ts';
import { ownerOfAttempt, type SettleMeans, settleStored } from './settle-stored.ts';

/** What pages are captured with. */
export interface PageMeans extends SettleMeans {
  queue: Queue;
  /** The fleet's page capture: the port behind which network and browsers are. */
  pages: CapturePage;
  /** Told when the page is in hand, or lost: what follows needs neither browser nor lane. */
  onCaptured?: () => Promise<void>;
}

/**
 * One attempt at a claimed child of surface `page`, from the first request to the settled row. Whatever the site did is an
 * end, never tried again; a fault of ours counts as an attempt. Proof is stored in any case. Throws as `captureChild` does.
 */
export async function capturePageChild(
  child: ClaimedChild,
  means: PageMeans,
  deadline: Deadline,
  log: Log,
): Promise<AttemptEnd> {
  const { clock, db, queue, store } = means;
  const begin = clock.monotonic();
  const tally: AttemptTally = { selectors: [], stored: [] };
  const captured = await capture(child, means, deadline, log);
  await means.onCaptured?.();
  const capturedAt = clock.monotonic();
  const captureMs = Math.round(capturedAt - begin);
  if (captured === undefined) {
    const lost = { outcome: 'browser_crashed', message: OUTCOME_RULES.browser_crashed.message } as const;
    await patiently(means.clock, deadline, () => giveBack(db, queue, child, lost));
    const story = { ...NOTHING, captureMs };
    return { outcome: lost.outcome, settled: false, missed: [], story, tally };
  }
  const { record, screenshot } = captured;
  await traced('settle', {}, async () => {
    deadline.throwIfAborted();
    const onStored: OnStored = (kind, bytes) => void tally.stored.push({ kind, bytes });
    const artifacts = await storePageOf(store, ownerOfAttempt(child), captured, onStored);
    const end: CaptureEnd = {
      ...{ ...endOf(record.outcome), artifacts, envelope: null },
      completedAt: isoTime(clock.now()),
    };
    await settleStored(child, artifacts, { ...means, log }, deadline, () => settleAs(db, queue, child, end));
  });
  const story = {
    ...{ captureMs, extractMs: 0, settleMs: Math.round(clock.monotonic() - capturedAt), health: {} },
    ending: record.outcome.kind === 'captured' ? 'captured' : record.outcome.code,
    ...{ httpStatus: record.status, redirects: record.redirects.length },
    ...{ htmlChars: record.static_html?.length ?? 0, screenshotBytes: screenshot?.length ?? 0 },
  };
  return { outcome: outcomeOfPage(record.outcome), settled: true, missed: [], story, tally };
}

/** Faults that are neither the page's nor this attempt's. */
const NOT_THE_PAGE = ['DATABASE_UNAVAILABLE', 'BROWSER_LAUNCH_FAILED'];

const NOTHING = {
  ...{ captureMs: 0, extractMs: 0, settleMs: 0, health: {}, ending: 'fault', httpStatus: null },
  ...{ redirects: 0, htmlChars: 0, screenshotBytes: 0 },
};

/** The page as it was found; undefined after a fault of ours, which is logged. */
async function capture(
  child: ClaimedChild,
  { db, pages }: PageMeans,
  deadline: Deadline,
  log: Log,
): Promise<CapturedPage | undefined> {
  const over = new AbortController();
  try {
    const { url, mode } = await readPageAsked(db, child.jobId);
    return await deadline.run('page', () => pages(url, mode, over.signal));
  } catch (error) {
    deadline.throwIfAborted();
    if (error instanceof FleetError && NOT_THE_PAGE.includes(error.code)) throw error;
    log.error({ err: error }, 'the page could not be captured; the fault is ours');
    return undefined;
  } finally {
    over.abort(new Error('the attempt is over'));
  }
}

function endOf(outcome: PageOutcome): Pick<CaptureEnd, 'status' | 'outcome' | 'failure'> {
  if (outcome.kind === 'captured') return { status: 'completed', outcome: 'answered', failure: null };
  const { code, message } = outcome;
  const { retryable } = PAGE_ENDS[code];
  return { status: 'failed', outcome: outcomeOfPage(outcome), failure: { code, message, retryable } };
}
