import { z } from 'zod';
import { childStatusSchema } from '../contract/envelope.ts';
import { jobStatusSchema } from '../contract/job-view.ts';
import { outcomeSchema } from '../contract/outcome.ts';
import { surfaceNameSchema } from '../contract/surface-name.ts';
import type { Deadline } from '../platform/deadline.ts';

/** Where the API is and how to be let in. */
export interface DemoClient {
  url: string;
  key: string;
  deadline: Deadline;
}

const jobSchema = z.object({
  job: z.object({ id: z.string(), status: jobStatusSchema }),
  children: z.array(
    z.object({
      id: z.string(),
      surface: surfaceNameSchema,
      status: childStatusSchema,
      outcome: outcomeSchema.nullable(),
    }),
  ),
});

export type DemoJob = z.infer<typeof jobSchema>;

async function call(client: DemoClient, path: string, body?: unknown): Promise<unknown> {
  const response = await client.deadline.run('API call', () =>
    fetch(`${client.url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${client.key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );
  const answer: unknown = await client.deadline.run('API answer', () => response.json());
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${JSON.stringify(answer)}`);
  return answer;
}

/** Submits the query for these surfaces, async; tells the job's id. */
export async function submitDemo(
  client: DemoClient,
  query: string,
  surfaces: readonly string[],
): Promise<string> {
  const answer = await call(client, '/v1/search?mode=async', { query, surfaces });
  return z.object({ jobId: z.string() }).parse(answer).jobId;
}

export async function readDemoJob(client: DemoClient, jobId: string): Promise<DemoJob> {
  return jobSchema.parse(await call(client, `/v1/jobs/${jobId}`));
}

export function readDemoChild(client: DemoClient, childId: string): Promise<unknown> {
  return call(client, `/v1/jobs/${encodeURIComponent(childId)}`);
}
