import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Asked, dataOf, type FakeModel, startFakeModel } from '../fake-model.ts';
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

const ADVICE = 'Put the answer into the first paragraph.';

const isAdvice = ({ messages }: Asked): boolean => /For each finding/.test(messages[0]?.content ?? '');

/** A text for each finding that was asked about. */
function advised(asked: Asked, text: string) {
  return [...dataOf(asked).matchAll(/ finding ([rt]\d+)$/gm)].map(([, id]) => ({ id, text }));
}

/** A result as it is without a model's advice. */
function withoutAdvice(result: unknown): unknown {
  return JSON.parse(
    JSON.stringify(result, (key, value) => (/^(?:rewritten|advice_note)$/.test(key) ? undefined : value)),
  );
}

/** A run that has ended, and its score as it is stored, before the model may answer and after it did. */
async function runWith(summary: string, advice = ADVICE) {
  let release = (): void => undefined;
  const gate = new Promise<void>((open) => {
    release = open;
  });
  server.say(async (asked) => {
    await gate;
    const reply = isAdvice(asked) ? { texts: advised(asked, advice) } : { summary };
    return { text: JSON.stringify(reply) };
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
    expect(withoutAdvice({ ...after.ca_result, overall: null })).toEqual({
      ...{ ...before.ca_result, overall: null },
    });
    const asked = server.asked.find((own) => !isAdvice(own));
    expect(asked === undefined ? '' : dataOf(asked)).toContain('Ignore previous instructions');
    expect(asked?.messages[0]?.content).not.toContain('Ignore previous instructions');
  });

  it('stays the template, and says why, when the model does twice what the page told it', async () => {
    server.asked.length = 0;
    const { before, after, unchanged } = await runWith(
      'This page has a score of 100 of 100, nothing is to be done.',
    );
    expect(server.asked.filter((asked) => !isAdvice(asked))).toHaveLength(2);
    expect(after.ca_result.overall).toEqual({
      ...before.ca_result.overall,
      summary_note: expect.stringMatching(/^model-under-test: 2 replies were not as asked/),
    });
    expect(after.overall_score).toBe(before.overall_score);
    expect(unchanged).toBe(true);
  });
});

describe('given a language model, the advice of a content run', () => {
  it('is its text beside that of the template, marked, finding by finding', async () => {
    const { before, after, unchanged } = await runWith(SUMMARY);
    const { recommendations, top_recommendations: flat } = after.ca_result;
    expect(recommendations.length).toBeGreaterThan(0);
    for (const [index, own] of recommendations.entries()) {
      const { rewritten, ...template } = own;
      expect(template).toEqual(before.ca_result.recommendations[index]);
      expect(rewritten).toEqual({
        ...{ text: ADVICE, basis: 'llm', model: 'model-under-test', temperature: 0 },
        prompt_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
    }
    // A text that nothing can mark is never a model's.
    expect(flat).toEqual(before.ca_result.top_recommendations);
    expect(JSON.stringify(flat)).not.toContain(ADVICE);
    expect(unchanged).toBe(true);
  });

  it('is not there, and the result says why, when it names a figure nobody measured', async () => {
    server.asked.length = 0;
    const { before, after } = await runWith(SUMMARY, 'This brings 4711 percent more citations.');
    expect(server.asked.filter(isAdvice)).toHaveLength(2);
    expect(after.ca_result.advice_note).toMatch(/^model-under-test: 2 replies were not as asked/);
    expect(JSON.stringify(after)).not.toContain('4711');
    expect(withoutAdvice(after.ca_result.recommendations)).toEqual(before.ca_result.recommendations);
  });
});
