import { parseJson } from '../../src/extract/framing.ts';
import { type Message, searchCallSchema } from './wire.ts';

/**
 * The search queries the model wrote itself, in order, each once (chatgpt.md d2): `search_model_queries` of instant
 * models, `search_queries` and the `search_query` call of thinking models. The call `search("…")` that only repeats
 * the prompt is none of them.
 */
export function fanOutQueries(messages: readonly Message[]): string[] {
  const queries = messages.flatMap(({ author, content, metadata }) => [
    ...(metadata.search_model_queries?.queries ?? []),
    ...metadata.search_queries.map(({ q }) => q),
    ...(author.role === 'assistant' && content.content_type === 'code' ? queriesOfCall(content.text) : []),
  ]);
  return [...new Set(queries.map((query) => query.trim()).filter((query) => query !== ''))];
}

function queriesOfCall(code: string | null): string[] {
  if (code === null || !code.includes('search_query')) return [];
  const call = searchCallSchema.safeParse(parseJson(code));
  return call.success ? call.data.search_query.map(({ q }) => q) : [];
}
