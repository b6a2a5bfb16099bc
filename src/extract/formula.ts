import { type AnyNode, type Element, elementsOf, foldSpace } from './dom.ts';

/**
 * The TeX a rendered formula was made from: the `annotation` of its MathML, which KaTeX and MathJax both keep beside
 * what they draw. Undefined when the element holds none. Pure.
 */
export function texOf(element: Element): string | undefined {
  for (const inner of elementsOf(element)) {
    if (inner.name !== 'annotation' || !/^(?:application\/x-tex)?$/.test(inner.attribs.encoding ?? ''))
      continue;
    const tex = foldSpace(rawText(inner));
    if (tex !== '') return tex;
  }
  return undefined;
}

/** Text of a subtree as it stands, hidden parts included, white space kept. */
export function rawText(node: AnyNode): string {
  if (node.type === 'text') return node.data;
  return 'children' in node ? node.children.map(rawText).join('') : '';
}
