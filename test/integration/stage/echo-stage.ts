import { changedPage, growthSteps } from '../../../src/stage/dom-change.ts';
import { livePage, type PlayScript, playFrames, playPage } from '../../../src/stage/player.ts';
import type { Scene, SurfaceStage } from '../../../src/stage/scene.ts';
import { scrambledPlay } from '../../../src/stage/scramble.ts';

// A small surface of our own, to test the stage without any real surface's fixtures.

export const FINISHED_PAGE = `<!doctype html><html><head><title>Echo</title><style>.typing{opacity:.5}</style></head><body>
<main id="thread"><div class="turn user">old question</div>
<div class="turn assistant" data-complete><div class="answer"><p>One.</p><!--kept--><h2>Two</h2><ul><li>three</li></ul><p>Four.</p></div></div></main>
<form id="composer"><textarea id="field"></textarea><div id="rich" contenteditable="true"></div><button id="send" type="submit">Send</button></form>
</body></html>`;

export const FRAMES = ['one', 'two', 'three', 'four', 'five', 'six'].map((word) => `data: ${word}\n\n`);

export function echoScript(field: '#field' | '#rich'): PlayScript {
  return {
    entryHtml: changedPage(FINISHED_PAGE, [
      { do: 'fill', at: '#thread', html: '' },
      { do: 'set', at: '#send', name: 'aria-disabled', value: 'true' },
      { do: 'remove', at: field === '#field' ? '#rich' : '#field' },
    ]),
    trigger: { kind: 'submit', field, button: '#send', afterMs: 0 },
    endpoint: '/answer',
    method: 'POST',
    body: { kind: 'json', value: { messages: [{ text: '{{query}}' }] } },
    contentType: 'text/event-stream',
    frames: FRAMES,
    onSubmit: [
      {
        do: 'append',
        at: '#thread',
        html: '<div class="turn user">{{query}}</div><div class="turn assistant"><div class="answer"></div></div>',
      },
    ],
    growth: { containerSelector: '.answer', steps: growthSteps(FINISHED_PAGE, '.answer') },
    whileBusy: [{ do: 'set', at: '.assistant', name: 'data-streaming', value: '' }],
    whenDone: [
      { do: 'unset', at: '.assistant', name: 'data-streaming' },
      { do: 'set', at: '.assistant', name: 'data-complete', value: '' },
    ],
    whenCut: [{ do: 'append', at: '.assistant', html: '<p role="alert">Network error</p>' }],
    whenRefused: [{ do: 'append', at: '#thread', html: '<p role="alert">Refused</p>' }],
    whenTyped: [{ do: 'unset', at: '#send', name: 'aria-disabled' }],
    whenEmpty: [{ do: 'set', at: '#send', name: 'aria-disabled', value: 'true' }],
    conversationUrl: '/c/1',
  };
}

function playing(summary: string, field: '#field' | '#rich', answer: Scene['handle']): Scene {
  return {
    summary,
    expect: { outcome: 'answered' },
    handle: async (request, reply) => {
      if (request.path === '/') reply.html(playPage(echoScript(field), request));
      if (request.path === '/answer') await answer(request, reply);
    },
  };
}

export function echoStage(seen: string[] = []): SurfaceStage {
  const script = echoScript('#field');
  return {
    surface: 'chatgpt',
    hosts: ['echo.test', '*.echo.test'],
    plain: 'plain',
    scenes: {
      plain: playing('types into a textarea', '#field', async (request, reply) => {
        seen.push(await request.body());
        await playFrames(script, reply, { totalMs: 400 });
      }),
      rich: playing('types into a rich editor', '#rich', async (request, reply) => {
        seen.push(await request.body());
        await playFrames(script, reply, { totalMs: 60 });
      }),
      cut: playing('breaks in the middle', '#field', (_request, reply) =>
        playFrames(script, reply, { totalMs: 60, end: 'cut', stopAt: 0.5 }),
      ),
      silent: playing('stops without ending', '#field', (_request, reply) =>
        playFrames(script, reply, { totalMs: 60, end: 'hang', stopAt: 0.5 }),
      ),
      refused: playing('answers 503', '#field', async (_request, reply) => reply.json({}, { status: 503 })),
      scrambled: {
        summary: 'every class renamed',
        expect: { outcome: 'answered' },
        handle: async (request, reply) => {
          if (request.path === '/') reply.html(playPage(scrambledPlay(script), request));
          if (request.path === '/answer') await playFrames(script, reply, { totalMs: 60 });
        },
      },
      live: {
        summary: 'a page without exchange that lives',
        expect: { outcome: 'answered' },
        handle: async (_request, reply) =>
          reply.html(
            livePage('<!doctype html><body><button id="more"><b>More</b></button></body>', {
              clicks: [
                {
                  at: '#more',
                  changes: [
                    {
                      do: 'after',
                      at: '#more',
                      html: '<p id="panel">sources</p><button id="close">x</button>',
                    },
                  ],
                },
                { at: '#close', changes: [{ do: 'remove', at: '#panel, #close' }] },
              ],
              timeline: [
                { afterMs: 30, changes: [{ do: 'append', at: 'body', html: '<p id="late">late</p>' }] },
              ],
            }),
          ),
      },
      socket: {
        summary: 'echoes WebSocket messages',
        expect: { outcome: 'answered' },
        handle: async (_request, reply) => reply.html('<title>socket</title>'),
        socket: async (_request, socket) => {
          for await (const message of socket.messages()) {
            if (message === 'cut') socket.cut();
            else socket.send(`echo ${message}`);
          }
        },
      },
    },
  };
}
