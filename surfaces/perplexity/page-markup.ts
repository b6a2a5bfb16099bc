import type { DraftCitation, DraftSource } from '../../src/contract/extraction.ts';
import {
  closest,
  type Element,
  elementsOf,
  foldSpace,
  isElement,
  visibleText,
} from '../../src/extract/dom.ts';
import { domToMarkdown, type MarkdownRules } from '../../src/extract/dom-markdown.ts';
import { texOf } from '../../src/extract/formula.ts';
import { markText } from '../../src/extract/marks.ts';
import { domainOf } from '../../src/extract/urls.ts';
import { sourceKey } from './sources.ts';

/** An answer's markup, read. */
export interface AnswerMarkup {
  markdown: string;
  citations: DraftCitation[];
  sources: DraftSource[];
  /** Citation pills that name no address: those of 2026-08 and later often do not until hovered. */
  emptyPills: number;
}

const hasClass = (element: Element, name: string): boolean =>
  ` ${element.attribs.class ?? ''} `.includes(` ${name} `);

/** Reads the roots of one answer, in order, as one document. Pure. */
export function readAnswerMarkup(roots: readonly Element[]): AnswerMarkup {
  const citations: DraftCitation[] = [];
  const sources: DraftSource[] = [];
  let emptyPills = 0;
  const cite = (pill: Element): string => {
    const source = sourceOfPill(pill);
    if (source === undefined) {
      emptyPills += 1;
      return '';
    }
    sources.push(source);
    citations.push({ sourceKeys: [source.key], basis: 'sentence' });
    return markText(citations.length - 1);
  };
  const rules: MarkdownRules = {
    drop: isChrome,
    replace: (element) => (isPill(element) ? cite(element) : formulaText(element)),
    tag: plainTag,
    codeLanguage,
  };
  const markdown = roots
    .map((root) => domToMarkdown(root, rules))
    .filter((part) => part !== '')
    .join('\n\n');
  // The pill is followed by a zero-width space, so that a line may break there.
  return { markdown: markdown.replace(/\u200B+/g, ''), citations, sources, emptyPills };
}

function isPill(element: Element): boolean {
  return (
    'data-pplx-citation' in element.attribs ||
    'data-pplx-citation-url' in element.attribs ||
    hasClass(element, 'citation') ||
    isBarePill(element)
  );
}

/** A pill of 2026-09 that has nothing but its hover trigger: told by the spacer before it or by its `+1`. */
function isBarePill(element: Element): boolean {
  if (element.name !== 'span' || !('data-state' in element.attribs)) return false;
  if (
    [...elementsOf(element)].some(
      ({ attribs }) => 'data-pplx-citation' in attribs || attribs.href !== undefined,
    )
  )
    return false;
  const { prev } = element;
  if (prev !== null && isElement(prev) && hasClass(prev, 'citation-nbsp')) return true;
  return /^[\w.-]{1,40} \+\d{1,2}$/.test(foldSpace(visibleText(element)));
}

/** A pill names its first source only; `+1` and what is behind it are not in the page. */
function sourceOfPill(pill: Element): DraftSource | undefined {
  const link = [...elementsOf(pill)].find(({ name, attribs }) => name === 'a' && attribs.href !== undefined);
  const url = pill.attribs['data-pplx-citation-url'] ?? link?.attribs.href ?? pill.attribs.href;
  const key = url === undefined ? undefined : sourceKey(url);
  if (url === undefined || key === undefined) return undefined;
  const shown = foldSpace(visibleText(pill)).replace(/\s*\+\d+$/, '');
  return {
    key,
    url,
    title: pillTitle(pill),
    publisher: shown === '' || /^\d+$/.test(shown) ? null : shown,
    snippet: null,
    publishedAt: null,
    position: null,
    providerRef: null,
  };
}

/** The page's title stands in the label of the hover trigger around the pill (2026-02). */
function pillTitle(pill: Element): string | null {
  const trigger = pill.parent;
  const label = trigger !== null && isElement(trigger) ? trigger.attribs['aria-label'] : undefined;
  const title = foldSpace(label ?? pill.attribs['aria-label'] ?? '');
  return title === '' ? null : title;
}

