import type { Selector } from '../../src/contract/surface.ts';

/** A story of the News tab (2025-06 → 2026-08; the link's name and shape bridge older pages). */
export const NEWS_CARD: Selector = {
  name: 'news_card',
  any: [
    '#search [data-news-cluster-id]',
    '[data-news-cluster-id]',
    '#rso a[href][jsname="YKoRaf"]',
    '#rso a[href]:has([role="heading"])',
  ],
};

/** Links of news.google.com to a story: `./read/<token>`, before 2024 `./articles/<token>` (google_news.md 4). */
export const APP_LINK_CSS =
  'a[href^="./read/"], a[href^="./articles/"], a[href^="/read/"], a[href*="news.google.com/read/"], a[href*="news.google.com/articles/"]';

/** A story of news.google.com. */
export const APP_STORY: Selector = {
  name: 'app_story',
  any: [
    'a[href^="./read/"]',
    'a[href^="./articles/"]',
    'a[href^="/read/"]',
    'a[href*="news.google.com/read/"]',
  ],
};

/** What stands in the place of stories when there are none. */
export const EMPTY_NOTICE: Selector = {
  name: 'empty_notice',
  any: ['#topstuff p', '#botstuff p em', '#topstuff .card-section'],
};
