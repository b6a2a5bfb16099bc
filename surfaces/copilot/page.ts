import type { DraftCitation, DraftSource, Reading } from '../../src/contract/extraction.ts';
import type { Selector } from '../../src/contract/surface.ts';
import {
  type CheerioAPI,
  type Element,
  elementsOf,
  foldSpace,
  isElement,
  isVisible,
  visibleText,
} from '../../src/extract/dom.ts';
import { domToMarkdown } from '../../src/extract/dom-markdown.ts';
import { markText } from '../../src/extract/marks.ts';
import { domainOf } from '../../src/extract/urls.ts';
import { codeHeaders, codeLanguage, formulaText, isChip, isChrome, targetOf } from './answer-markup.ts';
import {
  AI_MESSAGE,
  BUSY,
  COMPOSER,
  FINISHED,
  MESSAGE_BODY,
  MODE_BUTTON,
  PRIVATE,
  SHARE_PAGE,
  SIGN_IN_NAG,
  SOURCES_BUTTON,
  SOURCES_HOME,
  USER_MESSAGE,
} from './selectors.ts';
import { draftOf, isOutside } from './sources.ts';

/** What the page shows of the last turn. */
export interface PageView {
  /** The last turn's answer, null when the last turn has none. */
  reading: Reading | null;
  /** Visible text of the last answer, chrome left out: for in-turn failures and for "visible but unread". */
  shown: string;
  /** Sites of which the folded sources button shows the icon. */
  sites: string[];
  /** True when the answer has a sources button. */
  hasSources: boolean;
  /** True when the page offers to sign in although it can be used. */
  anonymous: boolean;
}

/** Everything that any selector here can name: found once, because each look over a whole page costs time. */
const NAMED =
  '[data-testid], [data-content], [role], [class~="group/ai-message"], [class~="group/user-message"], aside, textarea';

type Named = ReturnType<CheerioAPI>;

/** Reads the page; the last turn is what the record is about. */
export function readPage($: CheerioAPI): PageView {
  const named = $(NAMED);
  const anonymous = named.filter(SIGN_IN_NAG).length > 0;
  const message = lastAnswer($, named);
  if (message === undefined) return { reading: null, shown: '', sites: [], hasSources: false, anonymous };
  const inner = outermost(elementsIn($(message).find(MESSAGE_BODY).toArray()));
  const roots = inner.length > 0 ? inner : [message];
  return {
    reading: readAnswer($, named, message, roots),
    shown: roots
      .map((root) => visibleText(root, isChrome))
      .join('\n')
      .trim(),
    sites: sitesOf(message),
    hasSources: hasAny(named, SOURCES_BUTTON),
    anonymous,
  };
}

function hasAny(named: Named, { any }: Selector): boolean {
  return named.filter(any.join(', ')).length > 0;
}

function elementsIn(found: readonly unknown[]): Element[] {
  return (found as Element[]).filter(isElement).filter(isVisible);
}

/** Elements without those that lie inside another of them. */
function outermost(elements: readonly Element[]): Element[] {
  const all = new Set<unknown>(elements);
  return elements.filter((element) => {
    for (let { parent } = element; parent !== null; parent = parent.parent) if (all.has(parent)) return false;
    return true;
  });
}

/** The last answer, unless a prompt stands after it. */
function lastAnswer($: CheerioAPI, named: Named): Element | undefined {
  const hidden = new Set<unknown>(named.filter(PRIVATE).find(`${AI_MESSAGE}, ${USER_MESSAGE}`).toArray());
  const turns = outermost(
    elementsIn(named.filter(`${AI_MESSAGE}, ${USER_MESSAGE}`).toArray()).filter((turn) => !hidden.has(turn)),
  );
  const last = turns.at(-1);
  return last !== undefined && $(last).is(AI_MESSAGE) ? last : undefined;
}

