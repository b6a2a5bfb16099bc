import {
  type AnyNode,
  closest,
  type Element,
  elementsOf,
  isElement,
  visibleText,
} from '../../src/extract/dom.ts';
import type { MarkdownRules } from '../../src/extract/dom-markdown.ts';
import { texOf } from '../../src/extract/formula.ts';

/** Raw text of a subtree, line breaks of code kept. */
function rawText(node: AnyNode): string {
  if (node.type === 'text') return node.data;
  if (isElement(node) && node.name === 'br') return '\n';
  return 'children' in node ? node.children.map(rawText).join('') : '';
}

const isClass = (element: Element, name: string): boolean =>
  ` ${element.attribs.class ?? ''} `.includes(` ${name} `);

/**
 * TeX of a rendered formula in the delimiters ChatGPT itself writes, or undefined for anything else: KaTeX of the
 * signed-in app, `data-assistant-math-rendered` of the anonymous one.
 */
export function formulaText(element: Element): string | undefined {
  const rendered = element.attribs['data-assistant-math-rendered'];
  const block = rendered === 'display' || isClass(element, 'katex-display');
  if (rendered === undefined && !block && !isClass(element, 'katex') && element.name !== 'math')
    return undefined;
  const tex = texOf(element);
  return tex === undefined ? undefined : block ? `\\[${tex}\\]` : `\\(${tex}\\)`;
}

/** What holds the code of a `pre`: `code`, CodeMirror's content, or else the innermost box with most of the text. */
function codeHolder(pre: Element): Element | undefined {
  for (const inner of elementsOf(pre)) {
    if (inner.name === 'code' || isClass(inner, 'cm-content')) return inner;
  }
  const whole = rawText(pre).length;
  const boxes = [...elementsOf(pre)].filter((inner) => inner !== pre && inner.name === 'div');
  return boxes.filter((box) => rawText(box).length > whole * MOST_OF_CODE).at(-1);
}

/** Beside the code a `pre` holds a language label and a button. */
const MOST_OF_CODE = 0.7;

function isCode(element: Element): boolean {
  const pre = closest(element, ({ name }) => name === 'pre');
  return pre === undefined ? element.name === 'code' : codeHolder(pre) === element;
}

const isLine = (element: Element): boolean => isClass(element, 'cm-line') || element.name === 'div';

/** Inside a code block everything but the code: language label, copy button, line numbers. */
export function isCodeChrome(element: Element): boolean {
  const pre = closest(element, ({ name }) => name === 'pre');
  if (pre === undefined || pre === element) return false;
  const code = codeHolder(pre);
  if (code === undefined || closest(element, (candidate) => candidate === code) !== undefined) return false;
  return closest(code, (candidate) => candidate === element) === undefined;
}

/** Text of a code element whose lines are elements of their own (CodeMirror; a span per line), else undefined. */
export function codeLines(element: Element): string | undefined {
  if (!isCode(element)) return undefined;
  const lines = element.children.filter(isElement);
  const perLine =
    lines.length > 1 && (lines.every(isLine) || 'data-assistant-syntax-highlighted' in element.attribs);
  if (!perLine || (!lines.every(isLine) && rawText(element).includes('\n'))) return undefined;
  return lines.map(rawText).join('\n');
}

/** Language of a code block: its class, or the label above it. */
export function codeLanguage(pre: Element): string | undefined {
  let label: string | undefined;
  for (const inner of elementsOf(pre)) {
    const named = /(?:^|\s)language-([\w+#.-]+)/.exec(inner.attribs.class ?? '')?.[1];
    if (named !== undefined) return named;
    if (isCode(inner)) break;
    const text = inner.children.length === 1 ? visibleText(inner) : '';
    if (inner.name !== 'button' && inner.name !== 'pre' && /^[\w+#.-]{1,20}$/.test(text))
      label ??= text.toLowerCase();
  }
  return label;
}

/** Chrome of any answer: buttons, screen-reader text, what is hidden from reading, extensions' additions. */
export function isChrome(element: Element): boolean {
  const { attribs } = element;
  if (element.name === 'button' || element.name === 'textarea' || element.name === 'input') return true;
  if (attribs['aria-hidden'] === 'true' || isClass(element, 'sr-only')) return true;
  return isCodeChrome(element);
}

/** The rules both apps share; `chip` gives the text for what stands in a citation's or entity's place. */
export function answerRules(
  chip: (element: Element) => string | undefined,
  drop: (element: Element) => boolean,
): MarkdownRules {
  return {
    drop: (element) => drop(element) || isChrome(element),
    replace: (element) => chip(element) ?? formulaText(element) ?? codeLines(element),
    codeLanguage,
  };
}

/** Elements without those that lie inside another of them. */
export function outermost(elements: readonly Element[]): Element[] {
  const all = new Set<AnyNode>(elements);
  return elements.filter(({ parent }) => {
    for (let node: AnyNode | null = parent; node !== null; node = node.parent)
      if (all.has(node)) return false;
    return true;
  });
}
