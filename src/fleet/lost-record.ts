import { outcomeOfError } from '../capture/playwright-errors.ts';
import type { CaptureYield } from '../capture/run-capture.ts';
import { neutralSignals } from '../contract/capture-record.ts';
import type { Region } from '../contract/region.ts';
import type { Surface, SurfaceRequest } from '../contract/surface.ts';
import { isoTime } from '../platform/clock.ts';

/** The record of a capture that never got a page: no browser could be had. */
export function lostRecord(
  request: SurfaceRequest & { region: Region | null; origin: 'live' | 'stage' },
  surface: Surface,
  now: number,
  error: unknown,
): CaptureYield {
  const { message } = outcomeOfError(error);
  return {
    record: {
      recordVersion: 1,
      surface: surface.name,
      adapterVersion: surface.version,
      origin: request.origin,
      query: request.query,
      region: request.region,
      requestedUrl: null,
      finalUrl: null,
      startedAt: isoTime(now),
      capturedAt: isoTime(now),
      browser: null,
      html: null,
      transcript: [],
      screenshot: null,
      signals: { ...neutralSignals(), failure: { outcome: 'browser_crashed', message } },
    },
    screenshot: null,
    thumbnail: null,
    proofHtml: null,
  };
}
