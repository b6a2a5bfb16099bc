import type { DraftCitation, DraftSource } from '../../src/contract/extraction.ts';
import {
  type Element,
  elementsOf,
  foldSpace,
  isElement,
  isHiddenItself,
  visibleText,
} from '../../src/extract/dom.ts';
import { domToMarkdown } from '../../src/extract/dom-markdown.ts';
import { markText } from '../../src/extract/marks.ts';
import { CITATION_UUID, citedKeys, isChipLink } from './citation-buttons.ts';
import { readCodeChrome } from './code-blocks.ts';
import type { CitationPayloads } from './payloads.ts';

/** An answer's body as markdown with citation marks. */
export interface AnswerMarkdown {
  markdown: string;
  /** `citations[i]` belongs to mark `i`. */
  citations: DraftCitation[];
}

/** Subtrees beside the answer: footer ("Dive deeper", disclaimer), follow-up bar, prompt plate. */
const BESIDE_SUBTREES = new Set(['dfa', 'aimba']);
const BESIDE_CONTAINERS = new Set(['rhs-col', 'footer-placeholder', 'ad-content']);
/** Copy, share and feedback with all their texts; stands inside the answer's column (AI Mode, 2026-05 → 2026-09). */
const FOOTER_XID = 'Gd7Hsc';

/**
 * The blocks of an AI answer, of an AI Overview or of AI Mode: both use one renderer since mid-2025
 * (google_ai_overview.md 4.1). Blocks are told by roles, tags and `data-*`, never by class. A citation is a point mark
 * where its button stands; buttons without sources leave nothing. `textOf` gives the words of a surface's own widgets
 * (products), undefined for all else.
 */
export function answerMarkdown(
  body: Element,
  payloads: CitationPayloads,
  sources: readonly DraftSource[],
  textOf: (element: Element) => string | undefined = () => undefined,
): AnswerMarkdown {
  const code = readCodeChrome(body);
  const citations: DraftCitation[] = [];
  const keysOf = (button: Element): string[] => citedKeys(button, payloads, sources);
  const markdown = domToMarkdown(body, {
    drop: (element) => code.chrome.has(element) || isBeside(element),
    replace: (element) =>
      replaceCitation(element, keysOf, citations) ??
      replaceFormula(element) ??
      textOf(element) ??
      replaceCardLink(element),
    tag: (element) => plainTag(element, body),
    codeLanguage: (pre) => code.languages.get(pre),
  });
  return { markdown, citations };
}

/** The button with all that wraps nothing but it (a blank, a tooltip anchor) becomes the mark. */
function replaceCitation(
  element: Element,
  keysOf: (button: Element) => string[],
  citations: DraftCitation[],
): string | undefined {
  if (isChipLink(element)) return '';
  const isButton = CITATION_UUID in element.attribs;
  if (!isButton && !(element.name === 'span' && isCitationWidget(element))) return undefined;
  let marks = '';
  for (const inner of elementsOf(element)) {
    const sourceKeys = CITATION_UUID in inner.attribs ? keysOf(inner) : [];
    if (sourceKeys.length === 0) continue;
    citations.push({ sourceKeys, basis: 'block' });
    marks += markText(citations.length - 1);
  }
  return marks;
}

/** Formulas are drawn as images; their LaTeX stands in an attribute. */
function replaceFormula(element: Element): string | undefined {
  if (!('data-xpm-copy-root' in element.attribs)) return undefined;
  for (const inner of elementsOf(element)) {
    const latex = inner.attribs['data-xpm-latex'];
    if (latex !== undefined) return `$${latex.trim()}$`;
  }
  return undefined;
}

/** A link around a whole card (picture, title, line below) becomes its words; the card itself goes into `cards`. */
function replaceCardLink(element: Element): string | undefined {
  if (element.name !== 'a') return undefined;
  for (const inner of elementsOf(element)) {
    if (inner !== element && /^(?:div|img|ul|p)$/.test(inner.name))
      return foldSpace(visibleText(element).replaceAll('\n', ' '));
  }
  return undefined;
}

/** True for what stands in the answer's subtree without being part of it. */
export function isBeside(element: Element): boolean {
  const { attribs, name } = element;
  if (CITATION_UUID in attribs) return false;
  if (name === 'button' || name === 'textarea' || name === 'input') return true;
  if ('data-crb-el' in attribs || 'data-src-id' in attribs || attribs['data-type'] === 'hovc') return true;
  if (BESIDE_SUBTREES.has(attribs['data-subtree'] ?? '')) return true;
  if (
    attribs['data-active']?.startsWith('input-plate') ||
    BESIDE_CONTAINERS.has(attribs['data-container-id'] ?? '')
  )
    return true;
  if (attribs['data-xid'] === FOOTER_XID || attribs.role === 'dialog' || isFooter(element)) return true;
  return isOutOfSight(element);
}

