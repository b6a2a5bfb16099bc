import type { CaptureRecord } from '../contract/capture-record.ts';
import type { PageMark, Wall } from '../contract/surface.ts';
import { type CheerioAPI, isVisible, visibleText } from './dom.ts';

/** What marks are matched against: the page as recorded. */
export interface PageFacts {
  url: string | null;
  status: number | null;
  headers: Readonly<Record<string, string>>;
  $: CheerioAPI | null;
}

/** The facts of a record, with its parsed page. */
export function pageFacts(record: CaptureRecord, $: CheerioAPI | null): PageFacts {
  return {
    url: record.finalUrl,
    status: record.signals.httpStatus,
    headers: record.signals.responseHeaders,
    $,
  };
}

/** True when every condition of the mark holds on the page. `has` may remember what the page holds. */
export function matchesMark(
  mark: PageMark,
  facts: PageFacts,
  text: () => string,
  has: (css: string) => boolean = (css) => facts.$ !== null && facts.$(css).length > 0,
): boolean {
  if (mark.url && !(facts.url !== null && mark.url.test(facts.url))) return false;
  if (mark.status !== undefined && facts.status !== mark.status) return false;
  if (mark.header && !mark.header.value.test(facts.headers[mark.header.name.toLowerCase()] ?? ''))
    return false;
  const { $ } = facts;
  if ($ === null) return !(mark.selector || mark.title || mark.text || mark.unless);
  if (mark.unless && has(mark.unless)) return false;
  if (mark.title && !mark.title.test($('title').first().text())) return false;
  if (
    mark.selector &&
    !$(mark.selector)
      .toArray()
      .some((element) => element.type !== 'tag' || isVisible(element))
  )
    return false;
  return !(mark.text && !mark.text.test(text()));
}

/** The first wall whose mark is on the page, or undefined. */
export function findWall(walls: readonly Wall[], facts: PageFacts): Wall | undefined {
  let cached: string | undefined;
  const text = (): string => {
    if (cached === undefined) {
      const root = facts.$?.root().get(0);
      cached = root === undefined ? '' : visibleText(root);
    }
    return cached;
  };
  const known = new Map<string, boolean>();
  // Walls of one surface share their `unless`, and looking over a page of 2 MB costs 20 ms each time.
  const has = (css: string): boolean => {
    const held = known.get(css) ?? (facts.$ !== null && facts.$(css).length > 0);
    known.set(css, held);
    return held;
  };
  return walls.find((wall) => matchesMark(wall, facts, text, has));
}
