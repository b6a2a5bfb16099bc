import type { Surface } from '../../src/contract/surface.ts';
import { drive, entryUrl } from './drive.ts';
import { extract } from './extract.ts';
import { REDACT } from './redact.ts';
import { INTERSTITIALS, WALLS } from './walls.ts';

/** Perplexity at www.perplexity.ai: standard search, both answer layouts. */
export const perplexity: Surface = {
  name: 'perplexity',
  version: '1.0.0',
  login: 'optional',
  regions: 'any',
  hosts: ['www.perplexity.ai'],
  // Every visitor without a real browser meets Cloudflare's check (perplexity.md a).
  browser: 'chrome',
  transcript: [
    { kind: 'fetch', url: /^www\.perplexity\.ai\/rest\/sse\/perplexity[._]ask(?:\/reconnect\/[\w-]+)?$/ },
    // The page's own re-reading of the thread; lists of other threads are nobody's business.
    { kind: 'fetch', url: /^www\.perplexity\.ai\/rest\/thread\/(?!list)[\w.-]+$/ },
  ],
  walls: WALLS,
  interstitials: INTERSTITIALS,
  redact: REDACT,
  entryUrl,
  drive,
  extract,
};
