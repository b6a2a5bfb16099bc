import { type CheerioAPI, type Element, elementsOf } from '../../src/extract/dom.ts';

/** Finds elements of a page by CSS, in document order. */
export type Find = (css: string) => Element[];

const TAGS = new Set(['a', 'button', 'img']);
const ATTRIBUTES = ['id', 'role', 'data-test-id', 'data-path-to-node', 'aria-busy'];

/**
 * The page is asked two dozen questions, and each walk over it costs as much as a tenth of parsing it. All of them are
 * about the app's custom elements, links, buttons and elements with marks of their own, so those are collected once.
 */
export function indexPage($: CheerioAPI): Find {
  const root = $.root().get(0);
  const pool = $(root === undefined ? [] : [...elementsOf(root)].filter(isMarked));
  return (css) => pool.filter(css).toArray();
}

function isMarked({ name, attribs }: Element): boolean {
  if (name.includes('-') || TAGS.has(name)) return true;
  return ATTRIBUTES.some((attribute) => attribute in attribs) || /markdown/.test(attribs.class ?? '');
}
