import type { Page } from 'playwright';
import type { PageMark } from '../contract/surface.ts';

/** What a mark is matched against besides the page: facts of its main document's response. */
export interface ResponseFacts {
  status: number | null;
  headers: Readonly<Record<string, string>>;
}

interface Pattern {
  source: string;
  flags: string;
}

interface PortableMark {
  index: number;
  selector: string | undefined;
  unless: string | undefined;
  title: Pattern | undefined;
  text: Pattern | undefined;
}

function portable(pattern: RegExp | undefined): Pattern | undefined {
  return pattern && { source: pattern.source, flags: pattern.flags.replace('g', '') };
}

/**
 * Index of the first mark that holds on the live page, or -1: one look into the page for all of them. The caller runs
 * it under its Deadline.
 */
export async function firstLiveMark(
  page: Page,
  marks: readonly PageMark[],
  facts: ResponseFacts,
): Promise<number> {
  const candidates: PortableMark[] = marks.flatMap((mark, index) => {
    const possible =
      (!mark.url || mark.url.test(page.url())) &&
      (mark.status === undefined || mark.status === facts.status) &&
      (!mark.header || mark.header.value.test(facts.headers[mark.header.name.toLowerCase()] ?? ''));
    if (!possible) return [];
    return [
      {
        index,
        selector: mark.selector,
        unless: mark.unless,
        title: portable(mark.title),
        text: portable(mark.text),
      },
    ];
  });
  if (candidates.length === 0) return -1;
  return page.evaluate((list: PortableMark[]) => {
    let text: string | undefined;
    const visible = (element: Element): boolean =>
      element.checkVisibility?.({ visibilityProperty: true }) ?? true;
    const holds = (mark: PortableMark): boolean => {
      if (mark.unless && document.querySelector(mark.unless)) return false;
      if (mark.title && !new RegExp(mark.title.source, mark.title.flags).test(document.title)) return false;
      if (mark.selector && ![...document.querySelectorAll(mark.selector)].some(visible)) return false;
      if (!mark.text) return true;
      // What people see proves a mark, not the texts of scripts, which textContent would give.
      text ??= document.body?.innerText ?? '';
      return new RegExp(mark.text.source, mark.text.flags).test(text);
    };
    return list.find(holds)?.index ?? -1;
  }, candidates);
}
