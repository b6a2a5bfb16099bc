import type { PageRecord } from '../contract/page-record.ts';
import type { MainText } from './main-text.ts';
import { readPage } from './page-model.ts';

/** The main text of a page as the score reads it. */
export interface ContentView {
  /** Blocks parted by line feeds; `char_range` of a recommendation slices it (UTF-16 offsets). */
  text: string;
  title: string | null;
  /** ISO 639-1; null when unknown. */
  language: string | null;
  words: number;
  confidence: MainText['confidence'];
}

/** Null when the record holds no page. Pure; same record, same text. */
export function contentView(record: PageRecord): ContentView | null {
  if (record.outcome.kind !== 'captured') return null;
  const page = readPage(record, undefined);
  if (page === null) return null;
  const { text, words, confidence } = page.main;
  return { text, words, confidence, title: page.head.title, language: page.language.language };
}
