import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import type { Artifacts, Envelope, EnvelopeBody } from '../../src/contract/envelope.ts';
import { FleetError } from '../../src/contract/errors.ts';
import { SURFACE_NAMES } from '../../src/contract/surface-name.ts';
import { buildEnvelope } from '../../src/fleet/build-envelope.ts';
import { enter } from '../../src/fleet/presence.ts';
import { type ClaimedChild, claim } from '../../src/jobs/claim.ts';
import { fetchByTurn } from '../../src/jobs/fairness.ts';
import { settle } from '../../src/jobs/settle.ts';
import { isoTime } from '../../src/platform/clock.ts';
import { openDatabase } from '../../src/platform/database.ts';
import { createLog } from '../../src/platform/log.ts';
import { openQueue } from '../../src/platform/queue.ts';
import { bodyOfCase, fixtureCases, recordOfCase } from '../fixtures/fixture-cases.ts';
import { RECORDED_MS } from './recorded-durations.ts';

/**
 * One process of simulated workers. Arguments: database URL, how many times faster than real the clock runs, mean
 * seconds of a capture by that clock, connections of the pool. Told `{workers: n}`, it runs so many; told
 * `{stop: true}`, they finish what they hold. Tells its counts twice a second.
 *
 * Everything towards the database is the worker's own code: fetch by turn, claim, heartbeat, settle with an Envelope of
 * a real page. Only the capture between them is a pause, of a recorded duration.
 */
const [url, scale, meanS, connections] = z
  .tuple([z.string(), z.coerce.number(), z.coerce.number(), z.coerce.number()])
  .parse(process.argv.slice(2));
const HEARTBEAT_S = 10;
const IDLE_MS = 200;
const RETRY_MS = 100;
const recordedMeanMs = RECORDED_MS.reduce((sum, ms) => sum + ms, 0) / RECORDED_MS.length;
const log = createLog('fatal', 'bench');
const db = openDatabase(url, { log, max: connections });
const queue = await openQueue(db, {
  ...{ log, heartbeatS: HEARTBEAT_S, captureTimeoutMs: 210_000, retryDelayS: 5 },
});
const workerId = `simulated-${process.pid}`;
const presence = await enter(
  db,
  { id: workerId, host: 'bench', pid: process.pid, slots: 1, surfaces: SURFACE_NAMES, origin: 'stage' },
  Date.now(),
  log,
);
const counts = { dispatched: 0, settled: 0, refused: 0, lost: 0 };
const loops: Promise<void>[] = [];
let stopping = false;
let turn = 0;
let captured = 0;

const [sample] = fixtureCases('chatgpt', 'signed-in-citations');
if (sample === undefined) throw new Error('the fixture chatgpt/signed-in-citations is gone');
const record = recordOfCase(sample);
const body: EnvelopeBody = bodyOfCase(sample);
const artifacts: Artifacts = {
  ...{ rawKey: 'raw/bench', proofHtmlKey: 'proof/bench', screenshotKey: 'shots/bench', thumbnailKey: null },
  ...{ rawSha256: '0'.repeat(64), proofHtmlSha256: '0'.repeat(64), screenshotSha256: '0'.repeat(64) },
  thumbnailSha256: null,
};

function envelopeOf(child: ClaimedChild): Envelope {
  const { id, query, regionKey, replicate, attempt } = child;
  const { surface } = record;
  const times = { requestedAt: isoTime(child.requestedAt), completedAt: isoTime(Date.now()) };
  return buildEnvelope(
    { id, query, surface, regionKey, replicate, attempts: attempt, ...times },
    body,
    record,
    artifacts,
  );
}

/** Runs a step again while the database (or its pool) has no room for it. */
async function patiently<T>(step: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof FleetError) || error.code !== 'DATABASE_UNAVAILABLE') throw error;
      counts.refused++;
      await pause(RETRY_MS);
    }
  }
}

/** Holds a child as long as a capture would, with its heartbeats. */
async function hold(child: ClaimedChild): Promise<void> {
  const recorded = RECORDED_MS[captured++ % RECORDED_MS.length] ?? recordedMeanMs;
  const until = performance.now() + ((recorded / recordedMeanMs) * meanS * 1_000) / scale;
  const beatMs = (HEARTBEAT_S * 1_000) / 3 / scale;
  for (let left = until - performance.now(); left > 0; left = until - performance.now()) {
    await pause(Math.min(left, beatMs));
    if (left > beatMs) await patiently(() => queue.touch(child.lease));
  }
}

async function work(): Promise<void> {
  while (!stopping) {
    const first = turn++ % SURFACE_NAMES.length;
    const order = [...SURFACE_NAMES.slice(first), ...SURFACE_NAMES.slice(0, first)];
    const job = await patiently(() => fetchByTurn(db, queue, order));
    if (job === undefined) {
      await pause(IDLE_MS);
      continue;
    }
    const claimed = await patiently(() => claim(db, queue, job, { workerId, now: Date.now() }));
    if (claimed.kind !== 'claimed') continue;
    counts.dispatched++;
    await hold(claimed.child);
    const envelope = envelopeOf(claimed.child);
    try {
      await patiently(() => settle(db, queue, claimed.child, envelope));
      counts.settled++;
    } catch (error) {
      if (!(error instanceof FleetError) || error.code !== 'LEASE_LOST') throw error;
      counts.lost++;
    }
  }
}

const tell = setInterval(() => process.send?.(counts), 500);
const order = z.union([z.object({ workers: z.int() }), z.object({ stop: z.literal(true) })]);
process.on('message', (message) => {
  const told = order.parse(message);
  if ('workers' in told) while (loops.length < told.workers) loops.push(work());
  else void finish();
});

async function finish(): Promise<void> {
  stopping = true;
  await Promise.all(loops);
  clearInterval(tell);
  process.send?.(counts);
  await presence.leave();
  await queue.close();
  await db.close();
  process.disconnect();
}
