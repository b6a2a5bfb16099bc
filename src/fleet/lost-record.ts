import { NO_PHASES } from '../capture/phases.ts';
import { outcomeOfError } from '../capture/playwright-errors.ts';
import type { CaptureYield } from '../capture/write-up.ts';
import { neutralSignals } from '../contract/capture-record.ts';
import type { Outcome } from '../contract/outcome.ts';
import type { Surface, SurfaceRequest } from '../contract/surface.ts';
import { isoTime } from '../platform/clock.ts';
import { ContextRefusal } from './context-refusal.ts';

type Asked = SurfaceRequest & { surface: Surface; origin: 'live' | 'stage' };

/** The record of a capture that never got a page. */
export function lostRecord(asked: Asked, now: number, outcome: Outcome, message: string): CaptureYield {
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

/** The record of a capture for which no page could be opened: the browser's fault, or that of the egress it was to leave through. */
export function pagelessRecord(asked: Asked, now: number, error: unknown): CaptureYield {
  if (!(error instanceof ContextRefusal))
    return lostRecord(asked, now, 'browser_crashed', outcomeOfError(error).message);
  // The address of a proxy is the operator's affair: the log has it.
  const what =
    error.what === 'egress' ? `egress of ${asked.region?.country ?? 'this worker'}` : 'stored profile';
  return lostRecord(asked, now, 'navigation_failed', `the browser refused the ${what}`);
}
