import { stepsOf } from './answer-text.ts';
import type { Entry } from './entry.ts';
import { planBlockSchema, stepQueriesSchema, workflowBlockSchema } from './wire.ts';

/**
 * The queries the surface says it searched for, in order, each once: those of the workflow's steps (since 2026-08),
 * else of the plan's SEARCH_WEB steps, else of the steps in `text`. Empty when it did not search.
 */
export function fanOutQueries(entry: Entry): string[] {
  const found = [workflowQueries(entry), planQueries(entry), textQueries(entry)].find(
    ({ length }) => length > 0,
  );
  return [...new Set((found ?? []).map((query) => query.trim()).filter((query) => query !== ''))];
}

function workflowQueries({ blocks }: Entry): string[] {
  const workflow = workflowBlockSchema.safeParse(blocks.get('workflow_root')?.workflow_block).data;
  return (workflow?.steps ?? []).flatMap(({ items }) =>
    items.flatMap(({ payload }) => payload?.queries_payload?.queries ?? []),
  );
}

function planQueries({ blocks }: Entry): string[] {
  return ['pro_search_steps', 'plan'].flatMap((usage) => {
    const plan = planBlockSchema.safeParse(blocks.get(usage)?.plan_block).data;
    return (plan?.steps ?? []).flatMap(({ search_web_content }) => search_web_content?.queries ?? []);
  });
}

function textQueries(entry: Entry): string[] {
  return stepsOf(entry)
    .filter(({ step_type }) => step_type === 'SEARCH_WEB')
    .flatMap(({ content }) => stepQueriesSchema.parse(content).queries);
}
