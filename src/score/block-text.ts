import { type AnyNode, type Element, foldSpace, isElement, isHiddenItself } from '../extract/dom.ts';

export interface Link {
  href: string;
  text: string;
  /** Offset in the main text. */
  start: number;
}

export type BlockKind = 'heading' | 'paragraph' | 'item' | 'row' | 'quote' | 'code';

/** One piece of text as a reader sees it; `start` and `end` slice it out of the text of all blocks. */
export interface Block {
  kind: BlockKind;
  /** 1–6 for headings, else 0. */
  level: number;
  text: string;
  start: number;
  end: number;
  links: Link[];
  /** Which list or table of the page it belongs to, counted from 0. */
  group: number | null;
}

export interface TableShape {
  rows: number;
  columns: number;
  header: boolean;
}

export interface BlockText {
  text: string;
  blocks: Block[];
  lists: { items: number }[];
  tables: TableShape[];
  images: { alt: string | null }[];
  /** `<time datetime>` values in order. */
  times: string[];
}

const BLOCKS = new Set(
  'address article aside blockquote body br dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td th thead tfoot tr ul caption'.split(
    ' ',
  ),
);
const CONTROLS = new Set(['button', 'select', 'textarea', 'input', 'option', 'noscript']);
const BOILERPLATE = new Set(['nav', 'footer', 'aside', 'form', 'dialog', 'menu']);
const BOILERPLATE_ROLES = /^(?:navigation|banner|contentinfo|complementary|search|dialog|menu)$/;

/** Text of a subtree with white space folded. */
export function nodeText(root: AnyNode): string {
  const parts: string[] = [];
  const visit = (node: AnyNode): void => {
    if (node.type === 'text') parts.push(node.data);
    else if ('children' in node) {
      if (isElement(node) && BLOCKS.has(node.name)) parts.push(' ');
      for (const child of node.children) visit(child);
    }
  };
  visit(root);
  return foldSpace(parts.join(''));
}

/** Whether an element is furniture of the site by its tag or role. */
export function isBoilerplate(element: Element): boolean {
  if (BOILERPLATE.has(element.name)) return true;
  return BOILERPLATE_ROLES.test(element.attribs.role ?? '');
}

interface Place {
  kind: BlockKind;
  level: number;
  group: number | null;
}

/** Reads a subtree block by block; hidden elements and controls are left out, and what `skip` says. */
export function readBlocks(root: AnyNode, skip: (element: Element) => boolean = () => false): BlockText {
  return new BlockReader(skip).read(root);
}

class BlockReader {
  readonly #skip: (element: Element) => boolean;
  readonly #blocks: Block[] = [];
  readonly #lists: { items: number }[] = [];
  readonly #tables: TableShape[] = [];
  readonly #images: { alt: string | null }[] = [];
  readonly #times: string[] = [];
  #length = 0;
  #parts: string[] = [];
  #links: { href: string; text: string; offset: number }[] = [];
  #pending = 0;

  constructor(skip: (element: Element) => boolean) {
    this.#skip = skip;
  }

  read(root: AnyNode): BlockText {
    const place: Place = { kind: 'paragraph', level: 0, group: null };
    this.#visit(root, place);
    this.#flush(place);
    return {
      text: this.#blocks.map(({ text }) => text).join('\n'),
      blocks: this.#blocks,
      lists: this.#lists,
      tables: this.#tables,
      images: this.#images,
      times: this.#times,
    };
  }

  #visit(node: AnyNode, place: Place): void {
    if (node.type === 'text') {
      this.#parts.push(node.data);
      this.#pending += node.data.length;
      return;
    }
    if (!isElement(node)) {
      if ('children' in node) for (const child of node.children) this.#visit(child, place);
      return;
    }
    if (isHiddenItself(node) || CONTROLS.has(node.name) || this.#skip(node)) return;
    if (node.name === 'img') this.#images.push({ alt: node.attribs.alt ?? null });
    if (node.name === 'time' && node.attribs.datetime !== undefined) this.#times.push(node.attribs.datetime);
    if (node.name === 'table') this.#tables.push(shapeOf(node));
    if (node.name === 'a' && node.attribs.href !== undefined)
      this.#links.push({ href: node.attribs.href, text: nodeText(node), offset: this.#pending });
    const cell = place.kind === 'row' && (node.name === 'td' || node.name === 'th');
    const block = BLOCKS.has(node.name) && !(place.kind === 'row' && !cell && node.name !== 'tr');
    if (cell) this.#parts.push(this.#pending === 0 ? '' : ' | ');
    else if (block) this.#flush(place);
    const inner = this.#placeIn(node, place);
    for (const child of node.children) this.#visit(child, inner);
    if (block && !cell) this.#flush(inner);
    else if (BLOCKS.has(node.name)) this.#parts.push(' ');
  }

  #placeIn(element: Element, place: Place): Place {
    const { name } = element;
    const heading = /^h([1-6])$/.exec(name)?.[1];
    if (heading !== undefined) return { kind: 'heading', level: Number(heading), group: null };
    if (name === 'ul' || name === 'ol') {
      this.#lists.push({
        items: element.children.filter((child) => isElement(child) && child.name === 'li').length,
      });
      return { ...place, kind: 'paragraph', group: this.#lists.length - 1 };
    }
    if (name === 'li') return { ...place, kind: 'item' };
    if (name === 'tr') return { kind: 'row', level: 0, group: this.#tables.length - 1 };
    if (name === 'blockquote' || name === 'q') return { ...place, kind: name === 'q' ? place.kind : 'quote' };
    if (name === 'pre') return { ...place, kind: 'code' };
    return place;
  }

  #flush(place: Place): void {
    const raw = this.#parts.join('');
    const text = foldSpace(raw);
    const links = this.#links;
    this.#parts = [];
    this.#links = [];
    this.#pending = 0;
    if (text === '') return;
    const start = this.#length === 0 ? 0 : this.#length + 1;
    let from = 0;
    const placed = links.map(({ href, text: label }) => {
      const found = label === '' ? -1 : text.indexOf(label, from);
      if (found >= 0) from = found + label.length;
      return { href, text: label, start: start + Math.max(0, found) };
    });
    this.#blocks.push({ ...place, text, start, end: start + text.length, links: placed });
    this.#length = start + text.length;
  }
}

function shapeOf(table: Element): TableShape {
  const rows: Element[] = [];
  const visit = (element: Element): void => {
    for (const child of element.children) {
      if (!isElement(child) || child.name === 'table') continue;
      if (child.name === 'tr') rows.push(child);
      else visit(child);
    }
  };
  visit(table);
  const cells = rows.map((row) =>
    row.children.filter((cell) => isElement(cell) && /^t[dh]$/.test(cell.name)),
  );
  const heads = cells[0]?.filter((cell) => isElement(cell) && cell.name === 'th').length ?? 0;
  return {
    rows: rows.length,
    columns: cells.reduce((most, row) => Math.max(most, row.length), 0),
    header: heads > 0 && heads === cells[0]?.length,
  };
}
