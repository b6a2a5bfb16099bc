import type { PageRecord } from '../../src/contract/page-record.ts';
import { MAX_PAGE_BYTES, recordOfFile } from '../../src/contract/page-record.ts';
import { scorePage } from '../../src/score/score-page.ts';
import { percentile, print } from './figures.ts';

const MB = 1_000_000;
const ROUNDS = 15;
const SAME = 100;
const NOW = Date.parse('2026-11-27T00:00:00Z');

/** Milliseconds to score stored pages of 1 MB and 20 MB, memory while at it, and whether equal records give equal bytes. */
export async function benchScore(): Promise<void> {
  for (const megabytes of [0.1, 1, 20]) {
    const record = recordOf(page(megabytes * MB));
    const before = process.memoryUsage().rss;
    const rounds = megabytes > 1 ? 3 : ROUNDS;
    let peak = before;
    const times = Array.from({ length: rounds }, () => {
      const started = performance.now();
      scorePage(record, { now: NOW, depth: 'full', queries: ['standing desk noise and height'] });
      const ms = performance.now() - started;
      peak = Math.max(peak, process.memoryUsage().rss);
      return ms;
    });
    print({
      ...{ bench: 'score', megabytes, rounds, p50Ms: percentile(times, 50), worstMs: Math.max(...times) },
      rssGrowthMb: Math.round((peak - before) / MB),
    });
  }
  const record = recordOf(page(MB / 5));
  const distinct = new Set(
    Array.from({ length: SAME }, () => JSON.stringify(scorePage(record, { now: NOW, depth: 'full' }))),
  );
  print({ bench: 'score', sameRecord: SAME, distinctResults: distinct.size });
}

function recordOf(html: string): PageRecord {
  const bytes = Buffer.byteLength(html);
  // What a fetch keeps of a page: the first 10 MB.
  return recordOfFile(html.slice(0, MAX_PAGE_BYTES), {
    ...{ url: 'https://desks.example/guide', capturedAt: '2026-11-26T00:00:00.000Z' },
    ...{ bytes, clipped: bytes > MAX_PAGE_BYTES, undecodable: 0 },
  });
}

/** A page as sites send them: half of it scripts, styles and drawings, a quarter furniture, the rest text in sections. */
function page(bytes: number): string {
  const parts = [
    '<!doctype html><html lang="en"><head><title>Standing desks, measured</title></head><body><nav>',
    ...Array.from(
      { length: 60 },
      (_, at) => `<li class="menu-item menu-item-${at}"><a href="/c/${at}">Category ${at}</a></li>`,
    ),
    '</nav><main><article><h1>Standing desks, measured</h1>',
  ];
  let size = 0;
  for (let at = 0; size < bytes; at++) {
    const section = sectionOf(at);
    parts.push(section);
    size += section.length;
  }
  return `${parts.join('')}</article></main></body></html>`;
}

function sectionOf(at: number): string {
  const words = Array.from(
    { length: 60 },
    (_, word) => VOCABULARY[(at * 7 + word * (at + 3)) % VOCABULARY.length],
  );
  const text = `In ${2000 + (at % 26)} the desk number ${at} rose ${at % 70} cm in ${at % 20} seconds. ${words.join(' ')}.`;
  const cards = `<div class="card"><div class="inner" data-track="${'x'.repeat(120)}"><a href="/d/${at}"><img src="/i/${at}.jpg" alt="desk ${at}"></a></div></div>`;
  return `<section><h2>Desk ${at} and its height</h2><p>${text}</p><p>See <a href="https://lab${at % 9}.example.org/r">the report</a>: ${text}</p>${cards}<script>window.state${at} = ${JSON.stringify({ blob: 'y'.repeat(900) })}</script><svg><path d="${'M0 0 '.repeat(60)}"/></svg></section>`;
}

const VOCABULARY =
  'motor frame height noise table cable room price warranty wood steel foot lamp office chair memory button weight load shelf corner child light sound speed review test maker order return screw drill plate edge paint wheel drawer tray hook mat'.split(
    ' ',
  );
