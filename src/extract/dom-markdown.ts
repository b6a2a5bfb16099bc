import { gfm } from '@joplin/turndown-plugin-gfm';
import TurndownService from 'turndown';
import { type AnyNode, type Element, isElement, isHiddenItself } from './dom.ts';
import { emphasised } from './emphasis.ts';

/** How one surface's markup maps to plain structure; everything is optional. */
export interface MarkdownRules {
  /** Leaves the element and what is in it out (buttons, chips, footers). Hidden elements are always left out. */
  drop?: (element: Element) => boolean;
  /** Text put in the element's place: a citation mark (`extract/marks.ts`), a formula. */
  replace?: (element: Element) => string | undefined;
  /** The plain tag an element stands for (`p` for a paragraph made of divs, `h3` for `role=heading`), or undefined. */
  tag?: (element: Element) => string | undefined;
  /** Language of a code block. */
  codeLanguage?: (pre: Element) => string | undefined;
  /** Elements to descend into although they look hidden (collapsed panels). */
  reveal?: (element: Element) => boolean;
  /** Keep links as markdown links; default true. */
  links?: boolean;
}

const KEPT = new Set(
  'h1 h2 h3 h4 h5 h6 p ul ol li table thead tbody tr th td pre code strong b em i a blockquote br hr img del s'.split(
    ' ',
  ),
);
const DIVISIONS = new Set(
  'div section article main header footer aside figure details summary dl dt dd form'.split(' '),
);

const turndown = new TurndownService({
  headingStyle: 'atx',
  bulletListMarker: '-',
  codeBlockStyle: 'fenced',
  emDelimiter: '*',
  hr: '---',
});
turndown.use(gfm);
// The item's content is indented by the marker's own width, so that nested lists parse back as nested.
turndown.addRule('listItem', {
  filter: 'li',
  replacement: (content, node) => {
    const parent = node.parentNode;
    const ordered = parent?.nodeName === 'OL';
    const start = Number((parent as HTMLElement | null)?.getAttribute?.('start') ?? 1);
    const index = parent ? Array.prototype.indexOf.call(parent.children, node) : 0;
    const marker = ordered ? `${start + index}. ` : '- ';
    const body = content
      .replace(/^\n+/, '')
      .replace(/\n+$/, '')
      .replace(/\n(?!$)/g, `\n${' '.repeat(marker.length)}`);
    return `${marker}${body}${node.nextSibling ? '\n' : ''}`;
  },
});

turndown.addRule('strong', {
  filter: ['strong', 'b'],
  replacement: (content, node) => emphasised(content, node, '**'),
});
turndown.addRule('emphasis', {
  filter: ['em', 'i'],
  replacement: (content, node) => emphasised(content, node, '*'),
});

/**
 * Markdown of an answer's DOM: headings, paragraphs, nested lists, tables, code, quotes, links and emphasis; nothing
 * hidden, no widgets. Citation marks go in through `rules.replace`. Pure.
 */
export function domToMarkdown(root: AnyNode | readonly AnyNode[], rules: MarkdownRules = {}): string {
  const roots: readonly AnyNode[] = Array.isArray(root) ? root : [root as AnyNode];
  const html = roots.map((node) => plainHtml(node, rules, false)).join('');
  if (html.trim() === '') return '';
  return turndown
    .turndown(html)
    .replace(/[^\S\n]+$/gm, '')
    .trim();
}

function plainHtml(node: AnyNode, rules: MarkdownRules, inCode: boolean): string {
  if (node.type === 'text') return escapeHtml(node.data);
  if (!isElement(node)) return 'children' in node ? childrenHtml(node.children, rules, inCode) : '';
  const replaced = rules.replace?.(node);
  if (replaced !== undefined) return escapeHtml(replaced);
  if (rules.drop?.(node) || (isHiddenItself(node) && !rules.reveal?.(node))) return '';
  const tag = rules.tag?.(node) ?? headingTag(node) ?? node.name;
  const inner = childrenHtml(node.children, rules, inCode || tag === 'pre');
  return openAndClose(tag, node, inner, rules, inCode);
}

function childrenHtml(children: readonly AnyNode[], rules: MarkdownRules, inCode: boolean): string {
  return children.map((child) => plainHtml(child, rules, inCode)).join('');
}

function headingTag(element: Element): string | undefined {
  if (element.attribs.role !== 'heading') return undefined;
  const level = Number(element.attribs['aria-level'] ?? 2);
  return level >= 1 && level <= 6 ? `h${level}` : 'h6';
}

function openAndClose(
  tag: string,
  element: Element,
  inner: string,
  rules: MarkdownRules,
  inCode: boolean,
): string {
  if (tag === 'br') return inCode ? '\n' : '<br>';
  if (tag === 'hr') return '<hr>';
  if (tag === 'img') return imageHtml(element);
  if (tag === 'pre') return preHtml(element, inner, rules);
  if (inCode) return inner;
  if (tag === 'a') return linkHtml(element, inner, rules);
  if (tag === 'ol' && element.attribs.start !== undefined)
    return `<ol start="${Number(element.attribs.start) || 1}">${inner}</ol>`;
  if (KEPT.has(tag))
    return inner.trim() === '' && tag !== 'td' && tag !== 'th' ? '' : `<${tag}>${inner}</${tag}>`;
  return DIVISIONS.has(tag) ? `<div>${inner}</div>` : inner;
}

function preHtml(element: Element, inner: string, rules: MarkdownRules): string {
  const language = rules.codeLanguage?.(element) ?? '';
  const text = inner.replace(/^\n/, '').replace(/\n$/, '');
  return `<pre><code class="language-${escapeHtml(language)}">${text}</code></pre>`;
}

function linkHtml(element: Element, inner: string, rules: MarkdownRules): string {
  const href = element.attribs.href;
  if (rules.links === false || href === undefined || !/^https?:/i.test(href)) return inner;
  return inner.trim() === '' ? '' : `<a href="${escapeHtml(href)}">${inner}</a>`;
}

function imageHtml(element: Element): string {
  const { src, alt } = element.attribs;
  if (src === undefined || !/^https?:/i.test(src)) return '';
  return `<img src="${escapeHtml(src)}" alt="${escapeHtml(alt ?? '')}">`;
}

function escapeHtml(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
