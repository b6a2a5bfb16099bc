import { z } from 'zod';
import type { DraftSource } from '../../src/contract/extraction.ts';
import { type AnyNode, type Element, elementsOf, visibleText } from '../../src/extract/dom.ts';
import { domToMarkdown } from '../../src/extract/dom-markdown.ts';
import { parseJson } from '../../src/extract/framing.ts';
import { AnswerDraft } from './answer-draft.ts';
import { answerRules } from './answer-markup.ts';
import { draftOf } from './sources.ts';

const SOURCES = 'data-assistant-sources-payload';
const ENTITY = 'data-assistant-entity-payload';
const MAP = 'data-assistant-map-payload';
const KIND = 'data-content-reference-type';

const text = z.string().nullable().catch(null);
const siteSchema = z.object({ url: text, title: text, attribution: text, snippet: text });
const entitySchema = z.object({ query: text, category: text });
const placeSchema = z.object({ name: z.string(), category: text });

const DROPPED = [
  'data-message-attribution',
  'data-assistant-placeholder-slot',
  'data-message-content-controls',
  'data-table-copy-state',
  'data-assistant-message-actions',
  'data-copy-message',
  'data-share-message',
];

/**
 * Reads the anonymous app's answer markup (chatgpt.md e1, seen 2026-07 to 2026-10), from the page or from the stream's
 * own markup. Citations are buttons that carry their sources as JSON. Pure.
 */
export function readAnonymousAnswer(roots: readonly AnyNode[]): { markdown: string; draft: AnswerDraft } {
  const draft = new AnswerDraft();
  const rules = answerRules(
    (element) => chipText(element, draft),
    ({ attribs }) => DROPPED.some((name) => name in attribs) || isActions(attribs),
  );
  return { markdown: domToMarkdown(roots, rules), draft };
}

const isActions = (attribs: Element['attribs']): boolean =>
  attribs.role === 'group' && /actions/i.test(attribs['aria-label'] ?? '');

/** What stands in the place of a reference: a mark, a label, nothing; undefined for ordinary markup. */
function chipText(element: Element, draft: AnswerDraft): string | undefined {
  switch (element.attribs[KIND]) {
    case 'sources_footnote':
      draft.add(footnote(element));
      return '';
    case 'entity':
      return entityText(element, draft);
    case 'map':
      return mapText(element, draft);
    case 'url':
      return linkText(element, draft);
    case undefined:
      break;
    default:
      return draft.cite(sourcesIn(element));
  }
  if (SOURCES in element.attribs) return draft.cite(sourcesIn(element));
  if (ENTITY in element.attribs) return entityText(element, draft);
  return MAP in element.attribs ? mapText(element, draft) : undefined;
}

function payloads(element: Element, attribute: string): unknown[] {
  return [...elementsOf(element)].flatMap(({ attribs }) => parseJson(attribs[attribute] ?? '') ?? []);
}

function sourcesIn(element: Element): DraftSource[] {
  return payloads(element, SOURCES).flatMap((payload) => {
    const site = siteSchema.safeParse(payload);
    return site.success ? (draftOf({ ...site.data, pub_date: null }) ?? []) : [];
  });
}

/** The trailing "Sources" button: the panel's list, in its order. It stands in the answer's markup or beside it. */
export function footnoteSources(message: Element): DraftSource[] {
  return [...elementsOf(message)]
    .filter(({ attribs }) => attribs[KIND] === 'sources_footnote')
    .flatMap(footnote);
}

function footnote(element: Element): DraftSource[] {
  return sourcesIn(element).map((draft, index) => ({ ...draft, position: index + 1 }));
}

function entityText(element: Element, draft: AnswerDraft): string {
  const shown = visibleText(element);
  const [payload] = payloads(element, ENTITY);
  const entity = entitySchema.safeParse(payload);
  const category = entity.success ? entity.data.category : null;
  if (shown !== '' && !draft.mentions.some((known) => known.text === shown && known.category === category)) {
    draft.mentions.push({ text: shown, category });
  }
  return shown;
}

function mapText(element: Element, draft: AnswerDraft): string {
  for (const payload of payloads(element, MAP)) {
    const place = placeSchema.safeParse(payload);
    if (place.success) draft.cards.push({ type: 'other', text: place.data.name });
  }
  return '';
}

/** An inline link reference: its title stays in the text. */
function linkText(element: Element, draft: AnswerDraft): string {
  const title = [...elementsOf(element)].find(({ attribs }) => 'data-assistant-reference-title' in attribs);
  const shown = visibleText(title ?? element);
  const linked = [...elementsOf(element)].flatMap(({ attribs }) => attribs.href ?? []);
  const drafts = linked.flatMap(
    (url) => draftOf({ url, title: shown, attribution: null, snippet: null, pub_date: null }) ?? [],
  );
  return shown + draft.cite([...sourcesIn(element), ...drafts]);
}
