import { type CheerioAPI, load } from 'cheerio/slim';
import type { AnyNode, Comment, Element } from 'domhandler';
import { composeShadowRoots, holdsShadowRoots } from './shadow-roots.ts';

export type { CheerioAPI } from 'cheerio/slim';
export type { AnyNode, Element } from 'domhandler';

/**
 * Parses a page with htmlparser2: ten times faster than parse5 on pages of 1–2 MB, and what a browser serialized
 * needs no repair (DESIGN.md, *Dependencies*). Comments are kept: Google's citations live in them. Shadow roots are put
 * where people see them.
 */
export function parseHtml(html: string): CheerioAPI {
  const $ = load(html, {
    xml: { xmlMode: false, decodeEntities: true, lowerCaseTags: true, recognizeSelfClosing: false },
  });
  if (holdsShadowRoots(html)) composeShadowRoots($);
  return $;
}

export function isElement(node: AnyNode): node is Element {
  return node.type === 'tag' || node.type === 'script' || node.type === 'style';
}

export function isComment(node: AnyNode): node is Comment {
  return node.type === 'comment';
}

const INVISIBLE_TAGS = new Set([
  'script',
  'style',
  'noscript',
  'template',
  'head',
  'svg',
  'link',
  'meta',
  'title',
]);
const BLOCK_TAGS = new Set(
  'address article aside blockquote body br dd details dialog div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td th thead tr ul'.split(
    ' ',
  ),
);

/** True when the element itself is taken out of sight by its tag, `hidden`, or inline style (classes cannot be known). */
export function isHiddenItself(element: Element): boolean {
  if (INVISIBLE_TAGS.has(element.name)) return true;
  const { attribs } = element;
  if (attribs.hidden !== undefined && attribs.hidden !== 'until-found') return true;
  const style = attribs.style;
  return style !== undefined && /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)/i.test(style);
}

/** True when the element and all its ancestors are in sight, as far as markup tells. */
export function isVisible(element: Element): boolean {
  for (let node: AnyNode | null = element; node !== null; node = node.parent) {
    if (isElement(node) && isHiddenItself(node)) return false;
  }
  return true;
}

/** All elements of a subtree in document order, the root included. */
export function* elementsOf(root: AnyNode): Generator<Element> {
  if (isElement(root)) yield root;
  if ('children' in root) for (const child of root.children) yield* elementsOf(child);
}

/** Contents of all comments of a subtree, in document order. */
export function* commentsOf(root: AnyNode): Generator<string> {
  if (isComment(root)) yield root.data;
  if ('children' in root) for (const child of root.children) yield* commentsOf(child);
}

/** The nearest ancestor (the element itself included) that satisfies `test`. */
export function closest(element: Element, test: (candidate: Element) => boolean): Element | undefined {
  for (let node: AnyNode | null = element; node !== null; node = node.parent) {
    if (isElement(node) && test(node)) return node;
  }
  return undefined;
}

/**
 * Visible text of a subtree: hidden elements and scripts left out, block elements parted by a line feed, white space
 * folded. `skip` leaves further elements out.
 */
export function visibleText(root: AnyNode, skip?: (element: Element) => boolean): string {
  const parts: string[] = [];
  collectText(root, parts, skip);
  return parts
    .join('')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/ ?\n[\s]*/g, '\n')
    .trim();
}

function collectText(node: AnyNode, parts: string[], skip?: (element: Element) => boolean): void {
  if (node.type === 'text') {
    parts.push(node.data.replace(/\s+/g, ' '));
    return;
  }
  if (isElement(node)) {
    if (isHiddenItself(node) || skip?.(node)) return;
    const block = BLOCK_TAGS.has(node.name);
    if (block) parts.push('\n');
    for (const child of node.children) collectText(child, parts, skip);
    if (block) parts.push('\n');
    return;
  }
  if ('children' in node) for (const child of node.children) collectText(child, parts, skip);
}

/** Folds white space to single blanks and trims. */
export function foldSpace(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
