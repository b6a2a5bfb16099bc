import type { Extraction, Reading } from '../../src/contract/extraction.ts';
import { type CheerioAPI, type Element, foldSpace, isElement, isVisible } from '../../src/extract/dom.ts';
import { markCitations } from './answer-citations.ts';
import { answerMarkdown } from './answer-markup.ts';
import { type Find, indexPage } from './page-index.ts';
import {
  ACTIONS,
  COMPOSER_CSS,
  MODE_LABEL,
  SIGN_IN,
  SIGNED_IN,
  SOURCES_BUTTON,
  STOP,
  STREAMING,
  USER_TURN,
} from './selectors.ts';
import { answerCards, reportCards, type SourceCard, sourcesOf } from './source-cards.ts';
import { type AnswerPlace, findAnswer, shownText } from './turns.ts';

/** What the page shows of the last turn. */
export interface PageView {
  loginState: NonNullable<Extraction['loginState']>;
  /** The last question's answer; null when the page has none. */
  reading: Reading | null;
  /** End marks seen. */
  doneMarks: string[];
  /** Visible text of the turn, or of a notice in its place: for failures and for "visible but unread". */
  shown: string;
  /** Citation elements the answer shows, and those whose source nothing on the page tells. */
  citations: { shown: number; unresolved: number };
  /** True when the turn offers a source list. */
  hasSourcesButton: boolean;
  hasModelLabel: boolean;
  /** True when the page is the app with something to type into. */
  hasComposer: boolean;
  offersSignIn: boolean;
}

/** Reads the page: the last turn of a conversation, a shared one, a Deep Research report, or a fragment. Pure. */
export function readPage($: CheerioAPI): PageView {
  const find = indexPage($);
  const place = findAnswer($, find);
  const model = modelOf($, find);
  const shown = place === null ? noticeOf($, find) : place.roots.map(shownText).join('\n') || turnText(place);
  const doneMarks = place === null ? [] : doneMarksOf($, place);
  const hasSourcesButton = SOURCES_BUTTON.any.some((css) => find(css).length > 0);
  // The end marks are looked for before the answer is read: reading rewrites the answer's tree.
  const complete = place !== null && isComplete($, find, place, doneMarks);
  const read = place === null || place.roots.length === 0 ? null : readAnswer($, find, place);
  return {
    loginState: loginStateOf(find),
    reading: read && { ...read.reading, complete, model },
    doneMarks,
    shown,
    citations: read?.citations ?? { shown: 0, unresolved: 0 },
    hasSourcesButton,
    hasModelLabel: model !== null,
    hasComposer: find(COMPOSER_CSS).length > 0,
    offersSignIn: SIGN_IN.any.some((css) => find(css).length > 0),
  };
}

function readAnswer(
  $: CheerioAPI,
  find: Find,
  place: AnswerPlace,
): { reading: Reading; citations: PageView['citations'] } {
  const report = reportCards($, find);
  const cards: SourceCard[] = place.kind === 'report' ? report.used : answerCards($, find);
  const related = followUps($, place.turn);
  const { citations, shown, unresolved } = markCitations($, place.roots, cards);
  const { markdown, cards: pictures } = answerMarkdown($, place.roots);
  const sources = sourcesOf(place.kind === 'report' ? [...report.used, ...report.unused] : cards);
  return {
    citations: { shown, unresolved },
    reading: {
      complete: true,
      markdown,
      citations,
      sources,
      fanOut: null,
      mentions: null,
      shopping: null,
      ads: null,
      results: null,
      related: related.length === 0 ? null : related.map((text) => ({ type: 'follow_up' as const, text })),
      model: null,
      // An answer without sources may still have been searched for: nothing on the page tells.
      webSearch: shown > 0 || sources.length > 0 ? true : null,
      cards: pictures,
    },
  };
}

function anyVisible($: CheerioAPI, css: string, root: Element): boolean {
  return $(root)
    .find(css)
    .toArray()
    .some((element) => isElement(element) && isVisible(element));
}

/** Marks of a finished turn, each read inside the turn: earlier turns of the page have theirs too. */
function doneMarksOf($: CheerioAPI, { turn, roots }: AnswerPlace): string[] {
  const marks: [string, boolean][] = [
    [
      'not_busy',
      roots.some((root) => $(root).is('[aria-busy="false"]') || anyVisible($, '[aria-busy="false"]', root)),
    ],
    ['footer_complete', turn !== null && anyVisible($, '.response-footer.complete', turn)],
    [ACTIONS.name, turn !== null && anyVisible($, 'message-actions', turn)],
    ['shared', turn !== null && $(turn).closest('share-turn-viewer').length > 0],
  ];
  return marks.flatMap(([name, seen]) => (seen ? [name] : []));
}

/** Finished: a mark says so and none says the contrary. A fragment cannot carry the app's marks, a busy one it can. */
function isComplete($: CheerioAPI, find: Find, place: AnswerPlace, doneMarks: readonly string[]): boolean {
  const isBusy = [...STREAMING.any, ...STOP.any].some((css) => find(css).some(isVisible));
  const rootBusy = place.roots.some((root) => $(root).is('[aria-busy="true"]'));
  const isBare = place.turn === null && find(`${COMPOSER_CSS}, ${USER_TURN}`).length === 0;
  return !isBusy && !rootBusy && (doneMarks.length > 0 || isBare);
}

function loginStateOf(find: Find): PageView['loginState'] {
  if (find(SIGNED_IN).length > 0) return 'signed_in';
  return SIGN_IN.any.some((css) => find(css).length > 0) ? 'anonymous' : 'unknown';
}

/** What the mode switcher says ("Pro", "Fast"); it is the only name of the model the page shows. */
function modelOf($: CheerioAPI, find: Find): Reading['model'] {
  const label = foldSpace($(find(MODE_LABEL)).first().text());
  return label === '' ? null : { label, providerId: null };
}

function followUps($: CheerioAPI, turn: Element | null): string[] {
  if (turn === null) return [];
  const buttons = $(turn)
    .find('.follow-up-container button, follow-up-chips button, elicitation-chips button')
    .toArray()
    .filter(isElement);
  return [...new Set(buttons.map((button) => foldSpace($(button).text())))].filter((text) => text !== '');
}

/** Text of a turn that holds no answer: its headings for screen readers say nothing of it. */
function turnText({ turn }: AnswerPlace): string {
  return turn === null ? '' : shownText(turn);
}

/** A notice in the answer's stead: a snack bar, an alert. */
function noticeOf($: CheerioAPI, find: Find): string {
  return find('simple-snack-bar, mat-snack-bar-container, [role="alert"]')
    .filter(isVisible)
    .map((element) => foldSpace($(element).text()))
    .join('\n');
}
