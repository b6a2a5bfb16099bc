import { type AnyNode, type Element, elementsOf, isElement, isHiddenItself } from '../../src/extract/dom.ts';

const STATUS_NAMES = new Set([
  'TurnStatus',
  'tool-status-pill',
  'Collapsible',
  'message-actions',
  'MessageActions',
  'ask-user-answers-card',
]);

/** A button that folds and unfolds; menus have such buttons too, but say so. */
function isDisclosureButton(node: AnyNode): boolean {
  return (
    isElement(node) &&
    node.name === 'button' &&
    node.attribs['aria-expanded'] !== undefined &&
    node.attribs['aria-haspopup'] === undefined
  );
}

function isActionBar(element: Element): boolean {
  if (element.attribs.role !== 'group') return false;
  for (const inner of elementsOf(element))
    if (inner.attribs['data-testid'] === 'action-bar-copy') return true;
  return false;
}

/**
 * True for what surrounds an answer inside its turn: status lines, folded thinking and tool steps, message actions
 * (claude.md e; the disclosure's shape seen 2026-02, the names 2026-09). By role, name and structure, never by class.
 */
export function isStatus(element: Element): boolean {
  const { attribs } = element;
  if (STATUS_NAMES.has(attribs['data-testid'] ?? '') || STATUS_NAMES.has(attribs['data-cds'] ?? ''))
    return true;
  if (attribs['data-morph-key'] !== undefined || attribs.role === 'status') return true;
  if (/grid-template-rows:\s*0fr/.test(attribs.style ?? '')) return true;
  return element.children.some(isDisclosureButton) || isActionBar(element);
}

/** True for buttons and cards that act as one: artifact previews, research reports, downloads. */
export function isCard(element: Element): boolean {
  return (
    element.name === 'button' ||
    element.attribs.role === 'button' ||
    element.name === 'textarea' ||
    element.name === 'input'
  );
}

const MARKDOWN_TAGS = new Set('p ul ol pre table blockquote h1 h2 h3 h4 h5 h6'.split(' '));

function isMarkdownTag(node: AnyNode): boolean {
  return isElement(node) && MARKDOWN_TAGS.has(node.name) && !isHiddenItself(node);
}

/** A `pre` does not make its parent a flow of text: that is the frame with the language label and the copy button. */
function isFlowTag(node: AnyNode): boolean {
  return isMarkdownTag(node) && isElement(node) && node.name !== 'pre';
}

/** The renderer's own element for one text block, by its names of 2026-09 and of early 2026. */
function isReplyBody({ attribs }: Element): boolean {
  return (
    attribs['data-perf-reply-text'] !== undefined ||
    attribs['data-cds'] === 'Prose' ||
    / (?:standard|progressive)-markdown /.test(` ${attribs.class ?? ''} `)
  );
}

interface Found {
  element: Element;
  named: boolean;
}

/**
 * The elements of a turn that hold the answer's text, in document order: the renderer's own ones and code or tables
 * that stand beside them (2026-09); where none is named (class names have changed), whatever holds paragraphs, lists,
 * tables or code outside status lines and cards. Pure.
 */
export function answerBodies(turn: Element): Element[] {
  const found: Found[] = [];
  if (isReplyBody(turn)) return [turn];
  collect(turn, turn, found);
  const anyNamed = found.some(({ named }) => named);
  return found
    .filter(({ named, element }) => named || !anyNamed || holdsCode(element))
    .map(({ element }) => element);
}

function collect(parent: Element, turn: Element, found: Found[]): void {
  for (const node of parent.children) {
    if (!isElement(node) || isHiddenItself(node) || isStatus(node) || isCard(node)) continue;
    if (isReplyBody(node)) found.push({ element: node, named: true });
    else if (isMarkdownTag(node)) {
      // A heading right in the turn is the screen reader's "Claude responded: …" (2026-09).
      if (parent !== turn || !/^h\d$/.test(node.name)) found.push({ element: node, named: false });
    } else if (node.children.some(isFlowTag) && !hasNamed(node)) found.push({ element: node, named: false });
    else collect(node, turn, found);
  }
}

function hasNamed(element: Element): boolean {
  for (const inner of elementsOf(element)) if (inner !== element && isReplyBody(inner)) return true;
  return false;
}

function holdsCode(element: Element): boolean {
  for (const inner of elementsOf(element)) if (inner.name === 'pre' || inner.name === 'table') return true;
  return false;
}
