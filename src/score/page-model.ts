import type { PageRecord } from '../contract/page-record.ts';
import {
  type AnyNode,
  type CheerioAPI,
  type Element,
  isElement,
  isHiddenItself,
  parseHtml,
} from '../extract/dom.ts';
import { holdsShadowRoots } from '../extract/shadow-roots.ts';
import { countWords, type Sentence, sentencesOf } from '../extract/words.ts';
import { type Block, type BlockText, readBlocks } from './block-text.ts';
import { boundHtml } from './bounded-html.ts';
import { type PageLanguage, pageLanguage } from './language.ts';
import { type MainText, mainText } from './main-text.ts';
import { type PageHead, readHead } from './page-head.ts';
import { TermReader } from './terms.ts';

/** A heading and what stands under it, up to the next heading. The text before the first heading has none. */
export interface Section {
  heading: Block | null;
  text: string;
  words: number;
  blocks: Block[];
}

/** Everything the factors look at, read once. */
export interface PageModel {
  record: PageRecord;
  url: string | null;
  head: PageHead;
  /** Robots directives of both documents: a crawler obeys whichever it sees. */
  robots: PageHead['robots'];
  main: MainText;
  /** Words of main text in the static and the rendered document; null where there is none. */
  staticWords: number | null;
  renderedWords: number | null;
  /** All visible text and links of the page, furniture included. */
  whole: BlockText;
  sections: Section[];
  sentences: Sentence[];
  language: PageLanguage;
  terms: TermReader;
  /** Share of the visible text inside `data-nosnippet`. */
  noSnippetShare: number;
  warnings: string[];
}

interface ReadDocument {
  $: CheerioAPI;
  head: PageHead;
  main: MainText;
  cut: boolean;
}

function readDocument(html: string): ReadDocument {
  const bounded = boundHtml(html);
  const $ = parseHtml(bounded.html);
  // Readability reads the text of shadow roots too, where it stands for people.
  const shown = holdsShadowRoots(bounded.html) ? { ...bounded, html: $.html() } : bounded;
  return { $, head: readHead($), main: mainText(shown, $), cut: bounded.cut };
}

/** Reads a record once; null when it holds no HTML. `language`: what the caller says. */
export function readPage(record: PageRecord, language: string | undefined): PageModel | null {
  const still = record.static_html === null ? null : readDocument(record.static_html);
  const rendered = record.rendered_html === null ? null : readDocument(record.rendered_html);
  const shown = rendered ?? still;
  if (shown === null) return null;
  const main = withTitleHeading(shown.main, shown.head);
  const root = shown.$.root()[0];
  const whole = root === undefined ? main : readBlocks(root);
  const spoken = pageLanguage({
    htmlLang: shown.head.lang ?? still?.head.lang ?? null,
    header: record.headers['content-language'] ?? null,
    caller: language ?? null,
    text: main.text,
  });
  return {
    record,
    url: record.final_url ?? record.asked_url,
    head: shown.head,
    robots: [...(still?.head.robots ?? []), ...(rendered?.head.robots ?? [])],
    main,
    staticWords: still?.main.words ?? null,
    renderedWords: rendered?.main.words ?? null,
    whole,
    sections: sectionsOf(main),
    sentences: main.blocks
      .filter(({ kind }) => kind === 'paragraph' || kind === 'item' || kind === 'quote')
      .flatMap((block) => sentencesOf(block.text, block.start)),
    language: spoken,
    terms: new TermReader(spoken.language),
    noSnippetShare: noSnippetShare(shown.$, whole.text),
    warnings: warningsOf(record, [still, rendered]),
  };
}

/** Readability takes a first heading that repeats the title away; it is put back, for it is what the page is about. */
function withTitleHeading(main: MainText, head: PageHead): MainText {
  const h1 = head.h1[0];
  if (h1 === undefined || main.blocks.some(({ kind, text }) => kind === 'heading' && text === h1))
    return main;
  const shift = h1.length + 1;
  const moved = main.blocks.map((block) => ({
    ...block,
    start: block.start + shift,
    end: block.end + shift,
    links: block.links.map((link) => ({ ...link, start: link.start + shift })),
  }));
  const heading: Block = {
    kind: 'heading',
    level: 1,
    text: h1,
    start: 0,
    end: h1.length,
    links: [],
    group: null,
  };
  const text = main.text === '' ? h1 : `${h1}\n${main.text}`;
  return { ...main, text, blocks: [heading, ...moved], words: main.words + countWords(h1) };
}

/** Cuts a text at its headings. */
function sectionsOf(main: BlockText): Section[] {
  const sections: Section[] = [];
  let heading: Block | null = null;
  let blocks: Block[] = [];
  const close = (): void => {
    if (heading === null && blocks.length === 0) return;
    const text = blocks.map((block) => block.text).join('\n');
    sections.push({ heading, text, words: countWords(text), blocks });
  };
  for (const block of main.blocks) {
    if (block.kind === 'heading') {
      close();
      heading = block;
      blocks = [];
    } else blocks.push(block);
  }
  close();
  return sections;
}

/** Of what a reader sees; what stands inside several such elements counts once. */
function noSnippetShare($: CheerioAPI, whole: string): number {
  const root = $.root()[0];
  if (root === undefined || whole.length === 0) return 0;
  const closed: Element[] = [];
  const visit = (node: AnyNode): void => {
    if (isElement(node)) {
      if (isHiddenItself(node)) return;
      if (node.attribs['data-nosnippet'] !== undefined) {
        closed.push(node);
        return;
      }
    }
    if ('children' in node) for (const child of node.children) visit(child);
  };
  visit(root);
  return Math.min(1, closed.reduce((sum, node) => sum + readBlocks(node).text.length, 0) / whole.length);
}

function warningsOf(record: PageRecord, documents: readonly (ReadDocument | null)[]): string[] {
  const warnings: string[] = [];
  if (record.static_clipped || record.rendered_clipped)
    warnings.push('page_cut: more than 10 MB of HTML came; the score is that of the first 10 MB');
  if (documents.some((document) => document?.cut))
    warnings.push('markup_cut: only the first 40,000 tags or 3 million characters of the page were read');
  if (record.undecodable > 0)
    warnings.push(`undecodable: ${record.undecodable} places of the page are no text of its charset`);
  return warnings;
}
