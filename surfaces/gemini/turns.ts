import {
  type AnyNode,
  type CheerioAPI,
  closest,
  type Element,
  isElement,
  isVisible,
  visibleText,
} from '../../src/extract/dom.ts';
import { isChrome } from './answer-markup.ts';
import type { Find } from './page-index.ts';
import { CONTENT, LOOSE_CONTENT, MODEL_TURN, PATHED, REPORT, THOUGHTS, USER_TURN } from './selectors.ts';

/** Where the answer of a page stands. */
export interface AnswerPlace {
  kind: 'chat' | 'report' | 'fragment';
  /** The whole turn, its footer included; null where the page has no turns. */
  turn: Element | null;
  /** The answer's own elements; empty when the turn has none yet. */
  roots: Element[];
}

/** The answer to the last question of a page; null when the page has no answer at all. */
export function findAnswer($: CheerioAPI, find: Find): AnswerPlace | null {
  const turn = lastTurn(find);
  const report = visibleOf(find, REPORT).filter((element) => shownText(element) !== '');
  if (report.length > 0) return { kind: 'report', turn: turn ?? null, roots: report.slice(-1) };
  if (turn === null) return null;
  if (turn !== undefined) return { kind: 'chat', turn, roots: contentOf($, turn) };
  const loose = [CONTENT, LOOSE_CONTENT]
    .map((css) => outermost(visibleOf(find, css)))
    .find((found) => found.length > 0);
  if (loose !== undefined) return { kind: 'fragment', turn: null, roots: loose.slice(-1) };
  const pathed = outermost(visibleOf(find, PATHED));
  return pathed.length === 0 ? null : { kind: 'fragment', turn: null, roots: pathed };
}

/** The model's turn after the last question; null when that question has none, undefined on a page without turns. */
function lastTurn(find: Find): Element | null | undefined {
  const users = new Set(visibleOf(find, USER_TURN));
  const turns = outermost(visibleOf(find, `${USER_TURN}, ${MODEL_TURN}`));
  if (turns.length === 0) return undefined;
  const after = turns.slice(turns.findLastIndex((turn) => users.has(turn)) + 1);
  return after.findLast((turn) => shownText(turn) !== '') ?? after.at(-1) ?? null;
}

/** A turn may hold other drafts (hidden) and thoughts (with contents of their own); the answer is what remains. */
function contentOf($: CheerioAPI, turn: Element): Element[] {
  const thoughts = new Set<AnyNode>($(turn).find(THOUGHTS).toArray());
  const isThought = (element: Element): boolean =>
    closest(element, (candidate) => thoughts.has(candidate)) !== undefined;
  for (const css of [CONTENT, LOOSE_CONTENT]) {
    const found = outermost($(turn).find(css).toArray().filter(isElement).filter(isVisible));
    const own = found.filter((element) => !isThought(element));
    const first = own.find((element) => shownText(element) !== '');
    if (first === undefined) continue;
    const frame = frameOf(first);
    return own.filter((element) => frameOf(element) === frame);
  }
  return [];
}

function frameOf(content: Element): Element | undefined {
  return closest(content, ({ name }) => name === 'structured-content-container');
}

/** Visible text without the app's own parts. */
export function shownText(element: Element): string {
  return visibleText(element, isChrome);
}

function visibleOf(find: Find, css: string): Element[] {
  return find(css).filter(isVisible);
}

/** Elements without those that lie inside another of them. */
function outermost(elements: readonly Element[]): Element[] {
  const all = new Set<AnyNode>(elements);
  return elements.filter(({ parent }) => {
    for (let node: AnyNode | null = parent; node !== null; node = node.parent)
      if (all.has(node)) return false;
    return true;
  });
}
