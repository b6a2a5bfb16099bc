import type { Reading } from '../../src/contract/extraction.ts';
import type { Surface } from '../../src/contract/surface.ts';
import type { Scene, SurfaceStage } from '../../src/stage/scene.ts';

/** Pages of the targets (specs/fleet.md 3): A, and B, which is A with an answer that grows for about 2.4 s. */
const PARAGRAPHS = 60;
const TOKENS = 80;
const TOKEN_MS = 25;
const HOST = 'sim.test';

const WORDS =
  'the answer of a machine is shown to people as text with sources and so it can be read again later';
const DONE_MS = /data-done-ms="(\d+(?:\.\d+)?)"/;

/** As `height`: how much of the page the proof has to show. */
type Height = 'full' | 'viewport';

/** 30 KB of HTML, 60 paragraphs, table, SVG, a script of 2 M iterations; 5 500 px high, or clipped to the window. Pure. */
export function simPage(kind: 'light' | 'streaming', height: Height): string {
  const text = `${WORDS} `.repeat(5).slice(0, 480);
  const paragraphs = `<p>${text}</p>`.repeat(PARAGRAPHS);
  const rows = '<tr><td>one</td><td>two</td><td>three</td></tr>'.repeat(12);
  const bars = Array.from(
    { length: 40 },
    (_unused, at) => `<rect x="${at * 20}" y="0" width="12" height="90"/>`,
  );
  const clip = height === 'viewport' ? 'html,body{height:100%;margin:0;overflow:hidden}' : '';
  return `<!doctype html><html><head><title>sim</title><style>body{margin:8px;font:16px/20px sans-serif}
p{min-height:68px;margin:0 0 16px}${clip}</style></head><body><h1>sim</h1><div id="answer"></div>
<table>${rows}</table><svg width="800" height="120">${bars.join('')}</svg>${paragraphs}
<script>${SPIN}${kind === 'light' ? END : GROW}</script></body></html>`;
}

const SPIN = 'let spun=0;for(let i=0;i<2e6;i++)spun+=Math.sqrt(i);';
const END = `const answer=document.querySelector('#answer');answer.textContent='ready';
answer.dataset.doneMs=performance.now().toFixed(1);`;
const GROW = `const answer=document.querySelector('#answer');let told=0;
const tell=()=>{answer.append('token'+told+' ');if(++told<${TOKENS})return void setTimeout(tell,${TOKEN_MS});
answer.dataset.doneMs=performance.now().toFixed(1);};setTimeout(tell,${TOKEN_MS});`;

/** The stage that plays them: `[scene:light]`, `[scene:viewport]` and, plain, the whole page B. */
export function simStage(): SurfaceStage {
  const playing = (summary: string, page: string): Scene => ({
    summary,
    expect: { outcome: 'answered' },
    handle: async (request, reply) => {
      if (request.path === '/') reply.html(page);
    },
  });
  return {
    ...{ surface: 'chatgpt', hosts: [HOST], plain: 'whole' },
    scenes: {
      whole: playing('page B', simPage('streaming', 'full')),
      viewport: playing('page B, no higher than the window', simPage('streaming', 'viewport')),
      light: playing('page A, no higher than the window', simPage('light', 'viewport')),
    },
  };
}

export const SIM_URL = `https://${HOST}/`;
/** Shows when the answer is whole. */
export const SIM_DONE = '#answer[data-done-ms]';

/** Milliseconds from navigation start to the end of the answer, by the page's own clock; NaN while it has not ended. Pure. */
export function pageMsIn(html: string): number {
  return Number(DONE_MS.exec(html)?.[1]);
}

/** An adapter that opens the page, waits for its end mark and nothing more; tells what the page itself needed. */
export function simSurface(onPageMs: (ms: number) => void): Surface {
  return {
    ...{ name: 'chatgpt', version: 'sim.1', login: 'none', regions: 'any', hosts: [HOST], browser: 'shell' },
    ...{ transcript: [], walls: [], interstitials: [], redact: [] },
    entryUrl: () => SIM_URL,
    drive: async (_page, _request, tools) => {
      await tools.open(SIM_URL);
      await tools.awaitAnswer({
        answer: { name: 'answer', any: ['#answer'] },
        busy: [],
        done: [{ name: 'done', any: [SIM_DONE] }],
        ...{ stableMs: 0, floorMs: 60_000, firstSignMs: 60_000 },
      });
    },
    extract: (record) => {
      const { failure, endMarks: marks } = record.signals;
      if (record.html !== null) onPageMs(pageMsIn(record.html));
      return {
        ...{ outcome: failure?.outcome ?? 'answered', marks, warnings: [], dom: reading(record.html ?? '') },
        ...{ transcript: null, neverShown: [], expected: ['answer'] },
      };
    },
  };
}

function reading(html: string): Reading {
  const text = /<div id="answer"[^>]*>([^<]*)/.exec(html)?.[1] ?? '';
  return {
    ...{ complete: true, markdown: text, citations: [], sources: [], fanOut: null, mentions: null },
    ...{ shopping: null, ads: null, results: null, related: null, model: null, webSearch: null, cards: [] },
  };
}
