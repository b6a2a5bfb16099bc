import type { Nodes, Parents, Root, RootContent } from 'mdast';
import type { Block } from '../contract/envelope.ts';
import type { TextMap } from './text-map.ts';

/** A list item as it stands in the text: `[start, ownEnd)` without the lists inside it, `[start, end)` with them. */
export interface DraftItem {
  start: number;
  ownEnd: number;
  end: number;
  ordered: boolean | undefined;
  items: DraftItem[];
}

/** A block as it stands in the text, its source ids not yet known. */
export interface DraftBlock {
  type: Block['type'];
  start: number;
  end: number;
  level?: number;
  ordered?: boolean;
  items?: DraftItem[];
  rows?: string[][];
  language?: string;
  url?: string;
}

/** Walks a markdown tree once, writing its text and drafting its blocks. */
export class BlockWriter {
  readonly #map: TextMap;

  constructor(map: TextMap) {
    this.#map = map;
  }

  write(root: Root): DraftBlock[] {
    return root.children.flatMap((node) => this.#block(node) ?? []);
  }

  #block(node: RootContent): DraftBlock | undefined {
    const startedEmpty = this.#map.length === 0;
    const before = this.#map.length;
    if (!startedEmpty) this.#map.separator('\n\n');
    const start = this.#map.length;
    const draft = this.#draft(node, start);
    if (draft === undefined || this.#map.length === start) {
      this.#map.truncate(before);
      return undefined;
    }
    return { ...draft, end: this.#map.length };
  }

  #draft(node: RootContent, start: number): Omit<DraftBlock, 'end'> | undefined {
    switch (node.type) {
      case 'heading':
        this.#unit(node);
        return { type: 'heading', start, level: node.depth };
      case 'paragraph': {
        const only = node.children.length === 1 ? node.children[0] : undefined;
        this.#unit(node);
        return only?.type === 'image'
          ? { type: 'image', start, url: only.url }
          : { type: 'paragraph', start };
      }
      case 'list':
        return { type: 'list', start, ordered: node.ordered ?? false, items: this.#items(node) };
      case 'table':
        return { type: 'table', start, rows: this.#rows(node) };
      case 'code':
        this.#unit(node);
        return { type: 'code', start, ...(node.lang ? { language: node.lang } : {}) };
      case 'blockquote':
      case 'footnoteDefinition':
        this.#children(node.children, '\n\n');
        return { type: node.type === 'blockquote' ? 'quote' : 'other', start };
      case 'html':
        this.#unit(node);
        return { type: 'other', start };
      case 'thematicBreak':
      case 'definition':
        return undefined;
      default:
        this.#unit(node);
        return { type: 'other', start };
    }
  }

  /** Blocks inside a block (quote, list item). */
  #children(nodes: readonly RootContent[], separator: string): void {
    for (const node of nodes) {
      const before = this.#map.length;
      if (!this.#map.endsWithSeparator()) this.#map.separator(separator);
      const start = this.#map.length;
      if (this.#draft(node, start) === undefined || this.#map.length === start) this.#map.truncate(before);
    }
  }

  #items(list: Extract<RootContent, { type: 'list' }>): DraftItem[] {
    return list.children.map((item, index) => {
      if (index > 0) this.#map.separator('\n');
      const start = this.#map.length;
      const own = item.children.filter((child) => child.type !== 'list');
      this.#children(own, '\n');
      const ownEnd = this.#map.length;
      const items: DraftItem[] = [];
      let ordered: boolean | undefined;
      for (const child of item.children) {
        if (child.type !== 'list') continue;
        ordered ??= child.ordered ?? false;
        if (this.#map.length > start) this.#map.separator('\n');
        items.push(...this.#items(child));
      }
      return { start, ownEnd, end: this.#map.length, ordered, items };
    });
  }

  #rows(table: Extract<RootContent, { type: 'table' }>): string[][] {
    return table.children.map((row, rowIndex) => {
      if (rowIndex > 0) this.#map.separator('\n');
      return row.children.map((cell, cellIndex) => {
        if (cellIndex > 0) this.#map.separator('\t');
        const start = this.#map.length;
        this.#unit(cell);
        return this.#map.text.slice(start);
      });
    });
  }

  #unit(node: Nodes): void {
    this.#map.openUnit(node.position?.start.offset ?? 0);
    this.#inline(node);
    this.#map.closeUnit(node.position?.end.offset ?? 0);
  }

  #inline(node: Nodes): void {
    const start = node.position?.start.offset ?? 0;
    const end = node.position?.end.offset ?? start;
    switch (node.type) {
      case 'text':
      case 'inlineCode':
      case 'code':
        this.#map.write(node.value, start, end);
        return;
      case 'break':
        this.#map.write('\n', start, end);
        return;
      case 'image':
        this.#map.write(node.alt ?? '', start, end);
        return;
      case 'html':
        this.#map.write(htmlText(node.value), start, end);
        return;
      case 'footnoteReference':
        this.#map.write(`[^${node.identifier}]`, start, end);
        return;
      default:
        if ('children' in node) for (const child of (node as Parents).children) this.#inline(child);
    }
  }
}

/** Text of raw HTML that stands in markdown: a line break for `<br>`, otherwise its text without tags. */
function htmlText(html: string): string {
  return html
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<br\s*\/?>/gi, '\n')
    .replace(/<[^>]*>/g, '');
}
