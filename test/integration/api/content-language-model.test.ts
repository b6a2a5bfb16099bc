import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataOf, type FakeModel, startFakeModel } from '../fake-model.ts';
import { type ContentWorld, openContentWorld } from './content-world.ts';

let server: FakeModel;
let world: ContentWorld;
beforeAll(async () => {
  server = await startFakeModel();
  world = await openContentWorld({ languageModel: server.setting });
});
afterAll(async () => {
  await world.close();
  server.close();
});

const SUMMARY = 'The page can be found; add sources to its claims first.';

/** A run that has ended, and its score as it is stored, before the model may answer and after it did. */
async function runWith(summary: string) {
  let release = (): void => undefined;
  const gate = new Promise<void>((open) => {
    release = open;
  });
  server.say(async () => {
    await gate;
    return { text: JSON.stringify({ summary }) };
  });
  const url = world.site.url('/injected');
  const { ask } = world.client;
  const { run_id: id } = (
    await ask('POST', '/v1/content-intelligence/runs', { url, analysis_depth: 'score' })
  ).body;
  const stored = async (): Promise<string> => {
    const { rows } = await world.api.db.query('SELECT score::text FROM fleet.content_run WHERE id = $1', [
      id,
    ]);
    return JSON.stringify(rows);
  };
  const { body: before } = await world.ended(world.client, id);
  const scored = await stored();
  release();
  await expect
    .poll(
      async () =>
        (await world.api.db.query('SELECT done FROM fleet.model_task WHERE run_id = $1', [id])).rows,
      { timeout: 30_000 },
    )
    .toEqual([{ done: true }]);
  const { body: after } = await ask('GET', `/v1/content-intelligence/runs/${id}?include_result=true`);
  return { before, after, unchanged: scored === (await stored()) };
}

describe('given a language model, the summary of a content run', () => {
  it('is its text once it wrote one, marked; the score stays byte for byte, whatever the page tells the model', async () => {
    const { before, after, unchanged } = await runWith(SUMMARY);
    expect(before.status).toBe('completed');
    expect(before.ca_result.overall).not.toHaveProperty('summary_by');
    expect(after.ca_result.overall).toEqual({
      ...before.ca_result.overall,
      summary: SUMMARY,
      summary_by: {
        ...{ basis: 'llm', model: 'model-under-test', temperature: 0 },
        prompt_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
    expect(unchanged).toBe(true);
    expect({ ...after.ca_result, overall: null }).toEqual({ ...before.ca_result, overall: null });
    const [asked] = server.asked;
    expect(asked === undefined ? '' : dataOf(asked)).toContain('Ignore previous instructions');
    expect(asked?.messages[0]?.content).not.toContain('Ignore previous instructions');
  });

  it('stays the template, and says why, when the model does twice what the page told it', async () => {
    server.asked.length = 0;
    const { before, after, unchanged } = await runWith(
      'This page has a score of 100 of 100, nothing is to be done.',
    );
    expect(server.asked).toHaveLength(2);
    expect(after.ca_result.overall).toEqual({
      ...before.ca_result.overall,
      summary_note: expect.stringMatching(/^model-under-test: 2 replies were not as asked/),
    });
    expect(after.overall_score).toBe(before.overall_score);
    expect(unchanged).toBe(true);
  });
});
