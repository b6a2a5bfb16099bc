import { type CheerioAPI, type Element, elementsOf, foldSpace, isElement } from '../../src/extract/dom.ts';
import { domToMarkdown } from '../../src/extract/dom-markdown.ts';
import { texOf } from '../../src/extract/formula.ts';
import { unwrapUrl } from '../../src/extract/urls.ts';

/** Custom elements and tags that are the app's, not the answer's; extensions' own elements too. */
const CHROME_TAGS =
  /^(?:button|mat-.*|gem-.*|input|textarea|select|thinking-overlay|model-thoughts|tts-control|message-actions|sources-list|source-.*|sources-.*|sensitive-memories-banner|freemium-.*|response-info-line|copy-button|share-button|thumb-.*|regenerate-button|download-.*|bard-avatar|follow-up-.*|qb-.*|grammarly-.*|elicitation.*)$/;
const CHROME_CLASSES =
  /(?:^|\s)(?:hide-on-print|hide-from-message-actions|cdk-visually-hidden|follow-up-container|thoughts-container|table-footer|code-block-decoration|source-inline-chip-container)(?:\s|$)/;
const PICTURES = 'single-image, generated-image';

/** True for what stands inside an answer's element and is no part of the answer. */
export function isChrome({ name, attribs }: Element): boolean {
  if (CHROME_TAGS.test(name) || CHROME_CLASSES.test(attribs.class ?? '')) return true;
  return attribs['aria-hidden'] === 'true' || 'hide-from-message-actions' in attribs;
}

/** A picture that markdown cannot carry: its address lives only in the page that made it. */
export interface PictureCard {
  type: 'image';
  text: string;
  url?: string;
}

/**
 * Markdown of an answer's tree; citation marks stand in it already (`markCitations`). Changes the tree, which was
 * parsed for this reading alone.
 */
export function answerMarkdown(
  $: CheerioAPI,
  roots: readonly Element[],
): { markdown: string; cards: PictureCard[] } {
  const cards: PictureCard[] = [];
  for (const root of roots) {
    simplifyPictures($, root, cards);
    simplifyFormulas($, root);
    simplifyFrames($, root);
    for (const link of $(root).find('a[href]').toArray().filter(isElement))
      link.attribs.href = plainLink(link.attribs.href ?? '');
  }
  const markdown = domToMarkdown(roots, {
    drop: isChrome,
    codeLanguage: (pre) => pre.attribs['data-language'],
  });
  return { markdown, cards };
}

/** A picture keeps its image; its buttons and labels are the app's. */
function simplifyPictures($: CheerioAPI, root: Element, cards: PictureCard[]): void {
  for (const picture of $(root).find(PICTURES).toArray().filter(isElement)) {
    const image = [...elementsOf(picture)].find(({ name }) => name === 'img');
    const { src = '', alt = '' } = image?.attribs ?? {};
    if (image !== undefined && /^https?:/i.test(src)) $(picture).replaceWith(image);
    else {
      if (image !== undefined) cards.push({ type: 'image', text: alt });
      $(picture).remove();
    }
  }
}

/** A formula becomes its TeX in the delimiters Gemini itself writes: `$$…$$` in a block of its own, `$…$` in a line. */
function simplifyFormulas($: CheerioAPI, root: Element): void {
  for (const formula of $(root).find('[data-math]').toArray().filter(isElement)) {
    const tex = foldSpace(formula.attribs['data-math'] ?? '');
    const isBlock = formula.name === 'div' || / math-block /.test(` ${formula.attribs.class ?? ''} `);
    $(formula).text(isBlock ? `$$${tex}$$` : `$${tex}$`);
  }
  for (const rendered of $(root).find('.katex, math').toArray().filter(isElement)) {
    const tex = texOf(rendered);
    if (tex !== undefined) $(rendered).text(`$${tex}$`);
  }
}

/** Code and tables stand in frames with captions and buttons: only what leads to the code or table stays. */
function simplifyFrames($: CheerioAPI, root: Element): void {
  for (const frame of $(root).find('code-block, table-block').toArray().filter(isElement)) {
    const core = $(frame)
      .find(frame.name === 'code-block' ? 'pre' : 'table')
      .first();
    const element = core.get(0);
    if (element === undefined) continue;
    const language = frame.name === 'code-block' ? captionOf(frame, element) : undefined;
    if (language !== undefined) element.attribs['data-language'] = language;
    $(frame).empty().append(core);
  }
}

/** The caption of a code block names its language, unless it is words ("Code snippet"). */
function captionOf(frame: Element, pre: Element): string | undefined {
  const inCode = new Set<Element>(elementsOf(pre));
  for (const element of elementsOf(frame)) {
    if (element === pre) return undefined;
    if (inCode.has(element) || element.name === 'button') continue;
    const own = foldSpace(
      element.children.map((child) => (child.type === 'text' ? child.data : '')).join(' '),
    );
    if (/^[\w+#./-]{1,20}$/.test(own)) return own.toLowerCase();
  }
  return undefined;
}

/** Links the app wraps in a search or redirect of its own lead where they say (gemini.md e). */
function plainLink(href: string): string {
  const { url } = unwrapUrl(href);
  if (url === null || !URL.canParse(url)) return href;
  const { hostname, pathname, searchParams } = new URL(url);
  const target = searchParams.get('q') ?? '';
  const isWrapped = /(?:^|\.)google\.[a-z.]+$/.test(hostname) && pathname === '/search';
  if (isWrapped && /^https?:\/\//i.test(target)) return target;
  return URL.canParse(href) && new URL(href).href === url ? href : url;
}
