import {
  type AnyNode,
  closest,
  type Element,
  elementsOf,
  foldSpace,
  isElement,
  visibleText,
} from '../../src/extract/dom.ts';
import { isOutside } from './sources.ts';

/** Where a citation or link of the answer leads; undefined for anything else. */
export function targetOf(element: Element): string | undefined {
  const { attribs, name } = element;
  // July 2026: `span[role="button"][data-url]`; before it an ordinary link (copilot.md e).
  const url = attribs['data-url'] ?? (name === 'a' ? attribs.href : undefined);
  return url !== undefined && isOutside(url) ? url : undefined;
}

/** `sup` and `cite` only ever hold references. */
const isReferenceTag = ({ name }: Element): boolean => name === 'sup' || name === 'cite';

/** An ordinary link, which may be part of a sentence anywhere; chips carry `data-url`, or a title of their page. */
const isPlainLink = ({ attribs }: Element): boolean =>
  attribs['data-url'] === undefined && attribs.title === undefined;

const UNIT = new Set('p li td th dd dt h1 h2 h3 h4 h5 h6 blockquote div section article'.split(' '));
const NESTED = new Set('ul ol table pre blockquote'.split(' '));

/** Text of a unit around one element; other references in it read as U+FFFC. */
interface Around {
  before: string;
  after: string;
}

function around(element: Element): Around {
  const unit = element.parent === null ? undefined : closest(element, ({ name }) => UNIT.has(name));
  const text = { before: '', after: '' };
  let side: keyof Around = 'before';
  const walk = (node: AnyNode): void => {
    if (node === element) side = 'after';
    else if (node.type === 'text') text[side] += node.data;
    else if (isElement(node) && targetOf(node) !== undefined) text[side] += '\uFFFC';
    else if ('children' in node && !(isElement(node) && NESTED.has(node.name) && node !== unit))
      node.children.forEach(walk);
  };
  if (unit !== undefined) walk(unit);
  return text;
}

const IDEOGRAPH = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;

/**
 * Whether a reference is a chip beside the sentence rather than words of it: both look alike since July 2026 ("with a
 * reference to <span data-url>example.org</span>." against "… in 1889. <span data-url>Example</span>"). A chip is a
 * number, stands after the end of a sentence, at the end of its paragraph, after another chip, in brackets, or glued to
 * the word before it.
 */
export function isChip(element: Element): boolean {
  const label = foldSpace(visibleText(element)).replace(/^[[(]|[\])]$/g, '');
  if (/^(?:\+?\d*)$/.test(label)) return true;
  if (closest(element, isReferenceTag) !== undefined) return true;
  const { before, after } = around(element);
  const lead = before.trimEnd();
  const rest = after.replace(/[\s\uFFFC]+/g, '');
  if (lead === '') return rest === '' && !isPlainLink(element) && closest(element, isCell) === undefined;
  if (/[.!?。！？…؟۔\uFFFC]$/u.test(lead)) return true;
  if (/[([（【][\uFFFC,;\s]*$/.test(lead) && /^[\uFFFC,;\s]*[)\]）】]/.test(after)) return true;
  if (rest === '') return !isPlainLink(element);
  const glued =
    lead.length === before.length && /[\p{L}\p{N})\]"”’%]$/u.test(lead) && !IDEOGRAPH.test(lead.at(-1) ?? '');
  return glued && !isPlainLink(element);
}

const isCell = ({ name }: Element): boolean => name === 'li' || name === 'td' || name === 'th';

/** Parts of a message that are not its answer. */
const CHROME_IDS =
  /^(?:message-item-reactions|sources-button|copy-|composer|share-|message-thumbs|prompt-sign-in)|thumbs-(?:up|down)-button$|-button$/;

/** Buttons, screen-reader headings, icons, and the row of reactions. */
export function isChrome(element: Element): boolean {
  const { attribs, name } = element;
  if (name === 'button' || name === 'textarea' || name === 'input' || name === 'iframe') return true;
  if (attribs['aria-hidden'] === 'true' || attribs['data-copy'] === 'false') return true;
  if (attribs.role === 'toolbar' || attribs.role === 'status') return true;
  if (attribs.role === 'button') return targetOf(element) === undefined;
  // "Copilot said", in whatever language: headings of an answer have no label of their own.
  if (/^h[1-6]$/.test(name) && attribs['aria-label'] !== undefined) return true;
  if (name === 'img') return /bingapis\.com\/favicon/.test(attribs.src ?? '');
  return CHROME_IDS.test(attribs['data-testid'] ?? '');
}

/** TeX of a rendered formula (KaTeX keeps it in an annotation), or undefined for anything else. */
export function formulaText(element: Element): string | undefined {
  if (element.name !== 'math') return undefined;
  for (const inner of elementsOf(element)) {
    if (inner.name !== 'annotation' || inner.attribs.encoding !== 'application/x-tex') continue;
    const tex = foldSpace(inner.children.map((node) => (node.type === 'text' ? node.data : '')).join(''));
    return element.attribs.display === 'block' ? `\\[${tex}\\]` : `\\(${tex}\\)`;
  }
  return undefined;
}

/** Rows above code that name its language, found by structure: the first of two boxes, the code alone in the second. */
export function codeHeaders(root: Element): Map<Element, string> {
  const headers = new Map<Element, string>();
  for (const pre of [...elementsOf(root)].filter(({ name }) => name === 'pre')) {
    const header = headerOf(pre, root);
    const language = header === undefined ? '' : shortLabel(header);
    if (header !== undefined && language !== '') headers.set(header, language);
  }
  return headers;
}

const boxes = (element: Element): Element[] => element.children.filter(isElement);

function headerOf(pre: Element, root: Element): Element | undefined {
  for (let node: Element = pre; node !== root; ) {
    const { parent } = node;
    if (parent === null || !isElement(parent)) return undefined;
    const siblings = boxes(parent);
    const [first] = siblings;
    if (siblings.length === 2 && siblings[1] === node && first?.name === 'div') return first;
    if (siblings.length !== 1) return undefined;
    node = parent;
  }
  return undefined;
}

function shortLabel(header: Element): string {
  const label = foldSpace(visibleText(header, ({ name }) => name === 'button'));
  return /^[\p{L}\p{N}+#./ -]{1,24}$/u.test(label) ? label.toLowerCase() : '';
}

/** The language the header above a code block names, else the one in its class. */
export function codeLanguage(pre: Element, headers: ReadonlyMap<Element, string>): string | undefined {
  for (let node: AnyNode | null = pre; node !== null && isElement(node); node = node.parent) {
    const before = node.prev;
    const header = before === null ? undefined : previousBox(before);
    const language = header === undefined ? undefined : headers.get(header);
    if (language !== undefined) return language;
  }
  for (const inner of elementsOf(pre)) {
    const named = /(?:^|\s)language-([\w+#.-]+)/.exec(inner.attribs.class ?? '')?.[1];
    if (named !== undefined) return named;
  }
  return undefined;
}

function previousBox(node: AnyNode): Element | undefined {
  let found: AnyNode | null = node;
  while (found !== null && !isElement(found)) found = found.prev;
  return found ?? undefined;
}
