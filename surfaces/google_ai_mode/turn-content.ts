import type { DraftSource, Reading } from '../../src/contract/extraction.ts';
import { type CheerioAPI, type Element, elementsOf } from '../../src/extract/dom.ts';
import { readAnswerCards } from '../google/answer-cards.ts';
import { answerMarkdown } from '../google/answer-markdown.ts';
import { CITATION_UUID, chipLinkSources } from '../google/citation-buttons.ts';
import { type CitationPayloads, readPayloads } from '../google/payloads.ts';
import { readSources } from '../google/source-cards.ts';
import { readAds } from './ads.ts';
import { readProducts } from './products.ts';
import type { Turn } from './turn.ts';

/** What a turn shows. */
export interface TurnContent
  extends Pick<Reading, 'markdown' | 'citations' | 'sources' | 'cards' | 'shopping' | 'ads'> {
  /** How many sources the page says it has ("7 sites"); 0 where it says none. */
  promised: number;
  /** Widgets whose text is in another document. */
  widgets: number;
}

/** Reads a turn's answer with its sources; everything outside of the turn is left alone. */
export function readTurnContent($: CheerioAPI, turn: Turn): TurnContent {
  const { root, body } = turn;
  const payloads = readPayloads($, root);
  const shown = readSources($, root, payloads).filter((source) => belongsTo(root, source, payloads));
  const sources = body === undefined ? shown : [...shown, ...chipLinkSources(body, payloads, shown)];
  const promised = promisedSources($, root);
  const ads = readAds($, root);
  if (body === undefined)
    return { markdown: '', citations: [], sources, cards: [], shopping: [], ads, promised, widgets: 0 };
  const products = readProducts(body);
  const widgets = widgetCards(body);
  return {
    ...answerMarkdown(body, payloads, sources, products.textOf),
    sources,
    cards: [...readAnswerCards(body), ...widgets],
    shopping: products.items,
    ads,
    promised,
    widgets: widgets.length,
  };
}

/** Payloads kept in scripts are the whole page's: a source that only other turns' buttons name is not this turn's. */
function belongsTo(root: Element, source: DraftSource, payloads: CitationPayloads): boolean {
  if (source.position !== null || source.providerRef === null) return true;
  const id = source.providerRef;
  const uuids = [...payloads.idsByUuid].flatMap(([uuid, ids]) => (ids.includes(id) ? [uuid] : []));
  if (uuids.length === 0) return true;
  const own = new Set([...elementsOf(root)].flatMap(({ attribs }) => attribs[CITATION_UUID] ?? []));
  return uuids.some((uuid) => own.has(uuid));
}

/** The button over the sources says how many there are; 0 when it names no number. */
function promisedSources($: CheerioAPI, root: Element): number {
  const labels = $(root)
    .find('[data-xid="x92FHb"][aria-label]')
    .toArray()
    .map((button) => Number(/\d+/.exec(button.attribs['aria-label'] ?? '')?.[0] ?? 0));
  return Math.max(0, ...labels);
}

/** Canvases and widgets run in a document of their own (2026-07); the page shows only where. */
function widgetCards(body: Element): Reading['cards'] {
  return [...elementsOf(body)]
    .filter(({ name, attribs }) => name === 'iframe' && /\.usercontent\.goog\//.test(attribs.src ?? ''))
    .map(({ attribs }) => ({ type: 'other', text: attribs.title ?? '', url: attribs.src ?? '' }));
}
