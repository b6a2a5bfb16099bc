import type { DraftSource } from '../../src/contract/extraction.ts';
import { canonicalUrl, domainOf, isWebUrl, unwrapUrl } from '../../src/extract/urls.ts';

/** A source found in the stream, with the words of the answer it is said to support. */
export interface GroundingSource {
  draft: DraftSource;
  segments: string[];
}

/** Google's own hosts serve icons, pictures and placeholders here, never a source. */
const OWN_HOSTS =
  /(?:^|\.)(?:google(?:usercontent|apis)?\.[a-z.]+|gstatic\.com|googlevideo\.com|ggpht\.com|ytimg\.com)$/;
const PICTURE = /\.(?:png|jpe?g|gif|webp|svg|ico)(?:$|\?)/i;
const MAX_DEPTH = 24;
const MIN_SEGMENT_CHARS = 16;

/**
 * Sources of a `StreamGenerate` candidate. Their places in the arrays are not publicly known (gemini.md d, 2026-11), so
 * they are found by shape: a list that holds a web address outside Google's hosts and a title beside it. Strings of
 * that list, or of the list around it, that stand word for word in the answer are the segments it supports. Pure.
 */
export function groundingSources(roots: readonly unknown[], markdown: string): GroundingSource[] {
  const found = new Map<string, GroundingSource>();
  const visit = (node: unknown, parent: readonly unknown[] | null, depth: number): void => {
    if (!Array.isArray(node) || depth > MAX_DEPTH) return;
    const draft = draftOf(node);
    if (draft !== undefined) {
      const words = [...flatStrings(node), ...flatStrings(ownList(parent))];
      const segments = segmentsIn(
        words.filter((text) => text !== draft.title && !isWebUrl(text)),
        markdown,
      );
      // What stands in the answer word for word is the answer's words, not the source's.
      const snippet = segments.includes(draft.snippet ?? '') ? null : draft.snippet;
      const known = found.get(draft.key);
      if (known === undefined)
        found.set(draft.key, { draft: { ...draft, snippet, position: found.size + 1 }, segments });
      else known.segments.push(...segments.filter((segment) => !known.segments.includes(segment)));
    }
    for (const child of node) visit(child, node, depth + 1);
  };
  for (const root of roots) visit(root, null, 0);
  return [...found.values()];
}

/** The list around a source, where it speaks of this one source alone. */
function ownList(parent: readonly unknown[] | null): readonly unknown[] {
  const sources = (parent ?? []).filter((child) => Array.isArray(child) && draftOf(child) !== undefined);
  return sources.length === 1 ? (parent ?? []) : [];
}

function draftOf(list: readonly unknown[]): DraftSource | undefined {
  const strings = list.filter((item) => typeof item === 'string');
  const shown = strings.find((text) => isSourceUrl(text));
  if (shown === undefined) return undefined;
  const { url } = unwrapUrl(shown);
  const key = url === null ? undefined : canonicalUrl(url);
  const [title, ...rest] = strings.filter(isWords);
  if (url === null || key === undefined || title === undefined) return undefined;
  const snippet = rest.find((text) => text.length > title.length) ?? null;
  return {
    key,
    url,
    title,
    publisher: null,
    snippet,
    publishedAt: null,
    position: null,
    providerRef: null,
  };
}

function isSourceUrl(text: string): boolean {
  if (!isWebUrl(text) || PICTURE.test(text)) return false;
  return !OWN_HOSTS.test(domainOf(text) ?? '');
}

/** Words people read: no address, no id, no token. */
function isWords(text: string): boolean {
  if (text.length < 3 || text.length > 2_000 || isWebUrl(text)) return false;
  return /\p{L}{2}/u.test(text) && !/^(?:rc?|c)_[0-9a-f]+$/.test(text) && !/^[\w+/=-]{24,}$/.test(text);
}

function flatStrings(node: readonly unknown[]): string[] {
  return node.flatMap((item) =>
    Array.isArray(item) ? flatStrings(item) : typeof item === 'string' ? [item] : [],
  );
}

function segmentsIn(strings: readonly string[], markdown: string): string[] {
  return [...new Set(strings)].filter((text) => text.length >= MIN_SEGMENT_CHARS && markdown.includes(text));
}
