import { closest, type Element, foldSpace, visibleText } from '../../src/extract/dom.ts';
import { attributesField, type Entry, emptyEntry, linkFields } from '../google/listing.ts';
import { resolveLink } from '../google/source-links.ts';
import { isOwnSearch } from './organic.ts';
import type { ResultsPage } from './page.ts';

/** The title of a knowledge panel (google_search.md 4.8; 2023 → 2026-02). */
export function isPanelTitle({ attribs }: Element): boolean {
  return attribs['data-attrid'] === 'title';
}

const MOST_FACTS = 24;

/** Reads a knowledge panel from its title: subtitle, description with its source, and the facts as attributes. */
export function readPanel(titleElement: Element, page: ResultsPage): Entry[] {
  const title = foldSpace(visibleText(titleElement));
  // "See results about" offers other meanings; it is no panel of its own.
  if (title === '' || closest(titleElement, ({ name }) => name === 'block-component') !== undefined)
    return [];
  const { $ } = page;
  const panel = closest(titleElement, isPanel) ?? titleElement;
  const part = (name: string): Element | undefined => $(panel).find(`[data-attrid="${name}"]`).get(0);
  const subtitle = part('subtitle');
  const description = part('description');
  const link =
    description &&
    $(description)
      .find('a[href]')
      .toArray()
      .find(({ attribs }) => !isOwnSearch(attribs.href ?? ''));
  return [
    {
      ...emptyEntry('knowledge', title),
      ...(link === undefined ? {} : linkFields(resolveLink([link.attribs.href], {}))),
      publisher: link === undefined ? null : foldSpace(visibleText(link)) || null,
      snippet: description === undefined ? null : foldSpace(visibleText(description, isHeading)),
      ...attributesField({
        ...(subtitle === undefined ? {} : { subtitle: foldSpace(visibleText(subtitle)) }),
        ...factsOf(page, panel),
      }),
    },
  ];
}

const isHeading = ({ name, attribs }: Element): boolean =>
  /^h[1-6]$/.test(name) || attribs.role === 'heading';

function isPanel({ attribs }: Element): boolean {
  return (
    attribs.id === 'rhs' ||
    attribs.role === 'complementary' ||
    /\bkp-wholepage\b/.test(attribs.class ?? '') ||
    attribs['data-kpid'] !== undefined
  );
}

/** Facts of the form "Born: April 8, 1901", under their names in Google's own vocabulary. */
function factsOf(page: ResultsPage, panel: Element): Record<string, string> {
  const facts: Record<string, string> = {};
  for (const element of page
    .$(panel)
    .find('[data-attrid^="kc:/"], [data-attrid^="lab/"], [data-attrid^="hw:/"], [data-attrid^="ss:/"]')
    .toArray()) {
    const name = element.attribs['data-attrid'] ?? '';
    const text = foldSpace(visibleText(element));
    if (text === '' || text.length > 200 || !text.includes(':') || Object.keys(facts).length >= MOST_FACTS)
      continue;
    facts[name] ??= text.slice(text.indexOf(':') + 1).trim();
  }
  return facts;
}
