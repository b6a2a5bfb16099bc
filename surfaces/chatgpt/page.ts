import type { DraftSource, Extraction, Reading } from '../../src/contract/extraction.ts';
import {
  type CheerioAPI,
  type Element,
  foldSpace,
  isElement,
  isVisible,
  visibleText,
} from '../../src/extract/dom.ts';
import { footnoteSources, readAnonymousAnswer } from './anonymous-answer.ts';
import { outermost } from './answer-markup.ts';
import {
  ANONYMOUS_APP,
  ANONYMOUS_ASSISTANT,
  ANONYMOUS_MARKDOWN,
  ANONYMOUS_USER,
  BUSY,
  LOGGED_IN,
  LOGGED_OUT,
  SIGNED_IN_APP,
  SIGNED_IN_ASSISTANT,
  SIGNED_IN_MARKDOWN,
  SIGNED_IN_TURN,
  SIGNED_IN_USER,
  SOURCES_PANEL,
} from './selectors.ts';
import { readSignedInAnswer } from './signed-in-answer.ts';
import { draftOf } from './sources.ts';
import { LOGIN_MODAL } from './walls.ts';

export type App = 'anonymous' | 'signed_in';

/** What the page shows of the last turn. */
export interface PageView {
  app: App | null;
  loginState: NonNullable<Extraction['loginState']>;
  /** True when a login dialog covers the page. */
  loginModal: boolean;
  /** The last turn's answer, null when the last turn has none. */
  reading: Reading | null;
  /** True when the page itself says that the answer is finished, not merely that nothing goes on. */
  saysFinished: boolean;
  /** Visible text of the last assistant message, chrome included: for in-turn failures and for "visible but unread". */
  shown: string;
}

/** Which of the two apps a page is; null for neither (error pages, challenges). */
export function appOf($: CheerioAPI): App | null {
  if ($(ANONYMOUS_APP).length > 0) return 'anonymous';
  return $(SIGNED_IN_APP).length > 0 ? 'signed_in' : null;
}

/** Reads the page of either app; the last turn is what the record is about. */
export function readPage($: CheerioAPI): PageView {
  const app = appOf($);
  const loginState = loginStateOf($, app);
  const loginModal = elementsIn($, LOGIN_MODAL).length > 0;
  const messages = app === null ? [] : lastAnswer($, app);
  if (app === null || messages.length === 0)
    return { app, loginState, loginModal, reading: null, saysFinished: false, shown: '' };
  const read = app === 'anonymous' ? readAnonymousAnswer : readSignedInAnswer;
  const inner = app === 'anonymous' ? ANONYMOUS_MARKDOWN : SIGNED_IN_MARKDOWN;
  const { markdown, draft } = read(messages.flatMap((message) => answerRoots($, message, inner)));
  draft.add([...messages.flatMap(footnoteSources), ...panelSources($)]);
  const reading = draft.reading(markdown, isFinished($, messages, app), modelOf($, messages));
  const saysFinished = messages.some(({ attribs }) => 'data-message-complete' in attribs);
  return {
    app,
    loginState,
    loginModal,
    reading,
    saysFinished,
    shown: messages.map((message) => visibleText(message)).join('\n'),
  };
}

function loginStateOf($: CheerioAPI, app: App | null): PageView['loginState'] {
  if ($(LOGGED_IN).length > 0) return 'signed_in';
  return app === 'anonymous' || $(LOGGED_OUT).length > 0 ? 'anonymous' : 'unknown';
}

function elementsIn($: CheerioAPI, selector: string): Element[] {
  return outermost($(selector).toArray().filter(isElement).filter(isVisible));
}

/** The assistant's messages after the last prompt; where none of several has an answer's markup, the last. */
function lastAnswer($: CheerioAPI, app: App): Element[] {
  const assistant = app === 'anonymous' ? ANONYMOUS_ASSISTANT : SIGNED_IN_ASSISTANT;
  const user = app === 'anonymous' ? ANONYMOUS_USER : SIGNED_IN_USER;
  const found = afterLast($, user, assistant);
  if (found.length > 0 || app === 'anonymous') return lastWithText(found);
  return lastWithText(
    afterLast($, `${SIGNED_IN_TURN}[data-turn="user"]`, `${SIGNED_IN_TURN}[data-turn="assistant"]`),
  );
}

function afterLast($: CheerioAPI, user: string, assistant: string): Element[] {
  const users = new Set(elementsIn($, user));
  const both = elementsIn($, `${user}, ${assistant}`);
  return both.slice(both.findLastIndex((element) => users.has(element)) + 1);
}

/** A turn of a thinking model has several messages; the answer is the last that says something. */
function lastWithText(messages: readonly Element[]): Element[] {
  const last = messages.findLast((message) => visibleText(message) !== '') ?? messages.at(-1);
  return last === undefined ? [] : [last];
}

function answerRoots($: CheerioAPI, message: Element, selector: string): Element[] {
  const roots = outermost($(message).find(selector).toArray().filter(isElement).filter(isVisible));
  return roots.length > 0 ? roots : [message];
}

function isFinished($: CheerioAPI, messages: readonly Element[], app: App): boolean {
  const last = messages.at(-1);
  if (last === undefined) return false;
  if (app === 'anonymous' && 'data-message-complete' in last.attribs) return true;
  const busy = BUSY.flatMap(({ any }) => any).join(', ');
  const isBusy = $(busy)
    .toArray()
    .some((element) => isElement(element) && isVisible(element));
  return !isBusy && !(last.attribs.id ?? '').startsWith('pending-') && last.attribs['aria-busy'] !== 'true';
}

/** The slug of the message; else what the model selector says after its localised words. */
function modelOf($: CheerioAPI, messages: readonly Element[]): Reading['model'] {
  const slug = messages.at(-1)?.attribs['data-message-model-slug'];
  if (slug !== undefined && slug !== '' && slug !== 'auto') return { label: slug, providerId: slug };
  const selector = $('[data-testid="model-switcher-dropdown-button"]').attr('aria-label') ?? '';
  const label = /\b(\d[\w.]*(?: [A-Z][\w.]*)*)\.?$/.exec(selector)?.[1];
  return label === undefined ? null : { label, providerId: null };
}

/** The opened Sources panel, when the page shows it: name, title and snippet stand in lines of their own. */
function panelSources($: CheerioAPI): DraftSource[] {
  const [selector] = SOURCES_PANEL.any.filter((css) => $(css).length > 0);
  if (selector === undefined) return [];
  const drafts = $(selector)
    .toArray()
    .filter(isElement)
    .flatMap((link) => {
      const strong = foldSpace($(link).find('strong').first().text());
      const lines = visibleText(link).split('\n');
      const title = strong !== '' ? strong : (lines[lines.length > 1 ? 1 : 0] ?? null);
      const attribution = lines.length > 1 && lines[0] !== title ? (lines[0] ?? null) : null;
      const snippet = lines.length > 2 ? lines.slice(2).join(' ') : null;
      return draftOf({ url: link.attribs.href ?? null, title, attribution, snippet, pub_date: null }) ?? [];
    });
  const once = [...new Map(drafts.map((draft) => [draft.key, draft])).values()];
  return once.map((draft, index) => ({ ...draft, position: index + 1 }));
}
