import { withoutMarks } from './marks.ts';

/** What is read of a node of the tree that becomes markdown. */
interface Inline {
  nodeName: string;
  textContent: string | null;
  previousSibling: Inline | null;
  nextSibling: Inline | null;
  parentNode: Inline | null;
}

const INLINE = /^(?:A|SPAN|STRONG|B|EM|I|DEL|S|CODE)$/;
const BLANK_OR_PUNCTUATION = /[\s\p{P}\p{S}]/u;

/**
 * Strong or emphasised text. Asterisks work only where blanks or punctuation let them (CommonMark 6.2, flanking): in
 * `**場所：**東京` or `a**(b)**` they would stay in the text. There the plain tag is written, which works anywhere.
 */
export function emphasised(content: string, node: Inline, delimiter: '*' | '**'): string {
  if (content.trim() === '') return '';
  const words = withoutMarks(content);
  const opens = flanks(words.slice(0, 2), neighbour(node, 'previousSibling'));
  const closes = flanks(words.slice(-2), neighbour(node, 'nextSibling'), -1);
  if (opens && closes) return `${delimiter}${content}${delimiter}`;
  const tag = delimiter === '**' ? 'strong' : 'em';
  return `<${tag}>${content}</${tag}>`;
}

/** True when a delimiter works between the emphasised text's edge and the character outside; none is an edge. */
function flanks(edge: string, outside: string, at: 0 | -1 = 0): boolean {
  const inside = [...edge].at(at) ?? '';
  if (/\s/.test(inside)) return false;
  return outside === '' || !/[\p{P}\p{S}]/u.test(inside) || BLANK_OR_PUNCTUATION.test(outside);
}

/** The character next to a node in its line; empty at the line's edge. */
function neighbour(node: Inline, side: 'previousSibling' | 'nextSibling'): string {
  for (let beside = node[side]; beside !== null; beside = beside[side]) {
    if (beside.nodeName === 'BR') return '';
    const text = [...withoutMarks(beside.textContent ?? '')];
    const nearest = side === 'nextSibling' ? text[0] : text.at(-1);
    if (nearest !== undefined) return nearest;
  }
  const { parentNode } = node;
  return parentNode !== null && INLINE.test(parentNode.nodeName) ? neighbour(parentNode, side) : '';
}
