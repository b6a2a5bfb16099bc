import type { Selector } from '../../src/contract/surface.ts';

/** The first result has come: a title link (2020 → 2026-08), an ad, or a card of a block. */
export const LISTING: Selector = {
  name: 'listing',
  any: [
    '#rso a[href] h3',
    '#search a[href] [role="heading"]',
    '[data-text-ad]',
    '#rso [data-news-cluster-id]',
  ],
};

/** What stands in the place of results when there are none (2023 → 2026-07). */
export const EMPTY_NOTICE: Selector = {
  name: 'empty_notice',
  any: ['#topstuff .card-section', '#topstuff p', '#botstuff .card-section', '#botstuff p'],
};
