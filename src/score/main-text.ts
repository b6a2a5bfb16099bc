import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';
import { type AnyNode, type CheerioAPI, parseHtml } from '../extract/dom.ts';
import { countWords } from '../extract/words.ts';
import { type BlockText, isBoilerplate, readBlocks } from './block-text.ts';
import type { BoundedHtml } from './bounded-html.ts';

export interface MainText extends BlockText {
  words: number;
  /** How far two ways of finding the main text agree: at least 60 %, at least 30 %, less. */
  confidence: 'high' | 'medium' | 'low';
}

const FEWEST_WORDS = 25;

/**
 * The main text of a bounded page: Mozilla's Readability, checked against all text outside the site's furniture. Where
 * Readability finds next to nothing of it, or the page is too tangled for it, that text is taken.
 */
export function mainText({ html, tangled }: BoundedHtml, $: CheerioAPI): MainText {
  const root: AnyNode | undefined = $('body')[0] ?? $.root()[0];
  const all = root === undefined ? readBlocks(emptyRoot()) : readBlocks(root, isBoilerplate);
  const allWords = countWords(all.text);
  const article = tangled ? null : articleOf(html);
  const words = article === null ? 0 : countWords(article.text);
  const agreement = allWords === 0 ? 0 : Math.min(words, allWords) / Math.max(words, allWords);
  const confidence = agreement >= 0.6 ? 'high' : agreement >= 0.3 ? 'medium' : 'low';
  if (article === null || words < FEWEST_WORDS || agreement < 0.3)
    return { ...all, words: allWords, confidence };
  return { ...article, words, confidence };
}

function emptyRoot(): AnyNode {
  return parseHtml('').root()[0] as AnyNode;
}

/** What Readability takes for the article; null when it finds none, or trips over a document that is none (0.6.0 does). */
function articleOf(html: string): BlockText | null {
  const { document } = parseHTML(/<html[\s>]/i.test(html) ? html : `<html><body>${html}</body></html>`);
  const content = articleHtml(document);
  const root = content === null ? undefined : parseHtml(content).root()[0];
  return root === undefined ? null : readBlocks(root);
}

function articleHtml(document: Document): string | null {
  try {
    const article = new Readability(document, { charThreshold: 200, keepClasses: false }).parse();
    return article?.content ?? null;
  } catch (error) {
    // It walks past the root where text stands outside the body, and linkedom spreads 100,000 nodes as arguments; the text
    // of the page is read all the same, without it.
    if (error instanceof TypeError || error instanceof RangeError) return null;
    throw error;
  }
}
