import type { DraftCitation, DraftSource } from '../../src/contract/extraction.ts';
import { type CheerioAPI, type Element, elementsOf } from '../../src/extract/dom.ts';
import { domToMarkdown } from '../../src/extract/dom-markdown.ts';
import { parseJson } from '../../src/extract/framing.ts';
import { markText } from '../../src/extract/marks.ts';
import type { AnswerMarkdown } from './answer-markdown.ts';
import { isOutOfSight } from './answer-markdown.ts';
import { readLinkCards } from './link-cards.ts';

/** An overview of the generation before mid-2025 (google_ai_overview.md 5). */
export interface LegacyOverview extends AnswerMarkdown {
  sources: DraftSource[];
}

/** Where an old overview's text stands: sentences carry `data-huuid`. */
export const LEGACY_BODY_CSS = '[data-rl]:has([data-huuid])';

/**
 * Reads an old overview: sentences `[data-huuid]`, headings inside them, plain lists; `[data-cid]` is the citing
 * button. Its sources stand in script data: the button's cid with numbers, and the list of all numbers in the order of
 * the cards, of which the page shows the first three (worked out on pages of 2025-02).
 */
export function readLegacyOverview($: CheerioAPI, root: Element, body: Element): LegacyOverview {
  const sources = readLinkCards($, root);
  const idsOf = legacyCitations($, root);
  const citations: DraftCitation[] = [];
  const markdown = domToMarkdown(body, {
    drop: isOutOfSight,
    replace: (element) => {
      if ('data-cid' in element.attribs) {
        const keys = idsOf(element.attribs['data-cid'] ?? '').flatMap((place) => sources[place]?.key ?? []);
        if (keys.length === 0) return '';
        citations.push({ sourceKeys: keys, basis: 'block' });
        return markText(citations.length - 1);
      }
      return element.attribs.role === 'button' ? '' : undefined;
    },
    tag: (element) => (element.attribs.role === 'heading' ? 'h3' : element === body ? 'div' : undefined),
  });
  return { markdown, citations, sources };
}

/** For a button's cid: places (from 0) of its sources in the order of all sources. */
function legacyCitations($: CheerioAPI, root: Element): (cid: string) => number[] {
  const cids = [...elementsOf(root)].flatMap((element) => element.attribs['data-cid'] ?? []);
  const scripts =
    cids.length === 0
      ? []
      : $('script')
          .toArray()
          .map((script) => $(script).text());
  const numbersByCid = new Map(cids.map((cid) => [cid, numbersOf(cid, scripts)]));
  const cited = [...numbersByCid.values()].flat();
  const order = cited.length === 0 ? [] : orderOfAll(scripts, cited);
  return (cid) =>
    (numbersByCid.get(cid) ?? []).map((number) => order.indexOf(number)).filter((place) => place >= 0);
}

function numbersOf(cid: string, scripts: readonly string[]): number[] {
  const shape = new RegExp(`\\["${cid}",(\\[[\\d, ]*\\])\\]`);
  for (const script of scripts) {
    const list = script.includes(cid) ? shape.exec(script)?.[1] : undefined;
    if (list !== undefined) return numbers(list);
  }
  return [];
}

/** The list of all sources is the one that holds every cited number. */
function orderOfAll(scripts: readonly string[], cited: readonly number[]): number[] {
  for (const script of scripts) {
    for (const [, list = ''] of script.matchAll(/\[(\[\d[\d, ]*\]),\[\]\]/g)) {
      const order = numbers(list);
      if (cited.every((number) => order.includes(number))) return order;
    }
  }
  return [];
}

function numbers(list: string): number[] {
  const value = parseJson(list);
  return Array.isArray(value) ? value.filter((item): item is number => typeof item === 'number') : [];
}
