import { setImmediate as othersTurn } from 'node:timers/promises';
import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import {
  type CaptureFiles,
  type OnStored,
  packRecord,
  storeCapture,
} from '../artifacts/capture-artifacts.ts';
import type { CaptureRecord } from '../contract/capture-record.ts';
import type { EnvelopeBody } from '../contract/envelope.ts';
import { OUTCOME_RULES, type Outcome, shouldRetry } from '../contract/outcome.ts';
import type { Surface } from '../contract/surface.ts';
import type { ClaimedChild } from '../jobs/claim.ts';
import { giveBack } from '../jobs/give-back.ts';
import { settle } from '../jobs/settle.ts';
import { awaitedLater } from '../platform/awaited-later.ts';
import { isoTime } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { Deadline } from '../platform/deadline.ts';
import type { Log } from '../platform/log.ts';
import type { Queue } from '../platform/queue.ts';
import { traced } from '../platform/traces.ts';
import { buildEnvelope } from './build-envelope.ts';
import { type CaptureSeat, captureOnce } from './capture-once.ts';
import { type CaptureStory, captureStory, type PageStory } from './capture-story.ts';
import type { AttemptTally } from './count-attempt.ts';
import { patiently } from './patiently.ts';
import { readCaptureInTurns } from './read-capture.ts';
import { ownerOfAttempt, settleStored } from './settle-stored.ts';

/** What a capture of a child works with. */
export interface CaptureMeans extends CaptureSeat {
  db: Database;
  queue: Queue;
  store: ArtifactStore;
  retryDelayMs: number;
  /** Called when a child's first navigation is about to start; for measuring. */
  onDispatch?: (childId: ClaimedChild['id']) => void;
  /** Awaited before a page is used. */
  seated?: (() => Promise<void>) | undefined;
  /** Told when the query is sent and the wait for its answer begins. */
  onAsked?: (() => void) | undefined;
  /** Told when the drive is over and only the proof is still taken. */
  onDriven?: (() => void) | undefined;
  /** Told when the page was given back: what follows needs no browser. */
  onPageGivenBack?: (() => void) | undefined;
  /** Told what a capture came to, before it is stored. */
  onOutcome?: (child: ClaimedChild, outcome: Outcome) => Promise<void>;
}

/** What became of an attempt. */
export interface AttemptEnd {
  outcome: Outcome;
  settled: boolean;
  /** Names of the selectors that hit nothing on the page. */
  missed: string[];
  story: CaptureStory | PageStory;
  /** For counters, beside what the story tells. */
  tally: AttemptTally;
}

/**
 * One attempt at a claimed child, from browser to settled row. Throws FleetError LEASE_LOST when another attempt holds
 * the child (nothing of this one remains), DRAINING when the deadline was aborted for a drain, ARTIFACT_WRITE_FAILED
 * when proof cannot be stored, BROWSER_LAUNCH_FAILED when there is no browser; in the last three cases the caller releases
 * the child.
 */
export async function captureChild(
  child: ClaimedChild,
  surface: Surface,
  means: CaptureMeans,
  deadline: Deadline,
  log: Log,
): Promise<AttemptEnd> {
  const { clock } = means;
  const begin = clock.monotonic();
  const captured = await captureOnce({ ...child, surface }, means, deadline, log, {
    onDispatch: () => means.onDispatch?.(child.id),
    onAsked: means.onAsked,
    ...{ seated: means.seated, onDriven: means.onDriven, onPageGivenBack: means.onPageGivenBack },
  });
  const capturedAt = clock.monotonic();
  // Proof page, reading and packing are each one long step for a large page: between them the other captures have a turn.
  await othersTurn();
  // Packed on another thread while it is read here.
  const packed = awaitedLater(packRecord(captured.record));
  await othersTurn();
  const body = await traced('extract', {}, () => readCaptureInTurns(surface, captured.record));
  const readAt = clock.monotonic();
  const missed = captured.record.signals.selectors.flatMap(({ name, hit }) => (hit === null ? [name] : []));
  const tally: AttemptTally = { selectors: captured.record.signals.selectors, stored: [] };
  await means.onOutcome?.(child, body.outcome);
  await othersTurn();
  const end = (settled: boolean): AttemptEnd => {
    const [captureMs, extractMs] = [Math.round(capturedAt - begin), Math.round(readAt - capturedAt)];
    const settleMs = Math.round(clock.monotonic() - readAt);
    const story = captureStory(captured, body, { captureMs, extractMs, settleMs });
    return { outcome: body.outcome, settled, missed, story, tally };
  };
  const remainingMs = child.deadlineAt - clock.now() - means.retryDelayMs;
  if (shouldRetry(body.outcome, child.attempt, remainingMs)) {
    const message = captured.record.signals.failure?.message ?? OUTCOME_RULES[body.outcome].message;
    const back = { outcome: body.outcome, message };
    await traced('settle', {}, () =>
      patiently(clock, deadline, () => giveBack(means.db, means.queue, child, back)),
    );
    return end(false);
  }
  const onStored: OnStored = (kind, bytes) => void tally.stored.push({ kind, bytes });
  const files = { ...captured, record: packed };
  const kept = { ...means, log, onStored };
  await traced('settle', {}, () =>
    storeAndSettle(child, { surface, body, record: captured.record, files }, kept, deadline),
  );
  return end(true);
}

/** A capture as it was read, and what is to be stored of it. */
interface ReadCapture {
  surface: Surface;
  body: EnvelopeBody;
  record: CaptureRecord;
  files: CaptureFiles;
}

async function storeAndSettle(
  child: ClaimedChild,
  { surface, body, record, files }: ReadCapture,
  means: CaptureMeans & { log: Log; onStored: OnStored },
  deadline: Deadline,
): Promise<void> {
  const { store, clock, onStored } = means;
  deadline.throwIfAborted();
  const owner = ownerOfAttempt(child);
  const facts = {
    ...{ id: child.id, query: child.query, surface: surface.name, regionKey: child.regionKey },
    ...{ replicate: child.replicate, attempts: child.attempt },
    ...{ requestedAt: owner.requestedAt, completedAt: isoTime(clock.now()) },
  };
  const { artifacts, envelope } = await storeCapture(
    store,
    owner,
    files,
    (stored) => buildEnvelope(facts, body, record, stored),
    onStored,
  );
  await settleStored(child, artifacts, means, deadline, () => settle(means.db, means.queue, child, envelope));
}
