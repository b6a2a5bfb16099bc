import type { DraftCitation, DraftMention, DraftSource, Reading } from '../../src/contract/extraction.ts';
import { markText } from '../../src/extract/marks.ts';

/** What a page's answer shows, gathered while its markup is read. */
export class AnswerDraft {
  readonly citations: DraftCitation[] = [];
  readonly sources: DraftSource[] = [];
  readonly mentions: DraftMention[] = [];
  readonly cards: Reading['cards'] = [];

  /** Notes a citation of these sources and gives the text of its mark; empty when they name none. */
  cite(drafts: readonly DraftSource[]): string {
    if (drafts.length === 0) return '';
    this.add(drafts);
    this.citations.push({ sourceKeys: [...new Set(drafts.map(({ key }) => key))], basis: 'sentence' });
    return markText(this.citations.length - 1);
  }

  add(drafts: readonly DraftSource[]): void {
    this.sources.push(...drafts);
  }

  /** A reading of the DOM: it knows nothing of queries, and of searching only what it shows. */
  reading(markdown: string, complete: boolean, model: Reading['model']): Reading {
    return {
      complete,
      markdown,
      citations: this.citations,
      sources: this.sources,
      fanOut: null,
      mentions: this.mentions.length === 0 ? null : this.mentions,
      shopping: null,
      ads: null,
      results: null,
      related: null,
      model,
      webSearch: this.sources.length > 0 ? true : null,
      cards: this.cards,
    };
  }
}
