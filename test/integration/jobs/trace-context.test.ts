import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { claim } from '../../../src/jobs/claim.ts';
import { submit } from '../../../src/jobs/submit.ts';
import { startTraces } from '../../../src/platform/trace-export.ts';
import { testLog } from '../database.ts';
import { claimed, context, fetched, type JobsWorld, openJobsWorld, request } from './jobs-world.ts';

const PARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

let world: JobsWorld;
beforeAll(async () => {
  world = await openJobsWorld();
});
afterAll(() => world?.close());

async function traceparentOf(jobId: string): Promise<string | null> {
  const { rows } = await world.db.query('SELECT traceparent FROM fleet.job WHERE id = $1', [jobId]);
  return z.object({ traceparent: z.string().nullable() }).parse(rows[0]).traceparent;
}

describe('the trace of a job', () => {
  it('is none while nothing is traced, whatever the client sent', async () => {
    const { jobId, traceId } = await submit(
      world.db,
      world.queue,
      request(),
      context({ traceparent: PARENT }),
    );
    expect([traceId, await traceparentOf(jobId)]).toEqual([undefined, null]);
    const child = await claimed(world);
    expect([child.jobId, child.traceparent]).toEqual([jobId, null]);
  });

  it.each([
    ['absent', undefined],
    ['of no form', 'hello'],
    ['of zeros', `00-${'0'.repeat(32)}-b7ad6b7169203331-01`],
    ['in capitals', PARENT.toUpperCase()],
    ['of a forbidden version', `ff${PARENT.slice(2)}`],
    ['longer than its version is', `${PARENT}-more`],
  ])('begins with the submit where the header of the request is %s', async (_what, traceparent) => {
    const spans = new InMemorySpanExporter();
    const traces = await startTraces(new SimpleSpanProcessor(spans), 'test', testLog);
    try {
      const asked = context(traceparent === undefined ? {} : { traceparent });
      const { jobId, traceId } = await submit(
        world.db,
        world.queue,
        request({ surfaces: ['gemini'] }),
        asked,
      );
      const [span, ...others] = spans.getFinishedSpans();
      expect([span?.name, span?.parentSpanContext, others]).toEqual(['submit', undefined, []]);
      expect(await traceparentOf(jobId)).toBe(`00-${traceId}-${span?.spanContext().spanId}-01`);
      expect(PARENT).not.toContain(traceId);
    } finally {
      await traces.stop();
    }
  });

  it('comes with the child that a claim takes, although its queue job was made for another', async () => {
    const spans = new InMemorySpanExporter();
    const traces = await startTraces(new SimpleSpanProcessor(spans), 'test', testLog);
    try {
      const early = await submit(world.db, world.queue, request({ priority: 1 }), context());
      const urgent = await submit(world.db, world.queue, request({ priority: 9 }), context());
      const job = await fetched(world.queue);
      expect(job.childId).toBe(early.children[0]);
      const taken = await claim(world.db, world.queue, job, { workerId: 'w1', now: Date.now() });
      if (taken.kind !== 'claimed') throw new Error(taken.kind);
      expect(taken.child.id).toBe(urgent.children[0]);
      const span = spans
        .getFinishedSpans()
        .find(({ attributes }) => attributes['fleet.job_id'] === urgent.jobId);
      expect(taken.child.traceparent).toBe(`00-${urgent.traceId}-${span?.spanContext().spanId}-01`);
      expect(urgent.traceId).not.toBe(early.traceId);
    } finally {
      await traces.stop();
    }
  });
});
