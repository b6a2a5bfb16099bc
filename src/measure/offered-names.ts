import type { Block, ListItem } from '../contract/envelope.ts';
import { asName, headOf, isCommonNoun, isFrontPage, itemHead, siteOfLink } from './candidate-names.ts';

/** Where in an answer a name was offered. */
export type Origin = 'link' | 'list' | 'bold' | 'table' | 'product';

/** A name that an answer offers, whatever book it is read with. */
export interface OfferedName {
  name: string;
  from: Origin;
  /** The site a link leads to whose own name its text is. */
  domain: string | null;
  /** Of a link to a site itself, no page deep inside. */
  url?: string;
}

/** What is read of an answer for the names it offers. */
export interface OfferingAnswer {
  markdown: string;
  blocks: readonly Block[];
  /** Titles of its product cards. */
  productTitles: readonly string[];
}

/** Heads of one answer that are looked at, and characters of it in which a noun is looked for. */
const MOST_HEADS = 200;
const MOST_READ = 20_000;

const LINK = /(?<!!)\[([^\]\n]{2,60})\]\((https?:\/\/[^\s)]+)\)/g;
const BOLD_HEAD =
  /^[ \t>]*(?:#{1,6}[ \t]+|[-*+•][ \t]+|\d{1,2}[.)][ \t]+)*(?:\*\*|__)(.{2,80}?)(?:\*\*|__)/gm;

/**
 * Heads of list items and of bold lines, first columns of tables, links to sites, product cards, as far as they look like
 * names. Knows no book, so that a correction of one needs no answer read again.
 */
export function offeredNames({ markdown, blocks, productTitles }: OfferingAnswer): OfferedName[] {
  const links = [...markdown.matchAll(LINK)].flatMap(([, text = '', url = '']): OfferedName[] => {
    const name = asName(text);
    return name === null || !isFrontPage(url)
      ? []
      : [{ name, from: 'link', domain: siteOfLink(text, url), url }];
  });
  const heads = [
    ...blocks.flatMap(blockHeads),
    ...[...markdown.matchAll(BOLD_HEAD)].map(([, text = '']) => ({
      text: headOf(text),
      from: 'bold' as const,
    })),
    ...productTitles.map((text) => ({ text, from: 'product' as const })),
  ];
  return [
    ...links,
    ...heads.slice(0, MOST_HEADS).flatMap(({ text, from }): OfferedName[] => {
      const name = asName(text);
      return name === null || isCommonNoun(name, markdown.slice(0, MOST_READ))
        ? []
        : [{ name, from, domain: null }];
    }),
  ];
}

function blockHeads({ type, items, rows, text }: Block): { text: string; from: Origin }[] {
  if (type === 'product') return [{ text: headOf(text), from: 'product' }];
  const list = (items ?? []).map((item: ListItem) => ({ text: itemHead(item.text), from: 'list' as const }));
  const table = (rows ?? [])
    .slice(1)
    .map(([first = '']) => ({ text: headOf(first), from: 'table' as const }));
  return [...list, ...table];
}
