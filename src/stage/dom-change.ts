import { type CheerioAPI, load } from 'cheerio';

/**
 * One change of a page, as data: applied by the stage to make an entry page out of a finished one, and by the page's
 * own script while it plays. `at` is CSS and every match is changed; no match is no error. In the browser `{{query}}`
 * in `html` and `value` stands for what was typed (escaped in `html`).
 */
export type DomChange =
  | { do: 'set'; at: string; name: string; value: string }
  | { do: 'unset'; at: string; name: string }
  | { do: 'class'; at: string; add?: readonly string[]; remove?: readonly string[] }
  /** Adds inside the element, at its end. */
  | { do: 'append'; at: string; html: string }
  /** Adds before the element. */
  | { do: 'before'; at: string; html: string }
  /** Adds after the element. */
  | { do: 'after'; at: string; html: string }
  /** Replaces what is inside the element. */
  | { do: 'fill'; at: string; html: string }
  /** Replaces the element itself. */
  | { do: 'replace'; at: string; html: string }
  | { do: 'remove'; at: string };

function isDocument(html: string): boolean {
  return /<html[\s>]/i.test(html);
}

/** Parses a document or a fragment as a browser would; comments are kept. */
export function parsePage(html: string): CheerioAPI {
  return load(html, null, isDocument(html));
}

function applyOne($: CheerioAPI, change: DomChange): void {
  const found = $(change.at);
  switch (change.do) {
    case 'set':
      found.attr(change.name, change.value);
      break;
    case 'unset':
      found.removeAttr(change.name);
      break;
    case 'class':
      found.addClass((change.add ?? []).join(' ')).removeClass((change.remove ?? []).join(' '));
      break;
    case 'append':
      found.append(change.html);
      break;
    case 'before':
      found.before(change.html);
      break;
    case 'after':
      found.after(change.html);
      break;
    case 'fill':
      found.html(change.html);
      break;
    case 'replace':
      found.replaceWith(change.html);
      break;
    case 'remove':
      found.remove();
  }
}

/** The page after all changes, in order. Pure. */
export function changedPage(html: string, changes: readonly DomChange[]): string {
  const $ = parsePage(html);
  for (const change of changes) applyOne($, change);
  return $.html();
}

/** Inner HTML of the first match; undefined when nothing matches. */
export function innerHtmlOf(html: string, selector: string): string | undefined {
  return parsePage(html)(selector).first().html() ?? undefined;
}

/** Outer HTML of the first match; undefined when nothing matches. */
export function outerHtmlOf(html: string, selector: string): string | undefined {
  const $ = parsePage(html);
  const found = $(selector).first();
  return found.length === 0 ? undefined : $.html(found);
}

/**
 * The content of the first match, cut into its top-level children in order: what a page adds step by step. Comments
 * and bare text go with the element that follows (the last ones with the one before), so that joining the steps gives
 * the whole content. Empty when nothing matches or there is nothing inside.
 */
export function growthSteps(html: string, selector: string): string[] {
  const $ = parsePage(html);
  const steps: string[] = [];
  let carried = '';
  for (const node of $(selector).first().contents().toArray()) {
    carried += $.html(node);
    if (node.type !== 'tag') continue;
    steps.push(carried);
    carried = '';
  }
  const last = steps.pop();
  return last === undefined && carried === '' ? [] : [...steps, (last ?? '') + carried];
}
