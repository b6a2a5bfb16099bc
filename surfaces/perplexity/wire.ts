import { z } from 'zod';

/*
 * The wire of POST /rest/sse/perplexity_ask and GET /rest/thread/… (perplexity.md d; read on streams of 2026-05 and
 * 2026-09). Every field may be missing or of another kind tomorrow: then it counts as not said.
 */

const text = z.string().nullable().catch(null);
const flag = z.boolean().nullable().catch(null);
const count = z.number().nullable().catch(null);

/** A list whose unreadable members are left out. */
function listOf<T>(item: z.ZodType<T>) {
  return z
    .array(z.unknown())
    .catch([])
    .transform((members) => members.flatMap((member) => item.safeParse(member).data ?? []));
}

/** A record that is empty where it is missing or foreign. */
const loose = z.record(z.string(), z.unknown()).catch({});

/** A query as a string or inside an object. */
const query = z.union([
  z.string(),
  z.object({ query: z.string() }).transform((value) => value.query),
  z.object({ text: z.string() }).transform((value) => value.text),
]);

export const webResultSchema = z.object({
  name: text,
  url: text,
  snippet: text,
  original_snippet: text,
  timestamp: text,
  meta_data: z
    .object({ citation_domain_name: text, domain_name: text, published_date: text })
    .nullable()
    .catch(null),
});

export const frameSchema = z.object({
  backend_uuid: text,
  uuid: text,
  query_str: text,
  display_model: text,
  user_selected_model: text,
  status: text,
  final_sse_message: flag,
  text_completed: flag,
  message_mode: text,
  /** JSON text of steps (old layout), or plain words. */
  text,
  blocks: listOf(z.record(z.string(), z.unknown())),
  related_queries: listOf(query),
  related_query_items: listOf(query),
  classifier_results: loose,
  telemetry_data: loose,
  _extras: loose,
  upsell_information: z.object({ name: text, upsell_type: text, cta: text }).nullable().catch(null),
  error_code: text,
  error_message: text,
  author_username: text,
});

export const diffBlockSchema = z.object({
  field: z.string(),
  patches: listOf(
    z
      .object({ op: z.string(), path: z.string(), from: text, value: z.unknown() })
      .transform((patch) => patch),
  ),
});

export const markdownBlockSchema = z.object({
  answer: text,
  chunks: listOf(z.string()),
  chunk_starting_offset: count,
});

export const planBlockSchema = z.object({
  steps: listOf(
    z.object({
      step_type: text,
      search_web_content: z
        .object({ queries: listOf(query) })
        .nullable()
        .catch(null),
      web_results_content: z
        .object({ web_results: listOf(webResultSchema) })
        .nullable()
        .catch(null),
    }),
  ),
});

export const workflowBlockSchema = z.object({
  steps: listOf(
    z.object({
      items: listOf(
        z.object({
          type: text,
          payload: z
            .object({
              queries_payload: z
                .object({ queries: listOf(query) })
                .nullable()
                .catch(null),
              sources_payload: z
                .object({ sources: listOf(webResultSchema) })
                .nullable()
                .catch(null),
              text_payload: z
                .object({ text, chunks: listOf(z.string()), variant: text })
                .nullable()
                .catch(null),
            })
            .nullable()
            .catch(null),
        }),
      ),
    }),
  ),
});

export const webResultBlockSchema = z.object({ web_results: listOf(webResultSchema) });

export const sourcesModeBlockSchema = z.object({
  web_results: listOf(webResultSchema),
  rows: listOf(z.object({ web_result: webResultSchema, status: text, citation: count })),
});

export const followupsBlockSchema = z.object({ followups: listOf(query) });

export const assetsBlockSchema = z.object({
  assets: listOf(z.object({ research_report: z.object({ source_content: text }).nullable().catch(null) })),
});

/** Steps of the old layout's `text`. */
export const stepsSchema = listOf(z.object({ step_type: text, content: loose }));
export const stepQueriesSchema = z.object({ queries: listOf(query) });
export const stepFinalSchema = z.object({ answer: text });
export const finalAnswerSchema = z.object({ answer: z.string(), web_results: listOf(webResultSchema) });

export type Frame = z.infer<typeof frameSchema>;
export type WebResult = z.infer<typeof webResultSchema>;
