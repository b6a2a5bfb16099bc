import type { Surface } from '../../src/contract/surface.ts';
import { drive, entryUrl } from './drive.ts';
import { extract } from './extract.ts';
import { REDACT } from './redact.ts';
import { INTERSTITIALS, WALLS } from './walls.ts';

/** Microsoft's consumer Copilot at copilot.microsoft.com; Microsoft 365 Copilot is another product and told apart. */
export const copilot: Surface = {
  name: 'copilot',
  version: '1.0.0',
  login: 'optional',
  regions: 'any',
  hosts: ['copilot.microsoft.com'],
  browser: 'chrome',
  transcript: [
    { kind: 'websocket', url: /^copilot\.microsoft\.com\/c\/api\/chat$/ },
    // The page's own reading of the finished conversation; lists of other conversations are nobody's business.
    { kind: 'fetch', url: /^copilot\.microsoft\.com\/c\/api\/conversations\/[\w-]+\/history$/ },
    { kind: 'fetch', url: /^copilot\.microsoft\.com\/c\/api\/conversations\/shares\/[\w-]+$/ },
  ],
  walls: WALLS,
  interstitials: INTERSTITIALS,
  redact: REDACT,
  entryUrl,
  drive,
  extract,
};
