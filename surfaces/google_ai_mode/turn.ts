import { type CheerioAPI, type Element, isElement, isVisible } from '../../src/extract/dom.ts';
import { isResultsPage } from '../google/page-kind.ts';
import { AI_MODE_CSS, COMPOSER_CSS } from './selectors.ts';

/** One question with its answer. */
export interface Turn {
  /** Everything of the turn: answer, sources, footer. */
  root: Element;
  /** The answer's own element; undefined while there is none. */
  body: Element | undefined;
}

const TURN = '[data-scope-id="turn"]';
/** The answer, in order of trust (google_ai_mode.md e; all four 2025-12 → 2026-09). */
const BODIES = [
  '[data-container-id="main-col"]',
  '[data-xid="VpUvz"]',
  '[data-subtree="aimc"]',
  '[data-container-id="model-response-placeholder"]',
];

/** True when the page is AI Mode's own, whether it answered or not. */
export function isAiModePage($: CheerioAPI): boolean {
  return $(AI_MODE_CSS).length > 0 || (!isResultsPage($) && $(COMPOSER_CSS).length > 0);
}

/**
 * The turn the page ends in: the last one is what was asked last. An ordinary results page may hold an AI Overview,
 * which is built of the same parts; that is no turn. Undefined when there is none.
 */
export function lastTurn($: CheerioAPI): Turn | undefined {
  if (isResultsPage($) && !isAiModePage($)) return undefined;
  const root = outermost($, TURN).at(-1);
  if (root === undefined) return bareAnswer($);
  return {
    root: rootWithSources($, root),
    body: bodyIn($, root) ?? (isAiModePage($) ? undefined : bodyBehind($, root)),
  };
}

/** Number of turns on the page. */
export function countTurns($: CheerioAPI): number {
  return outermost($, TURN).length;
}

function outermost($: CheerioAPI, css: string): Element[] {
  return $(css)
    .toArray()
    .filter(isElement)
    .filter((element) => isVisible(element) && $(element).parents(css).length === 0);
}

/** Two arms side by side are two bodies: the first one is read. */
function bodyIn($: CheerioAPI, root: Element): Element | undefined {
  for (const css of BODIES) {
    const first = $(root).find(css).toArray().filter(isElement).find(isVisible);
    if (first !== undefined) return first;
  }
  return undefined;
}

/** The sources column may stand beside the turn instead of in it: what holds both and no other turn is the root. */
function rootWithSources($: CheerioAPI, turn: Element): Element {
  if ($(turn).find('[data-src-id]').length > 0) return turn;
  const { parent } = turn;
  if (parent === null || !isElement(parent)) return turn;
  const alone = $(parent).find(TURN).length === 1 + $(turn).find(TURN).length;
  return alone && $(parent).find('[data-container-id="rhs-col"]').length > 0 ? parent : turn;
}

/** A thread that was opened again can hold only the question in the turn, the answer after it (seen 2026-08). */
function bodyBehind($: CheerioAPI, turn: Element): Element | undefined {
  const rest = $(turn).nextUntil(TURN);
  if (rest.length === 0 || rest.find(TURN).length > 0) return undefined;
  const box = $('<div></div>').get(0);
  if (box === undefined || !isElement(box)) return undefined;
  $(box).append(rest.clone());
  return box;
}

/** An answer without any turn around it: the outermost, last one, with as much around it as is its own. */
function bareAnswer($: CheerioAPI): Turn | undefined {
  for (const css of BODIES) {
    const body = outermost($, css).at(-1);
    if (body === undefined) continue;
    let root: Element = body;
    while (root.parent !== null && isElement(root.parent) && $(root.parent).find(css).length <= 1)
      root = root.parent;
    return { root, body };
  }
  return undefined;
}
