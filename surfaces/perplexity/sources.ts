import type { DraftSource } from '../../src/contract/extraction.ts';
import { canonicalUrl, isWebUrl } from '../../src/extract/urls.ts';
import { finalStep } from './answer-text.ts';
import type { Entry } from './entry.ts';
import {
  planBlockSchema,
  sourcesModeBlockSchema,
  type WebResult,
  webResultBlockSchema,
  workflowBlockSchema,
} from './wire.ts';

/** What a source is known by: its URL without tracking and text fragment; undefined for attachments and memories. */
export function sourceKey(url: string): string | undefined {
  return isWebUrl(url) ? canonicalUrl(url) : undefined;
}

const orNull = (value: string | null | undefined): string | null => {
  const trimmed = value?.trim() ?? '';
  return trimmed === '' ? null : trimmed;
};

/** A day without a time of its own is sent as its midnight. */
function publishedAt(result: WebResult): string | null {
  const date = orNull(result.timestamp) ?? orNull(result.meta_data?.published_date);
  return date?.replace(/T00:00:00(?:\.0+)?Z?$/, '') ?? null;
}

function draftOf(result: WebResult, position: number | null): DraftSource | undefined {
  const key = result.url === null ? undefined : sourceKey(result.url);
  if (key === undefined) return undefined;
  return {
    key,
    url: result.url,
    title: orNull(result.name),
    // What the citation pill shows; `domain_name` is the owner's name where it is known (2026-05).
    publisher: orNull(result.meta_data?.citation_domain_name) ?? orNull(result.meta_data?.domain_name),
    snippet: orNull(result.snippet) ?? orNull(result.original_snippet),
    publishedAt: publishedAt(result),
    position,
    providerRef: null,
  };
}

/** Everything an entry's searches brought back, and which of it a number in the answer names. */
export interface SourceIndex {
  /** In the surface's own order, then what only single steps show. */
  drafts: DraftSource[];
  /** The key of the source cited as `[n]`; undefined when the number names none. */
  keyOf(n: number): string | undefined;
  /** True when the wire brought results at all, web pages or others. */
  any: boolean;
}

/**
 * `[n]` names the row that carries `citation: n`, else the n-th result: results are put into citation order while
 * the answer streams, so only the last state counts (perplexity.md d, diff mode, seen 2026-09).
 */
export function indexSources(entry: Entry): SourceIndex {
  const mode = sourcesModeBlockSchema.safeParse(
    entry.blocks.get('sources_answer_mode')?.sources_mode_block,
  ).data;
  const rows = mode?.rows ?? [];
  const results = [resultBlock(entry), finalStep(entry)?.web_results ?? [], mode?.web_results ?? []].find(
    (list) => list.length > 0,
  );
  const numbered = results ?? rows.map(({ web_result }) => web_result);
  const rowOf = new Map(
    rows.flatMap((row) => (row.citation === null ? [] : [[row.citation, row.web_result]])),
  );
  const further = [...rows.map(({ web_result }) => web_result), ...stepResults(entry)];
  const drafts = [
    ...numbered.flatMap((result, index) => draftOf(result, index + 1) ?? []),
    ...further.flatMap((result) => draftOf(result, null) ?? []),
  ];
  return {
    drafts: once(drafts),
    keyOf: (n) => {
      const url = (rowOf.get(n) ?? numbered[n - 1])?.url;
      return url === null || url === undefined ? undefined : sourceKey(url);
    },
    any: numbered.length > 0 || further.length > 0,
  };
}

function resultBlock({ blocks }: Entry): WebResult[] {
  return webResultBlockSchema.safeParse(blocks.get('web_results')?.web_result_block).data?.web_results ?? [];
}

/** What the steps say they found, in either layout. */
function stepResults({ blocks }: Entry): WebResult[] {
  const workflow = workflowBlockSchema.safeParse(blocks.get('workflow_root')?.workflow_block).data;
  const plan = planBlockSchema.safeParse(blocks.get('pro_search_steps')?.plan_block).data;
  return [
    ...(workflow?.steps ?? []).flatMap(({ items }) =>
      items.flatMap(({ payload }) => payload?.sources_payload?.sources ?? []),
    ),
    ...(plan?.steps ?? []).flatMap(({ web_results_content }) => web_results_content?.web_results ?? []),
  ];
}

function once(drafts: readonly DraftSource[]): DraftSource[] {
  const first = new Map<string, DraftSource>();
  for (const draft of drafts) {
    const known = first.get(draft.key);
    if (known === undefined) first.set(draft.key, { ...draft });
    else {
      known.title ??= draft.title;
      known.publisher ??= draft.publisher;
      known.snippet ??= draft.snippet;
      known.publishedAt ??= draft.publishedAt;
    }
  }
  return [...first.values()];
}
