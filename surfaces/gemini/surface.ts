import type { Surface } from '../../src/contract/surface.ts';
import { drive, entryUrl } from './drive.ts';
import { extract } from './extract.ts';
import { REDACT } from './redact.ts';
import { INTERSTITIALS, WALLS } from './walls.ts';

/** Gemini at gemini.google.com: anonymous (fast models, one turn a page) or with a profile. */
export const gemini: Surface = {
  name: 'gemini',
  version: '1.0.0',
  login: 'optional',
  regions: 'any',
  hosts: ['gemini.google.com', 'consent.google.com', 'accounts.google.com'],
  browser: 'chrome',
  // Only the answer's own stream: `batchexecute` calls carry the account's data and can be told apart by query alone.
  transcript: [
    {
      kind: 'fetch',
      url: /^gemini\.google\.com\/(?:u\/\d+\/)?_\/BardChatUi\/data\/assistant\.lamda\.BardFrontendService\/StreamGenerate$/,
    },
  ],
  walls: WALLS,
  interstitials: INTERSTITIALS,
  redact: REDACT,
  entryUrl,
  drive,
  extract,
};
