import type { DraftSource } from '../../src/contract/extraction.ts';
import { type Element, foldSpace, visibleText } from '../../src/extract/dom.ts';
import type { CitationPayloads } from './payloads.ts';
import { keyOfId } from './source-cards.ts';

/** Attribute of the button at the end of a citing passage, current generation (2025-11 →). */
export const CITATION_UUID = 'data-icl-uuid';

/**
 * The sources a citation button names: those its payloads tell; without payloads (a page saved without comments) the
 * one whose publisher the button shows ("Open Encyclopedia +2"), when exactly one source has it.
 */
export function citedKeys(
  button: Element,
  payloads: CitationPayloads,
  sources: readonly DraftSource[],
): string[] {
  const ids = payloads.idsByUuid.get(button.attribs[CITATION_UUID] ?? '') ?? [];
  if (ids.length > 0) return ids.map(keyOfId);
  const label = foldSpace(visibleText(button)).replace(/\s*\+\d+$/, '');
  const named = label === '' ? [] : sources.filter((source) => source.publisher === label);
  const [only, another] = named;
  return only !== undefined && another === undefined ? [only.key] : [];
}