/** What stands in an answer without belonging to it: buttons, spacers, what is hidden from reading, code's own bar. */
function isChrome(element: Element): boolean {
  const { attribs, name } = element;
  if (name === 'button' || name === 'textarea' || name === 'input') return true;
  if (attribs['aria-hidden'] === 'true' || attribs.role === 'tooltip') return true;
  if ('data-workflow-text-footer' in attribs || hasClass(element, 'sr-only')) return true;
  if (hasClass(element, 'citation-nbsp')) return true;
  return isCodeBar(element);
}

const codeIn = (pre: Element): Element | undefined =>
  [...elementsOf(pre)].find(({ name }) => name === 'code');

function isCodeBar(element: Element): boolean {
  const pre = closest(element, ({ name }) => name === 'pre');
  const code = pre === undefined ? undefined : codeIn(pre);
  if (pre === undefined || code === undefined || element === pre) return false;
  const holds = closest(code, (candidate) => candidate === element) !== undefined;
  return !holds && closest(element, (candidate) => candidate === code) === undefined;
}

/** A `pre` that frames its `code` with a caption is a box; the `code` is the code. */
function plainTag(element: Element): string | undefined {
  if (element.name === 'pre' && codeIn(element) !== undefined) return 'div';
  if (element.name === 'code' && closest(element, ({ name }) => name === 'pre') !== undefined) return 'pre';
  return undefined;
}

/** Language of a code block: its class, or the label in its bar ("text" says nothing). */
function codeLanguage(code: Element): string | undefined {
  const pre = closest(code, ({ name }) => name === 'pre');
  for (const element of pre === undefined ? [] : elementsOf(pre)) {
    const named = /(?:^|\s)language-([\w+#.-]+)/.exec(element.attribs.class ?? '')?.[1];
    if (named !== undefined) return named;
  }
  const bar = [...elementsOf(pre ?? code)].find(
    (element) =>
      element.attribs['data-testid'] === 'code-language-indicator' ||
      (element.children.length > 0 &&
        element.children.every(({ type }) => type === 'text') &&
        isCodeBar(element)),
  );
  const label = bar === undefined ? '' : foldSpace(visibleText(bar)).toLowerCase();
  return /^[\w+#.-]{1,20}$/.test(label) && label !== 'text' ? label : undefined;
}

/** TeX of a rendered formula in the delimiters the wire uses; undefined for anything else. */
function formulaText(element: Element): string | undefined {
  const display = hasClass(element, 'katex-display');
  if (!display && !hasClass(element, 'katex') && element.name !== 'math') return undefined;
  const tex = texOf(element);
  if (tex === undefined) return undefined;
  return display || element.attribs.display === 'block' ? `\\[${tex}\\]` : `\\(${tex}\\)`;
}

/** The opened Links tab: one draft per link, lines of its own for site, title and snippet. */
export function panelSources(links: readonly Element[]): DraftSource[] {
  const drafts = links.flatMap((link): DraftSource[] => {
    const url = link.attribs.href;
    const key = url === undefined ? undefined : sourceKey(url);
    if (url === undefined || key === undefined) return [];
    const lines = visibleText(link).split('\n');
    const site = domainOf(url);
    const named = lines.find((line) => line !== '' && !(site ?? '').startsWith(line.toLowerCase()));
    const title = link.attribs['aria-label'] ?? named ?? null;
    const after = named === undefined ? [] : lines.slice(lines.indexOf(named) + 1);
    return [
      {
        key,
        url,
        title,
        publisher: null,
        snippet: after.length === 0 ? null : after.join(' '),
        publishedAt: null,
        position: null,
        providerRef: null,
      },
    ];
  });
  const once = [...new Map(drafts.toReversed().map((draft) => [draft.key, draft])).values()].toReversed();
  return once.map((draft, index) => ({ ...draft, position: index + 1 }));
}
