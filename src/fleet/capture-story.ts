import type { CaptureYield } from '../capture/write-up.ts';
import type { EnvelopeBody } from '../contract/envelope.ts';

/** Where an attempt's time went, in milliseconds. */
export interface AttemptTimes {
  /** In the browser: from the wait for a page to the last proof taken. */
  captureMs: number;
  /** Extraction and assembly. */
  extractMs: number;
  /** Proof and row: what makes the end durable. */
  settleMs: number;
}

/** What one log line tells of an attempt: enough to see why it ended as it did, nothing of what was asked or shown. */
export interface CaptureStory extends AttemptTimes {
  /** Of `captureMs`: to the usable page, writing and sending the query, waiting for the answer, opening its folds, proof. */
  navigateMs: number;
  submitMs: number;
  awaitMs: number;
  expandMs: number;
  proofMs: number;
  /** Country whose proxy the capture left through, or `direct`. */
  egress: string;
  /** How waiting for the answer ended. */
  ending: string;
  httpStatus: number | null;
  loginState: string;
  endMarks: readonly string[];
  interstitials: number;
  frames: number;
  htmlChars: number;
  screenshotBytes: number;
  sources: number;
  answerChars: number;
  /** What extraction found or missed, by field. */
  health: Readonly<Record<string, string>>;
  /** Their names, without what may follow. */
  warnings: readonly string[];
}

/** What one log line tells of an attempt at a page. */
export interface PageStory extends AttemptTimes {
  /** `captured`, how the page ended otherwise, or `fault`: ours. */
  ending: string;
  httpStatus: number | null;
  redirects: number;
  htmlChars: number;
  screenshotBytes: number;
  /** Nothing is extracted from a page. */
  health: Readonly<Record<string, string>>;
}

/** The story of an attempt. Lengths and names only: no query, no answer, no URL. */
export function captureStory(captured: CaptureYield, body: EnvelopeBody, times: AttemptTimes): CaptureStory {
  const { record, screenshot, phases } = captured;
  const { signals, transcript, html } = record;
  return {
    ...times,
    ...{ navigateMs: phases.navigate, submitMs: phases.submit, awaitMs: phases.await },
    ...{ expandMs: phases.expand, proofMs: phases.proof },
    egress: captured.egress ?? 'direct',
    ending: signals.ending,
    httpStatus: signals.httpStatus,
    loginState: signals.loginState,
    endMarks: signals.endMarks,
    interstitials: signals.interstitials.length,
    frames: transcript.reduce((total, exchange) => total + exchange.frames.length, 0),
    htmlChars: html?.length ?? 0,
    screenshotBytes: screenshot?.length ?? 0,
    sources: body.evidence.sources.length,
    answerChars: body.answer.text.length,
    health: body.extraction.health,
    warnings: body.extraction.warnings.map((warning) => warning.split(/[^a-z_]/)[0] ?? ''),
  };
}
