import { type AnyNode, type Element, isElement, isHiddenItself } from '../../src/extract/dom.ts';

/**
 * True when markup takes the element away for good. `visibility:hidden` alone does not: a page saved before its layout
 * script ran holds its whole body so (2024-03).
 */
export function isTakenAway(element: Element): boolean {
  if (!isHiddenItself(element)) return false;
  const { style = '', hidden } = element.attribs;
  return hidden !== undefined || !/visibility\s*:\s*hidden/i.test(style) || /display\s*:\s*none/i.test(style);
}

/** True when neither the element nor anything around it is taken away. */
export function isShown(element: Element): boolean {
  for (let node: AnyNode | null = element; node !== null; node = node.parent)
    if (isElement(node) && isTakenAway(node)) return false;
  return true;
}
