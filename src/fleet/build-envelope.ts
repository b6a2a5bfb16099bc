import type { CaptureRecord } from '../contract/capture-record.ts';
import { type Artifacts, type Envelope, type EnvelopeBody, SCHEMA_VERSION } from '../contract/envelope.ts';
import type { ChildId } from '../contract/ids.ts';
import { OUTCOME_RULES, REGION_NOT_HONOURED } from '../contract/outcome.ts';
import type { SurfaceName } from '../contract/surface-name.ts';

/** What the Envelope says of its job, beside what was captured. */
export interface EnvelopeJobFacts {
  id: ChildId;
  query: string;
  surface: SurfaceName;
  regionKey: string;
  replicate: number;
  attempts: number;
  /** ISO 8601. */
  requestedAt: string;
  completedAt: string;
}

/** The terminal Envelope of a capture. Pure. */
export function buildEnvelope(
  facts: EnvelopeJobFacts,
  body: EnvelopeBody,
  record: CaptureRecord,
  artifacts: Artifacts,
): Envelope {
  const { outcome, answer, evidence, provenance, extraction } = body;
  const rule = OUTCOME_RULES[outcome];
  return {
    schemaVersion: SCHEMA_VERSION,
    job: {
      id: facts.id,
      query: facts.query,
      surface: facts.surface,
      method: 'own-fleet',
      region: facts.regionKey,
      status: rule.childStatus,
      warnings: [
        ...(rule.warning === null ? [] : [rule.warning]),
        ...extraction.warnings.filter((warning) => warning === REGION_NOT_HONOURED),
      ],
      requestedAt: facts.requestedAt,
      completedAt: facts.completedAt,
      artifacts,
      outcome,
      failure:
        rule.childStatus === 'failed'
          ? {
              code: outcome,
              message: failureMessage(rule.message, body, record),
              retryable: rule.retry !== 'never',
            }
          : null,
      attempts: facts.attempts,
      replicate: facts.replicate,
    },
    provenance,
    answer,
    evidence,
    extraction,
    raw: { ref: artifacts.rawKey },
  };
}

function failureMessage(general: string, body: EnvelopeBody, record: CaptureRecord): string {
  const particular = record.signals.failure?.message ?? body.extraction.marks[0];
  return particular === undefined || particular === general ? general : `${general} (${particular})`;
}
