import type { Surface, Wall } from '../../src/contract/surface.ts';
import { GOOGLE_HOSTS } from '../google/entry-url.ts';
import { GOOGLE_REDACTIONS } from '../google/redaction.ts';
import { GOOGLE_INTERSTITIALS, GOOGLE_WALLS } from '../google/walls.ts';
import { drive, newsUrl } from './drive.ts';
import { extract } from './extract.ts';
import { APP_LINK_CSS } from './selectors.ts';

/** Headlines may say anything a wall says, so stories win over walls as results do. */
const NEWS_WALLS: readonly Wall[] = GOOGLE_WALLS.map((wall) => ({
  ...wall,
  unless: [wall.unless, APP_LINK_CSS].filter((css) => css !== undefined).join(', '),
}));

/** The News tab of google.com, and news.google.com where it takes the tab's place. */
export const googleNews: Surface = {
  name: 'google_news',
  version: '1.0.0',
  login: 'none',
  regions: 'any',
  hosts: GOOGLE_HOSTS,
  // Google sends headless shells to its check page more often than an installed Chrome (google_search.md 1, 2026-06).
  browser: 'chrome',
  transcript: [],
  walls: NEWS_WALLS,
  interstitials: GOOGLE_INTERSTITIALS,
  redact: GOOGLE_REDACTIONS,
  entryUrl: newsUrl,
  drive,
  extract,
};
