import { type CaptureRecord, neutralSignals } from '../contract/capture-record.ts';
import type { SurfaceName } from '../contract/surface-name.ts';
import { transcriptFromText } from './framing.ts';

/** What is known of a stored page or stream. */
export interface StoredCapture {
  surface: SurfaceName;
  adapterVersion: string;
  html?: string | undefined;
  transcript?: string | undefined;
  query?: string | undefined;
  url?: string | undefined;
}

/** Time a record made from a file carries: the file does not say when it was taken, and `extract` reads no clock. */
const UNKNOWN_TIME = '1970-01-01T00:00:00.000Z';

/** A CaptureRecord of a page and a transcript that lie in files: the same door as a live capture. */
export function recordFromFile(stored: StoredCapture): CaptureRecord {
  return {
    recordVersion: 1,
    surface: stored.surface,
    adapterVersion: stored.adapterVersion,
    origin: 'file',
    query: stored.query ?? '',
    region: null,
    requestedUrl: stored.url ?? null,
    finalUrl: stored.url ?? null,
    startedAt: UNKNOWN_TIME,
    capturedAt: UNKNOWN_TIME,
    browser: null,
    html: stored.html ?? null,
    transcript:
      stored.transcript === undefined
        ? []
        : transcriptFromText(stored.transcript, stored.url ?? 'about:file'),
    screenshot: null,
    signals: neutralSignals(),
  };
}
