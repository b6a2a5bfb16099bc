import type { DraftSource } from '../../src/contract/extraction.ts';
import { canonicalUrl, isWebUrl } from '../../src/extract/urls.ts';
import type { ContentBlock } from './content-blocks.ts';
import { type Citation, type Knowledge, knowledgeSchema } from './wire.ts';

interface Shown {
  url: string | null;
  title?: string | null;
  publisher?: string | null;
  snippet?: string | null;
  publishedAt?: string | null;
  position?: number;
  providerRef?: string | null;
}

const orNull = (text: string | null | undefined): string | null =>
  text == null || text.trim() === '' ? null : text.trim();

/** The draft of a page as the surface names it; undefined when it has no web address. */
export function draftOf(shown: Shown): DraftSource | undefined {
  const { url } = shown;
  const key = url !== null && isWebUrl(url) ? canonicalUrl(url) : undefined;
  if (url === null || key === undefined) return undefined;
  return {
    key,
    url,
    title: orNull(shown.title),
    publisher: orNull(shown.publisher),
    snippet: orNull(shown.snippet),
    publishedAt: orNull(shown.publishedAt),
    position: shown.position ?? null,
    providerRef: orNull(shown.providerRef),
  };
}

/** Every page one citation names: its own, and those behind the "+2" of its chip. */
export function citedSources(citation: Citation): DraftSource[] {
  const own = draftOf({
    url: citation.url,
    title: citation.title,
    publisher: citation.metadata.site_name,
    publishedAt: citation.metadata.age,
    providerRef: citation.uuid,
  });
  const further = citation.sources.flatMap(
    ({ url, title, source, content_body }) =>
      draftOf({ url, title, publisher: source, snippet: content_body }) ?? [],
  );
  const once = new Map<string, DraftSource>();
  for (const draft of own === undefined ? further : [own, ...further]) {
    const known = once.get(draft.key);
    once.set(draft.key, known === undefined ? draft : { ...known, snippet: known.snippet ?? draft.snippet });
  }
  return [...once.values()];
}

/** Tools whose results are pages of the web. */
const WEB_TOOLS = /^(?:web_search|web_fetch|google_|fetch$)/;

export function isWebTool(name: string): boolean {
  return WEB_TOOLS.test(name);
}

/** Everything the turn's searches and fetches brought back, in the order it came, each page once. */
export function retrievedSources(blocks: readonly ContentBlock[]): DraftSource[] {
  const pages = blocks.flatMap((block) =>
    block.kind === 'tool_result' && isWebTool(block.name)
      ? block.content.flatMap((item) => knowledgeSchema.safeParse(item).data ?? [])
      : [],
  );
  const once = new Map<string, DraftSource>();
  for (const page of pages) {
    const draft = pageDraft(page);
    if (draft !== undefined && !once.has(draft.key))
      once.set(draft.key, { ...draft, position: once.size + 1 });
  }
  return [...once.values()];
}

function pageDraft({ url, title, metadata, prompt_context_metadata: context, page_age }: Knowledge) {
  return draftOf({
    url,
    title,
    publisher: metadata.site_name,
    publishedAt: context.age ?? metadata.age ?? page_age,
  });
}
