import type { DraftSource, Extraction, Reading } from '../../src/contract/extraction.ts';
import {
  type AnyNode,
  type CheerioAPI,
  type Element,
  foldSpace,
  isElement,
  isVisible,
  visibleText,
} from '../../src/extract/dom.ts';
import { readMarkup } from './answer-markup.ts';
import { answerBodies, isCard, isStatus } from './regions.ts';
import {
  ARTIFACT,
  ASSISTANT_TURN,
  BUSY,
  LIMIT_NOTICE,
  MODEL_LABEL,
  SIGNED_IN,
  USER_TURN,
} from './selectors.ts';
import { draftOf } from './sources.ts';

/** What the page shows of its last turn. */
export interface PageView {
  loginState: NonNullable<Extraction['loginState']>;
  /** The last turn's answer, null when the last turn has none. */
  reading: Reading | null;
  /** Visible text of the last assistant turn without its status lines: for "visible but unread". */
  shown: string;
  /** The banner that comes with a used-up allowance. */
  limitNotice: boolean;
}

/** Reads a chat page of either generation; the last turn is what the record is about. */
export function readPage($: CheerioAPI): PageView {
  const loginState = $(SIGNED_IN).length > 0 ? 'signed_in' : 'unknown';
  const limitNotice = visible($, LIMIT_NOTICE).length > 0;
  const turn = lastTurn($);
  const artifact = visible($, ARTIFACT)
    .filter((panel) => turn === undefined || !isInside(panel, [turn]))
    .slice(0, 1);
  if (turn === undefined && artifact.length === 0)
    return { loginState, reading: null, shown: '', limitNotice };
  const bodies = [...(turn === undefined ? [] : answerBodies(turn)), ...artifact];
  const { markdown, citations, sources } = readMarkup(bodies);
  const listed = turn === undefined ? [] : listedSources($, turn, bodies);
  const found = [...sources, ...listed];
  const reading: Reading = {
    complete: visible($, BUSY.flatMap(({ any }) => any).join(', ')).length === 0,
    markdown,
    citations,
    sources: found,
    fanOut: null,
    mentions: null,
    shopping: null,
    ads: null,
    results: null,
    related: null,
    model: modelOf($),
    webSearch: found.length > 0 ? true : null,
    cards: [],
  };
  const shown = turn === undefined ? '' : visibleText(turn, (element) => isChrome(element, turn));
  return { loginState, reading, shown, limitNotice };
}

function visible($: CheerioAPI, selector: string): Element[] {
  return $(selector).toArray().filter(isElement).filter(isVisible);
}

/** The screen reader's heading repeats the answer's beginning; it alone is not an answer that could not be read. */
function isChrome(element: Element, turn: Element): boolean {
  return isStatus(element) || isCard(element) || (element.parent === turn && /^h\d$/.test(element.name));
}

/** The last assistant turn, unless a prompt stands unanswered after it. */
function lastTurn($: CheerioAPI): Element | undefined {
  const users = new Set(visible($, USER_TURN));
  const panels = visible($, ARTIFACT);
  for (const selector of ASSISTANT_TURN) {
    const turns = visible($, selector).filter(
      (element) => !panels.includes(element) && !isInside(element, panels),
    );
    if (turns.length === 0) continue;
    const both = visible($, `${USER_TURN}, ${selector}`);
    const after = both.slice(both.findLastIndex((element) => users.has(element)) + 1);
    return after.findLast((element) => turns.includes(element) && !isInside(element, turns));
  }
  return undefined;
}

function isInside(element: Element, others: readonly Element[]): boolean {
  const all = new Set<AnyNode>(others);
  for (let node: AnyNode | null = element.parent; node !== null; node = node.parent)
    if (all.has(node)) return true;
  return false;
}

/** Pages that an unfolded search step lists: retrieved, not cited. */
function listedSources($: CheerioAPI, turn: Element, bodies: readonly Element[]): DraftSource[] {
  const links = $(turn).find('a[href]').toArray().filter(isElement);
  const once = new Map<string, DraftSource>();
  for (const link of links) {
    if (isInside(link, bodies) || bodies.includes(link)) continue;
    const lines = visibleText(link).split('\n');
    const draft = draftOf({
      url: link.attribs.href ?? null,
      title: lines[0] ?? null,
      publisher: lines[1] ?? null,
      position: once.size + 1,
    });
    if (draft !== undefined && !once.has(draft.key)) once.set(draft.key, draft);
  }
  return [...once.values()];
}

function modelOf($: CheerioAPI): Reading['model'] {
  const [selector] = visible($, MODEL_LABEL);
  const label = selector === undefined ? '' : foldSpace(visibleText(selector));
  return label === '' ? null : { label, providerId: null };
}
