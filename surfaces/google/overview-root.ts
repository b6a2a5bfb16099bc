import type { Selector } from '../../src/contract/surface.ts';
import {
  type AnyNode,
  type CheerioAPI,
  type Element,
  foldSpace,
  isElement,
  visibleText,
} from '../../src/extract/dom.ts';

/** The AI Overview block of a results page (google_ai_overview.md 0; id stable 2025-02 → 2026-06). */
export const OVERVIEW_ROOT: Selector = {
  name: 'overview_root',
  any: [
    '#eKIzJc',
    '[data-mcpr]:has([data-subtree="aimc"])',
    '[data-mcpr]:has([data-container-id="main-col"])',
  ],
};

/** Questions of "People also ask" hold small overviews with the same markup; they are not the overview. */
const QUESTION_CSS = '.related-question-pair, [data-q][jsname], [data-initq]';

/** The block's heading as captured (en, pt, de, ru 2025-02 → 2026-06) or shown in vendors' pages (es, fr, it, ja, ar). */
const HEADINGS = new Set(
  [
    'AI Overview',
    'Visão geral criada por IA',
    'Übersicht mit KI',
    'Обзор от ИИ',
    'Resumen de IA',
    'Descripción general creada por IA',
    'Aperçu IA',
    'AI による概要',
    'نظرة عامة على الذكاء الاصطناعي',
  ].map((heading) => heading.toLowerCase()),
);

/** The overview's root element, or undefined when the page has none. */
export function findOverviewRoot($: CheerioAPI): Element | undefined {
  const byId = $('#eKIzJc').get(0);
  if (byId !== undefined) return byId;
  for (const css of ['[data-subtree="aimc"]', '[data-container-id="main-col"]']) {
    for (const element of $(css).toArray()) {
      const root = outermostBlock($, element);
      if (root !== undefined && $(root).closest(QUESTION_CSS).length === 0) return root;
    }
  }
  return rootOfHeading($);
}

/** The outermost of the nested blocks around an element: it holds the progress marks too. */
function outermostBlock($: CheerioAPI, element: AnyNode): Element | undefined {
  return $(element).parents('[data-mcpr]').toArray().filter(isElement).at(-1);
}

function rootOfHeading($: CheerioAPI): Element | undefined {
  for (const heading of $('h1, h2, [role="heading"]').toArray()) {
    if (!HEADINGS.has(foldSpace($(heading).text()).toLowerCase())) continue;
    if ($(heading).closest(QUESTION_CSS).length > 0) continue;
    const root = outermostBlock($, heading) ?? blockAround(heading);
    if (root !== undefined) return root;
  }
  return undefined;
}

/** The nearest ancestor that holds more than the heading, as long as it does not hold the results too. */
function blockAround(heading: Element): Element | undefined {
  for (let node = heading.parent; node !== null && isElement(node); node = node.parent) {
    if (/^(?:search|rso|rcnt|center_col|main|cnt)$/.test(node.attribs.id ?? '') || node.name === 'body')
      return undefined;
    if (visibleText(node).length > foldSpace(visibleText(heading)).length + 40) return node;
  }
  return undefined;
}
