import type { DraftCitation, DraftSource, Reading } from '../../src/contract/extraction.ts';
import { type CheerioAPI, type Element, isVisible, visibleText } from '../../src/extract/dom.ts';
import { withoutMarks } from '../../src/extract/marks.ts';
import { readAnswerCards } from './answer-cards.ts';
import { answerMarkdown, isBeside } from './answer-markdown.ts';
import { CITATION_UUID } from './citation-buttons.ts';
import { LEGACY_BODY_CSS, readLegacyOverview } from './legacy-overview.ts';
import { NOTICE_CSS, type OverviewProgress, readProgress } from './overview-progress.ts';
import { findOverviewRoot } from './overview-root.ts';
import { readPayloads } from './payloads.ts';
import { readSources } from './source-cards.ts';

/**
 * The AI Overview of a results page.
 * `answered`: it shows an answer; `partial`: an answer still being written; `pending`: being made, no text yet;
 * `declined`: its own visible notice says that none is given; `throttled`: it says that it is asked too often;
 * `unreadable`: text is visible and none was read.
 */
export type OverviewState = 'answered' | 'partial' | 'pending' | 'declined' | 'throttled' | 'unreadable';

export interface Overview {
  state: OverviewState;
  generation: 'current' | 'legacy' | 'none';
  /** Marked markdown, empty without text. */
  markdown: string;
  citations: DraftCitation[];
  sources: DraftSource[];
  cards: Reading['cards'];
  /** Citing buttons the block shows, with or without sources known for them. */
  buttons: number;
  progress: OverviewProgress;
}

/** The block's body while it refuses for load (seen after a few hundred queries, 2026-06): this and nothing more. */
const THROTTLED =
  /^(?:something went wrong|algo deu errado|algo salió mal|etwas ist schiefgelaufen|es ist ein fehler aufgetreten)\b/iu;

/**
 * Reads the AI Overview of a parsed results page; undefined when it has none. Pure: google_ai_overview, google_search
 * and stored pages all use it.
 */
export function readOverview($: CheerioAPI): Overview | undefined {
  const root = findOverviewRoot($);
  if (root === undefined) return undefined;
  const progress = readProgress($, root);
  const read = readCurrent($, root) ?? readLegacy($, root);
  const text = read === undefined ? '' : withoutMarks(read.markdown).trim();
  const state = stateOf($, root, text, progress);
  const shown = state === 'answered' || state === 'partial';
  if (read === undefined || !shown) {
    return {
      state,
      generation: read?.generation ?? 'none',
      markdown: '',
      citations: [],
      sources: [],
      cards: [],
      buttons: 0,
      progress,
    };
  }
  return { state, ...read, progress };
}

type Content = Pick<Overview, 'generation' | 'markdown' | 'citations' | 'sources' | 'cards' | 'buttons'>;

function readCurrent($: CheerioAPI, root: Element): Content | undefined {
  const body =
    $(root).find('[data-container-id="main-col"]').get(0) ??
    $(root).find('[data-subtree="aimc"]').get(0) ??
    bodyOfButtons($, root);
  if (body === undefined) return undefined;
  const payloads = readPayloads($, root);
  const sources = readSources($, root, payloads);
  const { markdown, citations } = answerMarkdown(body, payloads, sources);
  return {
    generation: 'current',
    markdown,
    citations,
    sources,
    cards: readAnswerCards(body),
    buttons: $(body).find(`[${CITATION_UUID}]`).length,
  };
}

/** With every container's name gone, the answer is what the citation buttons have in common. */
function bodyOfButtons($: CheerioAPI, root: Element): Element | undefined {
  if ($(root).find('[data-icl-uuid]').length === 0) return undefined;
  return $(root).find('[data-rl], [data-scope-id="turn"]').last().get(0);
}

function readLegacy($: CheerioAPI, root: Element): Content | undefined {
  const body =
    $(root).find(LEGACY_BODY_CSS).last().get(0) ?? $(root).find('[data-huuid]').parent().parent().get(0);
  if (body === undefined) return undefined;
  const buttons = $(body).find('[data-uuids]').length;
  return { generation: 'legacy', ...readLegacyOverview($, root, body), cards: [], buttons };
}

function stateOf($: CheerioAPI, root: Element, text: string, progress: OverviewProgress): OverviewState {
  if (text.length < 160 && THROTTLED.test(text)) return 'throttled';
  if (text !== '') return progress.busy.length > 0 ? 'partial' : 'answered';
  if (progress.busy.length > 0) return 'pending';
  if (progress.notice !== null) return 'declined';
  return hasUnreadText($, root) ? 'unreadable' : 'pending';
}

/** Text enough for an answer (a heading, a notice and a disclaimer are less), outside of anything a page shows around one. */
function hasUnreadText($: CheerioAPI, root: Element): boolean {
  const notices = new Set($(root).find(NOTICE_CSS).toArray());
  const skip = (element: Element): boolean =>
    isBeside(element) ||
    notices.has(element) ||
    /^(?:g-dialog|g-bubble|h1)$/.test(element.name) ||
    element.attribs.role === 'dialog';
  return isVisible(root) && visibleText(root, skip).length > 160;
}