function readAnswer($: CheerioAPI, named: Named, message: Element, roots: readonly Element[]): Reading {
  const citations: DraftCitation[] = [];
  const sources: DraftSource[] = [];
  const markdown = roots
    .map((root) => {
      const headers = codeHeaders(root);
      return domToMarkdown(root, {
        drop: (element) => headers.has(element) || isChrome(element),
        replace: (element) => reference(element, citations, sources) ?? formulaText(element),
        codeLanguage: (pre) => codeLanguage(pre, headers),
      });
    })
    .join('\n\n');
  const all = [...sources, ...panelSources($, named)];
  return {
    complete: isFinished($, named, message),
    markdown: withoutEmptyBrackets(markdown).trim(),
    citations,
    sources: all,
    fanOut: null,
    mentions: null,
    shopping: null,
    ads: null,
    results: null,
    related: null,
    model: modelOf(named),
    webSearch: all.length > 0 || hasAny(named, SOURCES_BUTTON) ? true : null,
    cards: [],
  };
}

const MARKS_IN_BRACKETS = /[([（【]\s*((?:\u2FFB[\u2800-\u28FF]+\u2FFB[\s,;]*)+)[)\]）】]/gu;

/** Brackets that held nothing but chips go with them. */
function withoutEmptyBrackets(markdown: string): string {
  return markdown.replace(MARKS_IN_BRACKETS, (_all, marks: string) => marks.replace(/[\s,;]/g, ''));
}

/** The text in a reference's place: a mark for a chip, its words between marks when the sentence needs them. */
function reference(element: Element, citations: DraftCitation[], sources: DraftSource[]): string | undefined {
  const url = targetOf(element);
  if (url === undefined) return undefined;
  const label = foldSpace(visibleText(element));
  const chip = isChip(element);
  const source = draftOf({
    url,
    title: element.attribs.title ?? (chip ? null : label),
    publisher: chip && !/^[\s\d+[\]()]*$/.test(label) ? label : null,
  });
  if (source === undefined) return undefined;
  const known = sources.find(({ key }) => key === source.key);
  if (known === undefined) sources.push({ ...source, position: sources.length + 1 });
  const index = citations.push({ sourceKeys: [source.key], basis: chip ? 'sentence' : 'exact' }) - 1;
  return chip ? markText(index) : `${markText(index, 'open')}${label}${markText(index, 'close')}`;
}

/** Links of the opened sources panel; the folded one has none. */
function panelSources($: CheerioAPI, named: Named): DraftSource[] {
  const links = elementsIn(named.filter(SOURCES_HOME).find('a[href^="http"]').toArray()).filter(
    (link) => $(link).closest(`${AI_MESSAGE}, ${PRIVATE}`).length === 0,
  );
  const drafts = links.flatMap((link) => {
    const url = link.attribs.href ?? '';
    const lines = visibleText(link)
      .split('\n')
      .filter((line) => line.trim() !== '');
    const title =
      link.attribs.title ?? lines.reduce((best, line) => (line.length > best.length ? line : best), '');
    const publisher = lines.find((line) => line !== title && line.length <= 60) ?? null;
    return isOutside(url) ? (draftOf({ url, title, publisher }) ?? []) : [];
  });
  const once = new Map(drafts.toReversed().map((draft) => [draft.key, draft]));
  return [...once.values()].toReversed().map((draft, index) => ({ ...draft, position: index + 1 }));
}

function sitesOf(message: Element): string[] {
  return [...elementsOf(message)].flatMap(({ name, attribs }) => {
    const src = attribs.src ?? '';
    if (name !== 'img' || !/bingapis\.com\/favicon/.test(src) || !URL.canParse(src)) return [];
    const site = new URL(src).searchParams.get('url') ?? '';
    return domainOf(/^https?:/.test(site) ? site : `https://${site}`) ?? [];
  });
}

/** Finished when the answer carries its reactions; a share is, and a fragment without a composer, unless it is busy. */
function isFinished($: CheerioAPI, named: Named, message: Element): boolean {
  const busy = elementsIn(named.filter(BUSY.flatMap(({ any }) => any).join(', ')).toArray());
  if (busy.length > 0) return false;
  if ($(message).find(FINISHED).length > 0 || named.filter(SHARE_PAGE).length > 0) return true;
  return !hasAny(named, COMPOSER);
}

/** The mode button names a model in some builds ("Smart (GPT-5)", 2025-08); the mode alone is no model. */
function modelOf(named: Named): Reading['model'] {
  const label = foldSpace(named.filter(MODE_BUTTON).first().text());
  return /\b(?:GPT|o\d|MAI|Claude|Gemini)\b/i.test(label) ? { label, providerId: null } : null;
}
