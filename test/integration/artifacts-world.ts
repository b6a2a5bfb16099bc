import type { ArtifactStore } from '../../src/artifacts/artifact-store.ts';
import { packRecord, storeCapture } from '../../src/artifacts/capture-artifacts.ts';
import { type CaptureRecord, neutralSignals } from '../../src/contract/capture-record.ts';
import type { Envelope } from '../../src/contract/envelope.ts';
import { settle } from '../../src/jobs/settle.ts';
import { isoTime } from '../../src/platform/clock.ts';
import { claimed, envelopeFor, type JobsWorld } from './jobs/jobs-world.ts';

const RECORD: CaptureRecord = {
  ...{ recordVersion: 1, surface: 'chatgpt', adapterVersion: '1', origin: 'stage', query: 'q', region: null },
  ...{
    requestedUrl: null,
    finalUrl: null,
    browser: null,
    html: '<p>x</p>',
    transcript: [],
    screenshot: null,
  },
  ...{ startedAt: '2026-11-23T00:00:00.000Z', capturedAt: '2026-11-23T00:00:01.000Z' },
  signals: neutralSignals(),
};

/** Runs the next child to its end as a worker does: proof into the store first, its keys and hashes with the Envelope. */
export async function finishWithProof(
  world: JobsWorld,
  store: ArtifactStore,
  proofHtml = '<script>alert(1)</script>',
): Promise<Envelope> {
  const child = await claimed(world);
  const attempt = `${child.attempt}-${child.lease.queueJobId.slice(0, 8)}`;
  const owner = { id: child.id, requestedAt: isoTime(child.requestedAt), attempt };
  const envelope = await envelopeFor(world.db, child.id, 'answered', 'with proof 🜁');
  const files = { record: packRecord(RECORD), proofHtml, screenshot: Buffer.from('png'), thumbnail: null };
  await storeCapture(store, owner, files, (artifacts) => {
    envelope.job.artifacts = artifacts;
    envelope.raw.ref = artifacts.rawKey;
    return envelope;
  });
  await settle(world.db, world.queue, child, envelope);
  return envelope;
}
