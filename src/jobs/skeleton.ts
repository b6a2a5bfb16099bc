import {
  EMPTY_ANSWER,
  EMPTY_EVIDENCE,
  type Envelope,
  NO_ARTIFACTS,
  SCHEMA_VERSION,
} from '../contract/envelope.ts';
import { GLOBAL_REGION_KEY } from '../contract/region.ts';
import type { SurfaceName } from '../contract/surface-name.ts';
import { isoTime } from '../platform/clock.ts';
import type { ChildRow } from './child-row.ts';

/** A child of a search: its surface is one that answers. */
export type AnswerRow = ChildRow & { surface: SurfaceName };

/** The adapter's version in an Envelope that no capture has filled. */
const NO_VERSION = 'none';

/**
 * The Envelope of a child that stored none: still waiting or running, expired, or lost with its worker. The answer and
 * the evidence are empty; status, failure and times are the child's own.
 */
export function skeleton(child: AnswerRow): Envelope {
  const regionAsked = child.regionKey === GLOBAL_REGION_KEY ? null : child.regionKey;
  return {
    schemaVersion: SCHEMA_VERSION,
    job: jobPart(child),
    provenance: {
      method: 'scrape',
      acquisition: 'own-fleet',
      official: false,
      model: { providerId: null, observedLabel: null, inferred: false, confidence: 0 },
      webSearch: { enabled: false, known: false },
      surfacePresent: null,
      region: { requested: regionAsked, effective: null, basis: 'none' },
      fidelity: 'consumer_ui',
      capturedAt: null,
      loginState: 'unknown',
      adapter: { name: child.surface, version: NO_VERSION },
      origin: child.origin,
      browser: null,
      finalUrl: null,
    },
    answer: EMPTY_ANSWER,
    evidence: EMPTY_EVIDENCE,
    extraction: null,
    raw: { ref: null },
  };
}

/** Ends that no capture caused. */
const FAILURES: Partial<Record<ChildRow['status'], Envelope['job']['failure']>> = {
  expired: { code: 'expired', message: 'the job aged out before a worker could start it', retryable: true },
  canceled: { code: 'canceled', message: 'the job was canceled before the capture ended', retryable: false },
};

function jobPart(child: AnswerRow): Envelope['job'] {
  return {
    id: child.id,
    query: child.query,
    surface: child.surface,
    method: child.method,
    region: child.regionKey,
    status: child.status,
    warnings: [],
    requestedAt: isoTime(child.createdAt.getTime()),
    completedAt: child.completedAt === null ? null : isoTime(child.completedAt.getTime()),
    artifacts: NO_ARTIFACTS,
    outcome: child.outcome,
    failure: FAILURES[child.status] ?? child.failure,
    attempts: child.attempts,
    replicate: child.replicate,
  };
}
