import { type Finding, mean, share } from './factor.ts';
import { sameLanguage } from './language.ts';
import type { PageModel } from './page-model.ts';

const CONTACT =
  /^(?:mailto:|tel:)|\b(?:contact|kontakt|contacto|contatt|contato|impressum|imprint)|お問い合わせ|联系|اتصل/i;
const ABOUT =
  /\b(?:about|über|ueber|uber-uns|a-propos|à propos|quienes|acerca|chi-siamo|sobre|om-oss|over-ons)|会社概要|关于|من نحن/i;
const BYLINE =
  /^(?:by|von|par|por|di|door|av|af|от|автор|بقلم)[\s:\uff1a]+\p{L}|(?:^|\s)(?:作者|著者|執筆)\s?[:\uff1a]\s?\p{L}/iu;

/** F10: who stands behind the page. */
export function identity(page: PageModel): Finding {
  const author = namedAuthor(page);
  const links = page.whole.blocks.flatMap((block) => block.links);
  const contact = links.some(({ href, text }) => CONTACT.test(href) || CONTACT.test(text));
  const about = links.some(({ href, text }) => ABOUT.test(href) || ABOUT.test(text));
  return {
    id: 'F10',
    value: share((author === null ? 0 : 0.4) + (contact ? 0.3 : 0) + (about ? 0.3 : 0)),
    measured: { author, contact_link: contact, about_link: about },
    why: `Named author or organisation: ${author ?? 'none'}; contact link: ${yes(contact)}; link about the publisher: ${yes(about)}.`,
  };
}

function yes(found: boolean): string {
  return found ? 'yes' : 'no';
}

function namedAuthor(page: PageModel): string | null {
  if (page.head.author !== null) return page.head.author.slice(0, 120);
  for (const object of page.head.jsonLd) {
    const named = nameOf(object.author) ?? nameOf(object.publisher);
    if (named !== null) return named;
    if (/Organization|Person|Corporation/.test(String(object['@type']))) return nameOf(object);
  }
  for (const { text } of page.whole.blocks) {
    const found = text.length < 120 ? BYLINE.exec(text) : null;
    if (found !== null) return text.slice(found.index).trim();
  }
  return null;
}

function nameOf(value: unknown): string | null {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (typeof first === 'string') return first.trim().slice(0, 120) || null;
  if (typeof first !== 'object' || first === null || !('name' in first)) return null;
  return typeof first.name === 'string' ? first.name.trim().slice(0, 120) || null : null;
}

/** One point of hygiene; `null` when it does not apply. */
export interface HygieneCheck {
  name: string;
  passed: boolean;
}

/** F11's points in order. */
export function hygieneChecks(page: PageModel, dateConflicts: number): HygieneCheck[] {
  const { head, main, language } = page;
  const checks: HygieneCheck[] = [
    { name: 'title of 10–70 characters', passed: within(head.title, 10, 70, language.language) },
    { name: 'meta description', passed: head.description !== null },
    { name: 'exactly one H1', passed: head.h1.length === 1 },
    { name: 'lang on <html>', passed: head.lang !== null },
  ];
  if (head.lang !== null && language.detected !== null)
    checks.push({
      name: 'lang is the language of the text',
      passed: sameLanguage(language.detected, language.language),
    });
  if (main.images.length > 0)
    checks.push({ name: 'alt text on content images', passed: main.images.every(({ alt }) => alt !== null) });
  if (head.jsonLd.length + head.jsonLdBroken > 0)
    checks.push({ name: 'JSON-LD parses', passed: head.jsonLdBroken === 0 });
  checks.push({ name: 'dates agree', passed: dateConflicts === 0 });
  return checks;
}

/** Full-width scripts say the same in half the characters. */
function within(title: string | null, fewest: number, most: number, language: string | null): boolean {
  const width = language === 'ja' || language === 'zh' || language === 'ko' ? 2 : 1;
  const length = (title?.length ?? 0) * width;
  return length >= fewest && length <= most;
}

/** F11. */
export function hygiene(page: PageModel, dateConflicts: number): Finding {
  const checks = hygieneChecks(page, dateConflicts);
  const failed = checks.filter(({ passed }) => !passed).map(({ name }) => name);
  return {
    id: 'F11',
    value: share(mean(checks.map(({ passed }) => (passed ? 1 : 0)))),
    measured: { checks: checks.length, failed: failed.length },
    why: failed.length === 0 ? 'All points of hygiene are met.' : `Not met: ${failed.join(', ')}.`,
  };
}