/** The footer by what it is: buttons, and as its own last node the end mark of the answer (`data-zzy`, AI Mode). */
function isFooter(element: Element): boolean {
  if ('data-container-id' in element.attribs) return false;
  if (!element.children.some((child) => isElement(child) && 'data-zzy' in child.attribs)) return false;
  const inner = [...elementsOf(element)];
  return (
    inner.some(({ name }) => name === 'button') && !inner.some(({ attribs }) => CITATION_UUID in attribs)
  );
}

/**
 * Hidden from readers' tools and no text. Below the fold of a collapsed answer all is `aria-hidden` too: that is text,
 * told by its mark `ahbak` (2025-11 → 2026-02) or, should the mark go, by the blocks in it.
 */
export function isOutOfSight(element: Element): boolean {
  const { attribs } = element;
  if (attribs['aria-hidden'] !== 'true' || 'ahbak' in attribs) return false;
  for (const inner of elementsOf(element)) {
    if (
      'data-sfc-cp' in inner.attribs ||
      'data-huuid' in inner.attribs ||
      /^(?:ul|ol|table|pre)$/.test(inner.name)
    )
      return false;
  }
  return true;
}

const PHRASING = /^(?:span|strong|b|em|i|mark|a)$/;
const BLOCK_INSIDE = /^(?:ul|ol|li|table|pre|p|blockquote|h[1-6])$/;

/** Streaming wraps blocks, items and even a full stop in boxes without layout of their own. */
function isTransparent(element: Element): boolean {
  const { attribs, name } = element;
  if (name !== 'div') return false;
  if (/display\s*:\s*contents/i.test(attribs.style ?? '')) return true;
  if (/^(?:aimfl|mfl)\b/.test(attribs['data-subtree'] ?? '') || /^sdh_/.test(attribs.id ?? '')) return true;
  return isInsideSentence(element);
}

/** A box in the middle of running text, its style lost: phrase markup with text of its own around it. */
function isInsideSentence(element: Element): boolean {
  const { parent } = element;
  if (parent === null || !isElement(parent) || !PHRASING.test(parent.name)) return false;
  if (!parent.children.some((child) => child.type === 'text' && child.data.trim() !== '')) return false;
  return ![...elementsOf(element)].some(
    (inner) => BLOCK_INSIDE.test(inner.name) || inner.attribs.role === 'heading',
  );
}

function plainTag(element: Element, body: Element): string | undefined {
  if (isTransparent(element) || isSearchLink(element)) return 'span';
  if (element.name === 'strong' && isPseudoHeading(element.parent, body)) return 'span';
  if (element.name === 'div' && isPseudoHeading(element, body)) return 'h3';
  return undefined;
}

/** A link to another Google search, or an opaque one, leads nowhere a reader of the markdown could use. */
function isSearchLink({ name, attribs }: Element): boolean {
  return (
    name === 'a' &&
    /^(?:https?:\/\/(?:www\.)?google\.[a-z.]+)?\/(?:search|goto|url)\?/i.test(attribs.href ?? '')
  );
}

/**
 * A paragraph that is one short bold line and does not end as a sentence does: the renderer's way to write a heading
 * (2026-01 →). A heading needs something to head, so the last block is none.
 */
function isPseudoHeading(node: Element['parent'] | Element, body: Element): boolean {
  if (node === null || !isElement(node) || node.name !== 'div' || node === body) return false;
  let strong: Element | undefined;
  for (const child of node.children) {
    if (child.type === 'text' && child.data.trim() !== '') return false;
    if (!isElement(child) || isHiddenItself(child) || isCitationWidget(child)) continue;
    if (child.name !== 'strong' || strong !== undefined) return false;
    strong = child;
  }
  if (strong === undefined) return false;
  const text = foldSpace(visibleText(strong));
  return text !== '' && text.length <= 120 && !/[.!。！؟?？]$/u.test(text);
}

/** The wrapper of a citation button holds nothing else. */
function isCitationWidget(element: Element): boolean {
  for (const inner of elementsOf(element))
    if (CITATION_UUID in inner.attribs) return visibleText(element, isButton) === '';
  return false;
}

function isButton(element: Element): boolean {
  return element.name === 'button' || CITATION_UUID in element.attribs || isChipLink(element);
}
