import type { Surface } from '../../src/contract/surface.ts';
import { drive, entryUrl } from './drive.ts';
import { extract } from './extract.ts';
import { REDACT } from './redact.ts';
import { INTERSTITIALS, WALLS } from './walls.ts';

/** Claude at claude.ai: only with the operator's own signed-in profile. */
export const claude: Surface = {
  name: 'claude',
  version: '1.0.0',
  login: 'required',
  regions: 'any',
  hosts: ['claude.ai'],
  browser: 'chrome',
  transcript: [
    {
      kind: 'fetch',
      url: /^claude\.ai\/api\/organizations\/[^/]+\/chat_conversations\/[^/]+\/(?:retry_)?completion$/,
    },
    // The page's own reading of the conversation, after a reload.
    { kind: 'fetch', url: /^claude\.ai\/api\/organizations\/[^/]+\/chat_conversations\/[0-9a-f-]{36}$/ },
    { kind: 'fetch', url: /^claude\.ai\/api\/(?:organizations\/[^/]+\/)?chat_snapshots\/[0-9a-f-]{36}$/ },
  ],
  walls: WALLS,
  interstitials: INTERSTITIALS,
  redact: REDACT,
  entryUrl,
  drive,
  extract,
};
