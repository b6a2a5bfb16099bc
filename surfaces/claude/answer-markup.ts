import type { DraftCitation, DraftSource } from '../../src/contract/extraction.ts';
import {
  type AnyNode,
  type Element,
  elementsOf,
  foldSpace,
  isElement,
  visibleText,
} from '../../src/extract/dom.ts';
import { domToMarkdown } from '../../src/extract/dom-markdown.ts';
import { texOf } from '../../src/extract/formula.ts';
import { markText } from '../../src/extract/marks.ts';
import { isCard, isStatus } from './regions.ts';
import { draftOf } from './sources.ts';

/** What an answer's markup says. */
export interface MarkupReading {
  markdown: string;
  citations: DraftCitation[];
  sources: DraftSource[];
}

/** Reads the text blocks of one turn. A citation chip names its first source only; the rest ("+2") is on the network. */
export function readMarkup(bodies: readonly Element[]): MarkupReading {
  const citations: DraftCitation[] = [];
  const sources: DraftSource[] = [];
  const roots = new Set<AnyNode>(bodies);
  const formulas = displayFormulas(bodies);
  const hasCode = bodies.some((body) => firstWithin(body, 'pre') !== undefined);
  const cite = (links: readonly Element[]): string => {
    const drafts = links.flatMap((link) => chipSource(link) ?? []);
    if (drafts.length === 0) return '';
    sources.push(...drafts);
    citations.push({ sourceKeys: [...new Set(drafts.map(({ key }) => key))], basis: 'sentence' });
    return markText(citations.length - 1);
  };
  const rules = {
    drop: (element: Element) =>
      isCard(element) ||
      isStatus(element) ||
      element.attribs['aria-hidden'] === 'true' ||
      (hasCode && isCodeChrome(element, roots)),
    replace: (element: Element) => {
      const links = chipLinks(element);
      return links === undefined ? formulaText(element) : cite(links);
    },
    tag: (element: Element) => (formulas.has(element) ? 'p' : undefined),
    codeLanguage: (pre: Element) => codeLanguage(pre, roots),
  };
  const markdown = bodies
    .map((body) => domToMarkdown(body, rules))
    .filter((part) => part !== '')
    .join('\n\n');
  return { markdown, citations, sources };
}

const isWebLink = ({ name, attribs }: Element): boolean =>
  name === 'a' && /^https?:/i.test(attribs.href ?? '');
const CHIP_LABEL = /\s\+\d+$/;

/**
 * Links of a citation chip, or undefined for anything else: a `span` made interactive that holds links and nothing
 * beside them (`[data-state]` in 2026-01, `id="base-ui-…"` in 2026-09), or a link whose label counts further sources.
 */
function chipLinks(element: Element): Element[] | undefined {
  if (isWebLink(element)) return isChipShaped(element) ? [element] : undefined;
  const isTrigger =
    element.name === 'span' &&
    (element.attribs['data-state'] !== undefined || (element.attribs.id ?? '').startsWith('base-ui-'));
  if (!isTrigger) return undefined;
  const links = [...elementsOf(element)].filter(isWebLink);
  if (links.length === 0) return undefined;
  const beside = visibleText(element, isWebLink);
  if (CHIP_LABEL.test(` ${beside}`)) return links;
  return beside === '' && (links.some(hasParts) || endsSentence(element)) ? links : undefined;
}

const isChipShaped = (link: Element): boolean =>
  CHIP_LABEL.test(visibleText(link)) || / group\/tag /.test(` ${link.attribs.class ?? ''} `);

/** A chip's label is built of parts; the link of a sentence, though it may be interactive too, is just text. */
const hasParts = (link: Element): boolean =>
  link.children.some((node) => isElement(node) && (node.name === 'span' || node.name === 'div'));

/** True behind the end of a sentence, and at the end of a paragraph, item or cell. */
function endsSentence({ prev, next }: Element): boolean {
  const before = prev?.type === 'text' ? prev.data.trimEnd() : '';
  const isLast = next === null || (next.type === 'text' && next.data.trim() === '' && next.next === null);
  return isLast || /[.!?。！？؟…)"”»]$/.test(before);
}

function chipSource(link: Element): DraftSource | undefined {
  return draftOf({
    url: link.attribs.href ?? null,
    publisher: foldSpace(visibleText(link)).replace(CHIP_LABEL, ''),
    title: null,
  });
}

/** Raw text of a subtree. */
function rawText(node: AnyNode): string {
  if (node.type === 'text') return node.data;
  return 'children' in node ? node.children.map(rawText).join('') : '';
}

/**
 * TeX of a formula (KaTeX, its MathML part; the rendered copy is hidden from reading) in the delimiters Claude itself
 * writes, or undefined for anything else.
 */
