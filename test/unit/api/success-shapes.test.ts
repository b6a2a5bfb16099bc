import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presenterOf } from '../../../src/api/presenters/index.ts';
import type { Accepted } from '../../../src/api/presenters/presenter.ts';
import { acceptedSchema, syncResultSchema } from '../../../src/api/wire.ts';
import { API_VERSIONS } from '../../../src/contract/dialect.ts';
import { CHILD_STATUSES, type Envelope, envelopeSchema } from '../../../src/contract/envelope.ts';
import { type ChildId, formatChildId, type JobId, parseChildId } from '../../../src/contract/ids.ts';
import { JOB_STATUSES, type JobView, jobViewSchema } from '../../../src/contract/job-view.ts';
import { OUTCOMES } from '../../../src/contract/outcome.ts';
import { SURFACE_NAMES } from '../../../src/contract/surface-name.ts';
import { type AnswerRow, skeleton } from '../../../src/jobs/skeleton.ts';

const JOB = 'job_8t2q' as JobId;
const AT = Date.UTC(2026, 5, 27, 12);

function idOf(surface: (typeof SURFACE_NAMES)[number], regionKey: string, replicate: number): ChildId {
  return formatChildId({ jobId: JOB, surface, method: 'own-fleet', regionKey, replicate });
}

/** The Envelope of a child that no capture has filled: every field is there. */
function envelopeOf(given: Partial<AnswerRow>): Envelope {
  const row: AnswerRow = {
    ...{ jobId: JOB, surface: 'chatgpt', method: 'own-fleet', regionKey: 'us', region: null, replicate: 1 },
    ...{ status: 'queued', attempts: 0, queueJobId: 'q', claimedRetry: null, workerId: null },
    ...{ lastOutcome: null, lastMessage: null, outcome: null, failure: null, completedAt: null },
    ...{ requestId: 'req_1' as AnswerRow['requestId'], query: 'q', origin: 'live' },
    ...{ createdAt: new Date(AT), deadlineAt: new Date(AT + 60_000), traceparent: null },
    ...given,
    id: idOf(given.surface ?? 'chatgpt', given.regionKey ?? 'us', given.replicate ?? 1),
  };
  return skeleton(row);
}

function viewOf(envelopes: readonly Envelope[]): JobView {
  return {
    job: {
      id: JOB,
      status: 'processing',
      query: 'q',
      createdAt: new Date(AT).toISOString(),
      completedAt: null,
    },
    children: envelopes.map(({ job }) => ({
      ...{ id: job.id, surface: job.surface, region: job.region, status: job.status, outcome: job.outcome },
    })),
  };
}

/** The parts of an Envelope that a dialect may write in its own way. */
function differing({ job, provenance }: Envelope): object {
  const { id, surface, method, region, replicate, status } = job;
  return { job: { id, surface, method, region, replicate, status }, region: provenance.region };
}

const accepted = (ids: readonly string[]): Accepted => ({
  jobId: JOB,
  status: 'processing',
  children: [...ids],
});

describe('every success, in both dialects,', () => {
  it('is written exactly as the golden file has it', async () => {
    const one = envelopeOf({ regionKey: 'us:new-york' });
    const second = envelopeOf({ surface: 'gemini', regionKey: 'GLOBAL', replicate: 2, status: 'expired' });
    const golden = API_VERSIONS.map((version) => {
      const presenter = presenterOf(version);
      const both = [one, second];
      return {
        version,
        accepted: presenter.accepted(accepted(both.map(({ job }) => job.id))),
        job: presenter.jobView(viewOf(both)),
        envelopes: both.map((envelope) => differing(presenter.envelope(envelope))),
        sync: Object.keys(presenter.syncResult({ jobId: JOB, status: 'processing', envelopes: [one] })),
      };
    });
    await expect(`${JSON.stringify(golden, null, 1)}\n`).toMatchFileSnapshot('successes.golden.txt');
  });

  const child = fc.record({
    surface: fc.constantFrom(...SURFACE_NAMES),
    regionKey: fc.constantFrom('GLOBAL', 'us', 'us:new-york', 'de::en', 'jp:東京:ja'),
    replicate: fc.integer({ min: 1, max: 50 }),
    status: fc.constantFrom(...CHILD_STATUSES),
    outcome: fc.constantFrom(null, ...OUTCOMES),
    attempts: fc.nat(9),
    query: fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
    completedAt: fc.constantFrom(null, new Date(AT + 1_000)),
  });

  it('fits the schemas that its document is made of, and its ids lead back to the same child', () => {
    fc.assert(
      fc.property(
        fc.array(child, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(...JOB_STATUSES),
        (rows, status) => {
          const envelopes = rows.map(envelopeOf);
          const [first] = envelopes;
          if (first === undefined) throw new Error('unreachable');
          for (const version of API_VERSIONS) {
            const presenter = presenterOf(version);
            const shown = acceptedSchema.parse(
              presenter.accepted(accepted(envelopes.map(({ job }) => job.id))),
            );
            expect(shown.children.map(parseChildId)).toEqual(
              envelopes.map(({ job }) => parseChildId(job.id)),
            );
            const view = viewOf(envelopes);
            jobViewSchema.parse(presenter.jobView({ ...view, job: { ...view.job, status } }));
            for (const envelope of envelopes) envelopeSchema.parse(presenter.envelope(envelope));
            const sync = presenter.syncResult({ jobId: JOB, status, envelopes: [first] });
            (version === '2026-06-01' ? envelopeSchema : syncResultSchema).parse(sync);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
