import { NO_PHASES } from '../capture/phases.ts';
import type { CaptureYield } from '../capture/write-up.ts';
import { neutralSignals } from '../contract/capture-record.ts';
import type { Outcome } from '../contract/outcome.ts';
import type { Surface, SurfaceRequest } from '../contract/surface.ts';
import { isoTime } from '../platform/clock.ts';

/** The record of a capture that never got a page. */
export function lostRecord(
  asked: SurfaceRequest & { surface: Surface; origin: 'live' | 'stage' },
  now: number,
  outcome: Outcome,
  message: string,
): CaptureYield {
  const { surface } = asked;
  return {
    record: {
      recordVersion: 1,
      surface: surface.name,
      adapterVersion: surface.version,
      origin: asked.origin,
      query: asked.query,
      region: asked.region,
      requestedUrl: null,
      finalUrl: null,
      startedAt: isoTime(now),
      capturedAt: isoTime(now),
      browser: null,
      html: null,
      transcript: [],
      screenshot: null,
      signals: { ...neutralSignals(), failure: { outcome, message } },
    },
    screenshot: null,
    thumbnail: Promise.resolve(null),
    proofHtml: null,
    phases: NO_PHASES,
    egress: null,
  };
}
