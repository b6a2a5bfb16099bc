import type { Surface } from '../../../src/contract/surface.ts';
import { markText } from '../../../src/extract/marks.ts';

/** A small surface of our own over the echo stage, to test the capture tools without any real surface's adapter. */
export function echoSurface(overrides: Partial<Surface> = {}): Surface {
  const field = { name: 'field', any: ['#drifted', '#field', '#rich'] } as const;
  return {
    name: 'chatgpt',
    version: 'echo.1',
    login: 'none',
    regions: 'any',
    hosts: ['echo.test'],
    browser: 'shell',
    transcript: [{ kind: 'fetch', url: /^echo\.test\/answer/ }],
    walls: [{ name: 'refused', outcome: 'throttled', selector: '[role=alert]', text: /Refused/ }],
    interstitials: [],
    redact: [/three/],
    entryUrl: () => 'https://echo.test/',
    drive: async (_page, request, tools) => {
      await tools.open('https://echo.test/');
      await tools.compose(field, request.query);
      await tools.submit({ name: 'send', any: ['#send'] }, field);
      const end = await tools.awaitAnswer({
        answer: { name: 'answer', any: ['.answer'] },
        busy: [{ name: 'streaming', any: ['[data-streaming]'] }],
        done: [{ name: 'complete', any: ['[data-complete]'] }],
        stableMs: 150,
        floorMs: 3_000,
        firstSignMs: 3_000,
      });
      tools.note('end', end);
    },
    extract: (record) => ({
      outcome: record.signals.wall?.outcome ?? record.signals.failure?.outcome ?? 'answered',
      marks: record.signals.endMarks,
      warnings: [],
      dom: {
        complete: true,
        markdown: `${record.html === null ? '' : 'One.'}${markText(0)}`,
        citations: [{ sourceKeys: ['a'], basis: 'block' }],
        sources: [
          {
            key: 'a',
            url: 'https://www.example.com/?utm_source=x',
            title: 'A',
            publisher: null,
            snippet: null,
            publishedAt: null,
            position: 1,
            providerRef: null,
          },
        ],
        fanOut: null,
        mentions: null,
        shopping: null,
        ads: null,
        results: null,
        related: null,
        model: null,
        webSearch: null,
        cards: [],
      },
      transcript: null,
      neverShown: [],
      expected: [],
    }),
    ...overrides,
  };
}
