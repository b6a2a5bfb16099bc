import type { DraftSource } from '../../src/contract/extraction.ts';
import { type Element, elementsOf, foldSpace, isElement, visibleText } from '../../src/extract/dom.ts';
import { canonicalUrl } from '../../src/extract/urls.ts';
import { labelTitle } from './card-texts.ts';
import type { CitationPayloads } from './payloads.ts';
import { keyOfId } from './source-cards.ts';
import { type ResolvedLink, resolveLink } from './source-links.ts';

/** Attribute of the button at the end of a citing passage, current generation (2025-11 →). */
export const CITATION_UUID = 'data-icl-uuid';

/**
 * The sources a citation button names: those its payloads tell, or the one the link before it leads to; without either
 * (a page saved without comments) the one whose publisher the button shows ("Open Encyclopedia +2"), when exactly one source has it.
 */
export function citedKeys(
  button: Element,
  payloads: CitationPayloads,
  sources: readonly DraftSource[],
): string[] {
  const ids = payloads.idsByUuid.get(button.attribs[CITATION_UUID] ?? '') ?? [];
  if (ids.length > 0) return ids.map(keyOfId);
  const link = chipLinkBefore(button);
  const linked = link === undefined ? undefined : chipLinkKey(link, sources);
  if (linked !== undefined) return [linked];
  const label = foldSpace(visibleText(button)).replace(/\s*\+\d+$/, '');
  const named = label === '' ? [] : sources.filter((source) => source.publisher === label);
  const [only, another] = named;
  return only !== undefined && another === undefined ? [only.key] : [];
}

/**
 * Since 2026-09 a citation can be a labelled link directly before its button: `<a href aria-label="Site (+2) – Title.
 * Related results">` (google_ai_mode.md e). A link of the text has no label and never stands right before the button
 * itself.
 */
export function chipLinkBefore(button: Element): Element | undefined {
  if (!(CITATION_UUID in button.attribs) || button.parent === null) return undefined;
  const before = button.parent.children.slice(0, button.parent.children.indexOf(button)).reverse();
  const nearest = before.find((node) => isElement(node) || (node.type === 'text' && node.data.trim() !== ''));
  return nearest !== undefined && isElement(nearest) && isLabelledLink(nearest) ? nearest : undefined;
}

/** True for a link that is the visible half of a citation. */
export function isChipLink(element: Element): boolean {
  if (!isLabelledLink(element) || element.parent === null) return false;
  const after = element.parent.children.slice(element.parent.children.indexOf(element) + 1);
  const next = after.find((node) => isElement(node));
  return next !== undefined && isElement(next) && chipLinkBefore(next) === element;
}

function isLabelledLink({ name, attribs }: Element): boolean {
  return name === 'a' && attribs.href !== undefined && (attribs['aria-label'] ?? '') !== '';
}

/** The source a chip's link leads to: the one known by that address, else one of its own. */
export function chipLinkKey(link: Element, sources: readonly DraftSource[]): string | undefined {
  const resolved = resolveLink([link.attribs.href], {});
  const address = resolved.url ?? resolved.wrappedUrl;
  if (address === undefined) return undefined;
  const known = sources.find((source) => sameAddress(source, address));
  return known?.key ?? keyOfAddress(address);
}

/** Sources that nothing but the links of chips tells of; chips whose payloads name sources need none. */
export function chipLinkSources(
  body: Element,
  payloads: CitationPayloads,
  sources: readonly DraftSource[],
): DraftSource[] {
  const added = new Map<string, DraftSource>();
  for (const button of elementsOf(body)) {
    const link = chipLinkBefore(button);
    if (link === undefined || payloads.idsByUuid.has(button.attribs[CITATION_UUID] ?? '')) continue;
    const resolved = resolveLink([link.attribs.href], {});
    const key = chipLinkKey(link, sources);
    if (key === undefined || added.has(key) || sources.some((source) => source.key === key)) continue;
    added.set(key, draftOf(key, resolved, link.attribs['aria-label'] ?? ''));
  }
  return [...added.values()];
}

/** "Site (+2) – Title. Related results" (2026-09): site and title; "Site (+2) - View related links" (2026-07): the site. */
function draftOf(key: string, resolved: ResolvedLink, label: string): DraftSource {
  const [site = '', ...rest] = foldSpace(label).split(/ – /);
  const title = labelTitle(rest.join(' – '));
  const publisher = site.replace(/ - .*$/, '').replace(/\s*\(\+\d+\)$/, '') || null;
  return {
    key,
    ...resolved,
    title,
    publisher,
    snippet: null,
    publishedAt: null,
    position: null,
    providerRef: null,
  };
}

function sameAddress(source: DraftSource, address: string): boolean {
  const known = source.url ?? source.wrappedUrl;
  return known !== undefined && keyOfAddress(known) === keyOfAddress(address);
}

function keyOfAddress(address: string): string {
  return canonicalUrl(address) ?? address;
}
