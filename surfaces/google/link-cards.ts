import type { DraftSource } from '../../src/contract/extraction.ts';
import type { CheerioAPI, Element } from '../../src/extract/dom.ts';
import { canonicalUrl } from '../../src/extract/urls.ts';
import { datedSnippet, labelTitle, textRuns } from './card-texts.ts';
import { resolveLink } from './source-links.ts';

/**
 * Sources of a block whose cards carry no id: list items with a labelled link, in their order, each address once (the
 * full panel repeats the column's). The generation before mid-2025, and the small overviews of questions.
 */
export function readLinkCards($: CheerioAPI, root: Element): DraftSource[] {
  const drafts = new Map<string, DraftSource>();
  for (const link of $(root).find('ul > li a[href][aria-label]').toArray()) {
    const item = $(link).closest('li').get(0);
    if (item === undefined || $(item).closest('[data-huuid]').length > 0) continue;
    const [title = labelTitle(link.attribs['aria-label']), ...rest] = textRuns(item);
    const publisher = rest.at(-1) ?? null;
    const resolved = resolveLink([link.attribs.href], { publisher });
    const key = keyOfUrl(resolved.url ?? resolved.wrappedUrl ?? title ?? '');
    if (drafts.has(key)) continue;
    const position = drafts.size + 1;
    const snippet = rest.length > 1 ? (rest[0] ?? null) : null;
    drafts.set(key, {
      key,
      ...resolved,
      title,
      publisher,
      ...datedSnippet(snippet),
      position,
      providerRef: null,
    });
  }
  return [...drafts.values()];
}

function keyOfUrl(url: string): string {
  return canonicalUrl(url) ?? url;
}
