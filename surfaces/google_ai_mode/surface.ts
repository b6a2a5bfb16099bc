import type { Surface } from '../../src/contract/surface.ts';
import { GOOGLE_HOSTS, searchUrl } from '../google/entry-url.ts';
import { GOOGLE_INTERSTITIALS } from '../google/walls.ts';
import { AI_MODE_PARAMETERS, drive } from './drive.ts';
import { extract } from './extract.ts';
import { AI_MODE_REDACTIONS } from './redact.ts';
import { AI_MODE_WALLS } from './walls.ts';

/** Google's AI Mode: google.com/search?udm=50. */
export const googleAiMode: Surface = {
  name: 'google_ai_mode',
  version: '1.0.0',
  login: 'optional',
  regions: 'any',
  hosts: [...GOOGLE_HOSTS, 'accounts.google.com'],
  // Google sends headless shells to its check page more often than an installed Chrome (google_search.md 1, 2026-06).
  browser: 'chrome',
  transcript: [{ kind: 'fetch', url: /^www\.google\.[a-z.]+\/async\/fol(?:wr|if|srch)$/ }],
  walls: AI_MODE_WALLS,
  interstitials: GOOGLE_INTERSTITIALS,
  redact: AI_MODE_REDACTIONS,
  entryUrl: (request) => searchUrl(request, AI_MODE_PARAMETERS),
  drive,
  extract,
};
