import type { Surface } from '../../src/contract/surface.ts';
import { drive, entryUrl } from './drive.ts';
import { extract } from './extract.ts';
import { REDACT } from './redact.ts';
import { INTERSTITIALS, WALLS } from './walls.ts';

/** ChatGPT at chatgpt.com: the anonymous app and the signed-in one. */
export const chatgpt: Surface = {
  name: 'chatgpt',
  version: '1.0.0',
  login: 'optional',
  regions: 'any',
  hosts: ['chatgpt.com', 'ws.chatgpt.com'],
  browser: 'chrome',
  transcript: [
    { kind: 'fetch', url: /^chatgpt\.com\/backend-(?:api|anon)\/(?:f\/)?conversation(?:\/resume)?$/ },
    // The page's own reading of the finished conversation, where it happens.
    { kind: 'fetch', url: /^chatgpt\.com\/backend-(?:api|anon)\/conversation\/[0-9a-f-]{36}$/ },
    { kind: 'fetch', url: /^chatgpt\.com\/unauth-mweb\/conversation\/updates$/ },
    { kind: 'websocket', url: /^ws\.chatgpt\.com\// },
  ],
  walls: WALLS,
  interstitials: INTERSTITIALS,
  redact: REDACT,
  entryUrl,
  drive,
  extract,
};
