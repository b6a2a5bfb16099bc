import type { DraftSource } from '../../src/contract/extraction.ts';
import { type AnyNode, foldSpace, isElement, visibleText } from '../../src/extract/dom.ts';

/** Texts of the innermost elements that hold text of their own, each folded. */
export function textRuns(node: AnyNode): string[] {
  if (!isElement(node)) return [];
  if (/^(?:button|svg|script|style|img)$/.test(node.name) || node.attribs.role === 'button') return [];
  const own = node.children.some((child) => child.type === 'text' && child.data.trim() !== '');
  if (own) return [visibleText(node)].map(foldSpace).filter((text) => text !== '');
  return node.children.flatMap(textRuns);
}

/** A link's label is the title and, localised, "Opens in new tab.". */
export function labelTitle(label: string | undefined): string | null {
  const title = label?.replace(/[.。]\s+[^.。]{4,60}[.。]?$/u, '').trim() ?? '';
  return title === '' ? null : title;
}

const DATE_PREFIX =
  /^(\d{1,2}[./]\d{1,2}[./]\d{4}|\d{4}-\d{2}-\d{2}|\p{L}{3,9}\.? \d{1,2}, \d{4}|\d{1,2}\.? (?:de )?\p{L}{3,10}\.?(?: de)? \d{4}|\d{4}[年/.]\d{1,2}[月/.]\d{1,2}日?) [—–-] /u;

/** Snippet and the date Google puts before it ("Dec 28, 2024 — …"), as shown; the snippet keeps it. */
export function datedSnippet(snippet: string | null): Pick<DraftSource, 'snippet' | 'publishedAt'> {
  return { snippet, publishedAt: snippet === null ? null : (DATE_PREFIX.exec(snippet)?.[1] ?? null) };
}
