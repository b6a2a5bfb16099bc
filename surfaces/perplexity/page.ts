import type { Extraction, Reading } from '../../src/contract/extraction.ts';
import {
  type AnyNode,
  type CheerioAPI,
  closest,
  type Element,
  foldSpace,
  isElement,
  isVisible,
  visibleText,
} from '../../src/extract/dom.ts';
import { panelSources, readAnswerMarkup } from './page-markup.ts';
import {
  BUSY,
  COMPOSER,
  FINAL_ANSWER,
  FOOTER,
  PROSE_ANSWER,
  RENDERED_ANSWER,
  SOURCES_PANEL,
  USER_TURN,
} from './selectors.ts';

/** What the page shows of the last turn. */
export interface PageView {
  /** Null when the last turn shows no answer. */
  reading: Reading | null;
  /** Visible words of the answer's place, chrome included: for failures, and for "visible but unread". */
  shown: string;
  loginState: NonNullable<Extraction['loginState']>;
  /** Pills that cite without saying what. */
  emptyPills: number;
}

/**
 * Reads the page of any generation; the last turn is what the record is about. `query` tells the question where the
 * page does not: it is rendered like an answer.
 */
export function readPage($: CheerioAPI, query: string): PageView {
  const loginState = loginStateOf($);
  const roots = lastAnswer($, foldSpace(query));
  if (roots.length === 0) return { reading: null, shown: shownWithoutAnswer($), loginState, emptyPills: 0 };
  const { markdown, citations, sources, emptyPills } = readAnswerMarkup(roots);
  const listed = panelSources($(SOURCES_PANEL).toArray().filter(isElement));
  const reading: Reading = {
    complete: isFinished($, roots),
    markdown,
    citations,
    sources: [...sources, ...listed],
    fanOut: null,
    mentions: null,
    shopping: null,
    ads: null,
    results: null,
    related: relatedAfter($, roots),
    model: null,
    webSearch: sources.length + listed.length + emptyPills > 0 ? true : null,
    cards: [],
  };
  return { reading, shown: roots.map((root) => visibleText(root)).join('\n'), loginState, emptyPills };
}

function visible($: CheerioAPI, selector: string): Element[] {
  return $(selector).toArray().filter(isElement).filter(isVisible);
}

function outermost(elements: readonly Element[]): Element[] {
  const all = new Set<AnyNode>(elements);
  return elements.filter(({ parent }) => {
    for (let node: AnyNode | null = parent; node !== null; node = node.parent)
      if (all.has(node)) return false;
    return true;
  });
}

/**
 * The answer of the last turn. Where the page tells the reader's turns apart, everything after the last of them, the
 * surest kind only: steps of a workflow render their thoughts as prose too. Else the last answer of the page.
 */
function lastAnswer($: CheerioAPI, query: string): Element[] {
  const users = new Set(visible($, USER_TURN));
  const isOfUser = (element: Element): boolean =>
    closest(element, (node) => users.has(node)) !== undefined ||
    (query !== '' && foldSpace(visibleText(element)) === query);
  const kinds = [FINAL_ANSWER, RENDERED_ANSWER, PROSE_ANSWER];
  const answers = outermost(visible($, kinds.join(', ')).filter((element) => !isOfUser(element)));
  if (users.size === 0) return answers.slice(-1);
  const inOrder = visible($, [USER_TURN, ...kinds].join(', '));
  const lastUser = inOrder.findLastIndex((element) => users.has(element));
  const later = new Set(inOrder.slice(lastUser + 1));
  const ofTurn = answers.filter((element) => later.has(element));
  for (const kind of kinds) {
    const matching = new Set<AnyNode>($(kind).toArray());
    const found = ofTurn.filter((element) => matching.has(element));
    if (found.length > 0) return found;
  }
  return [];
}

/**
 * Nothing may say that an answer is still being written, and something must say that it is done: the actions under it,
 * the frame that a finished answer gets, or that this is a part of a page only (no composer).
 */
function isFinished($: CheerioAPI, roots: readonly Element[]): boolean {
  const busy = visible($, BUSY.flatMap(({ any }) => any).join(', '));
  if (busy.length > 0) return false;
  if (roots.some(({ attribs }) => 'data-workflow-final-text' in attribs)) return true;
  return $(FOOTER).length > 0 || $(COMPOSER.any.join(', ')).length === 0;
}

/** A thread whose answer cannot be told apart is "visible but unread": its panel, without the question and the buttons. */
function shownWithoutAnswer($: CheerioAPI): string {
  const isThread = $(FOOTER).length > 0 || $('[role="tabpanel"][id$="-content-default"]').length > 0;
  if (!isThread) return '';
  const panels = visible($, '[role="tabpanel"][id$="-content-default"]');
  const root = panels.at(-1) ?? $.root().get(0);
  const isNoise = (element: Element): boolean => element.name === 'button' || element.name === 'h1';
  return root === undefined ? '' : visibleText(root, isNoise);
}

const SIGN_IN =
  /^(?:Sign in|Log in|Sign up|Anmelden|Einloggen|Se connecter|Iniciar sesión|Accedi|Entrar|Inloggen|Zaloguj się|ログイン|サインイン|登录|登入|로그인|تسجيل الدخول|Войти)$/i;

/** A visitor without an account is offered to sign in; the sign of an account itself is not known. */
function loginStateOf($: CheerioAPI): PageView['loginState'] {
  const offers = visible($, 'button, a[href]').some((element) =>
    SIGN_IN.test(foldSpace(visibleText(element))),
  );
  return offers ? 'anonymous' : 'unknown';
}

const RELATED =
  /^(?:Related(?: questions)?|Follow-ups?|People also ask|Verwandte Fragen|Verwandt|Ähnliche Fragen|Preguntas relacionadas|Relacionado|Questions connexes|関連(?:する質問)?|相关(?:问题)?|ذات صلة|أسئلة ذات صلة)$/i;

/** The list titled "Related" after the answer: each entry is something to click. */
function relatedAfter($: CheerioAPI, roots: readonly Element[]): Reading['related'] {
  const inAnswer = new Set<AnyNode>(roots);
  const title = visible($, 'h2, h3, h4, div, span, p').findLast(
    (element) =>
      element.children.every(({ type }) => type === 'text') &&
      RELATED.test(foldSpace(visibleText(element))) &&
      closest(element, (node) => inAnswer.has(node)) === undefined,
  );
  for (
    let node: AnyNode | null = title?.parent ?? null;
    node !== null && isElement(node);
    node = node.parent
  ) {
    if (roots.some((root) => closest(root, (candidate) => candidate === node) !== undefined)) return null;
    const entries = $(node)
      .find('button, a[href], [role="button"]')
      .toArray()
      .filter(isElement)
      .map((element) => foldSpace(visibleText(element)))
      .filter((text) => text.includes(' ') || text.length > 12);
    if (entries.length > 0) return [...new Set(entries)].map((text) => ({ type: 'question' as const, text }));
  }
  return null;
}