function formulaText(element: Element): string | undefined {
  if (element.name !== 'math') return undefined;
  const tex = texOf(element);
  if (tex === undefined) return undefined;
  const root = formulaRoot(element);
  return root !== undefined && standsAlone(root) ? `$$${tex}$$` : `$${tex}$`;
}

/** The outermost span around a formula. */
function formulaRoot(math: Element): Element | undefined {
  let root: Element | undefined;
  for (let node = math.parent; node !== null && isElement(node) && node.name === 'span'; node = node.parent)
    root = node;
  return root;
}

const INLINE_PLACES = new Set('p h1 h2 h3 h4 h5 h6 td th strong em b i a del'.split(' '));

/** True for a formula between blocks, and for one that is all a list item holds beside blocks. */
function standsAlone(root: Element): boolean {
  const { parent } = root;
  if (parent === null || !isElement(parent) || INLINE_PLACES.has(parent.name)) return false;
  return (
    parent.name !== 'li' || !parent.children.some((node) => node.type === 'text' && node.data.trim() !== '')
  );
}

/** The outermost elements of all formulas that stand alone. */
function displayFormulas(bodies: readonly Element[]): ReadonlySet<Element> {
  const roots = bodies.flatMap((body) =>
    [...elementsOf(body)].flatMap((element) => {
      const root = element.name === 'math' ? formulaRoot(element) : undefined;
      return root !== undefined && standsAlone(root) ? [root] : [];
    }),
  );
  return new Set(roots);
}

/** The frame around a code block: the nearest boxes that hold this one `pre` and no other markup. */
function codeFrame(pre: Element, roots: ReadonlySet<AnyNode>): Element {
  let frame = pre;
  for (let node = pre.parent; node !== null && isElement(node) && node.name === 'div'; node = node.parent) {
    if (roots.has(node) || !holdsOnly(node, pre)) break;
    frame = node;
  }
  return frame;
}

function holdsOnly(box: Element, pre: Element): boolean {
  for (const inner of elementsOf(box)) {
    if (inner.name === 'pre' && inner !== pre) return false;
    if (/^(?:p|ul|ol|table|blockquote|h\d)$/.test(inner.name)) return false;
  }
  return true;
}

function firstWithin(element: Element, name: string): Element | undefined {
  for (const inner of elementsOf(element)) if (inner.name === name) return inner;
  return undefined;
}

function isWithin(element: Element, box: Element): boolean {
  for (let node: AnyNode | null = element; node !== null; node = node.parent) if (node === box) return true;
  return false;
}

/** Everything in a code block's frame but the code: language label, copy button. */
function isCodeChrome(element: Element, roots: ReadonlySet<AnyNode>): boolean {
  if (element.name !== 'div' && element.name !== 'span') return false;
  const { parent } = element;
  if (parent === null || !isElement(parent) || firstWithin(element, 'pre') !== undefined) return false;
  for (
    let node: AnyNode | null = parent;
    node !== null && isElement(node) && !roots.has(node);
    node = node.parent
  ) {
    if (node.name === 'code') return false;
    if (node.name !== 'div' && node.name !== 'pre') return false;
    const pre = firstWithin(node, 'pre');
    if (pre === undefined) continue;
    const code = firstWithin(pre, 'code');
    if (node === pre)
      return code !== undefined && !isWithin(element, code) && firstWithin(element, 'code') === undefined;
    return isWithin(node, codeFrame(pre, roots)) && !isWithin(element, pre);
  }
  return false;
}

/** Language of a code block: the label over it, its frame's name ("python code"), or its class. */
function codeLanguage(pre: Element, roots: ReadonlySet<AnyNode>): string | undefined {
  const code = firstWithin(pre, 'code');
  let named: string | undefined;
  for (const inner of elementsOf(codeFrame(pre, roots))) {
    named ??= /(?:^|\s)language-([\w+#.-]+)/.exec(inner.attribs.class ?? '')?.[1];
    named ??= /^([\w+#.-]+) code$/i.exec(inner.attribs['aria-label'] ?? '')?.[1]?.toLowerCase();
    if (inner === code) break;
    const isLeaf = !inner.children.some(isElement);
    const text = isLeaf && inner.name !== 'button' && inner.name !== 'pre' ? foldSpace(rawText(inner)) : '';
    if (/^[\w+#.-]{1,20}$/.test(text) && !isInButton(inner)) return text.toLowerCase();
  }
  return named;
}

function isInButton(element: Element): boolean {
  for (let node: AnyNode | null = element; node !== null; node = node.parent)
    if (isElement(node) && node.name === 'button') return true;
  return false;
}
