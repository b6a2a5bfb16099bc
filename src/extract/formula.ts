import { type AnyNode, type Element, elementsOf, foldSpace } from './dom.ts';

/** TeX of a rendered formula, and whether it stands in a block of its own. */
export interface Formula {
  tex: string;
  display: boolean;
}

/**
 * The TeX a rendered formula was made from: the `annotation` of its MathML (KaTeX and MathJax both keep it), whatever
 * wraps it. Undefined for an element that holds none. Give it the outermost element of the formula, so that the
 * rendered copy beside the MathML goes too.
 */
export function formulaOf(element: Element): Formula | undefined {
  const isMath = element.name === 'math';
  const wrapper = / (?:katex|katex-display|mjx-container|MathJax) /.test(` ${element.attribs.class ?? ''} `);
  if (!isMath && !wrapper) return undefined;
  for (const inner of elementsOf(element)) {
    if (inner.name !== 'annotation' || !/^(?:application\/x-tex)?$/.test(inner.attribs.encoding ?? ''))
      continue;
    const tex = foldSpace(rawText(inner));
    if (tex === '') continue;
    const display =
      element.attribs.display === 'block' || / katex-display /.test(` ${element.attribs.class ?? ''} `);
    return { tex, display };
  }
  return undefined;
}

function rawText(node: AnyNode): string {
  if (node.type === 'text') return node.data;
  return 'children' in node ? node.children.map(rawText).join('') : '';
}
