import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PageRecord, recordOfFile } from '../../../src/contract/page-record.ts';

export const NOW = Date.parse('2026-11-27T00:00:00Z');
export const PAGE_URL = 'https://desks.example/guides/standing-desks-small-rooms';

/** HTML of one of our own pages under `pages/`. */
export function pageFile(name: string): string {
  return readFileSync(join(import.meta.dirname, 'pages', `${name}.html`), 'utf8');
}

/** A record of a page as if it had been captured with status 200 and an open robots.txt. */
export function captured(html: string, part: Partial<PageRecord> = {}): PageRecord {
  const record = recordOfFile(html, {
    url: PAGE_URL,
    capturedAt: '2026-11-26T12:00:00.000Z',
    bytes: html.length,
    clipped: false,
    undecodable: 0,
  });
  const robots = {
    url: 'https://desks.example/robots.txt',
    status: 200,
    text: 'User-agent: *\nDisallow: /cart',
  };
  return { ...record, origin: 'live', status: 200, robots, ...part };
}
