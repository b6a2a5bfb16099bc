import type { Surface } from '../../src/contract/surface.ts';
import { GOOGLE_HOSTS, searchUrl } from '../google/entry-url.ts';
import { GOOGLE_REDACTIONS } from '../google/redaction.ts';
import { GOOGLE_INTERSTITIALS, GOOGLE_WALLS } from '../google/walls.ts';
import { drive } from './drive.ts';
import { extract } from './extract.ts';

/** The results page of google.com/search: everything it lists, and its AI Overview. */
export const googleSearch: Surface = {
  name: 'google_search',
  version: '1.0.0',
  login: 'none',
  regions: 'any',
  hosts: GOOGLE_HOSTS,
  // Google sends headless shells to its check page more often than an installed Chrome (google_search.md 1, 2026-06).
  browser: 'chrome',
  transcript: [{ kind: 'fetch', url: /^www\.google\.[a-z.]+\/async\/folsrch$/ }],
  walls: GOOGLE_WALLS,
  interstitials: GOOGLE_INTERSTITIALS,
  redact: GOOGLE_REDACTIONS,
  entryUrl: (request) => searchUrl(request),
  drive,
  extract,
};
