/// <reference lib="dom" />
import { fixtureExchange } from '../fixtures.ts';
import { paced } from '../pieces.ts';
import { lazily, type PlayScript, playFrames, playPage } from '../player.ts';
import type { Scene } from '../scene.ts';
import { chatgptFixture, SIGNED_IN_ENDPOINT, signedInPlay } from './chatgpt-plays.ts';

/** What the page's socket script works with; sent to it as JSON. */
interface SocketTurn {
  url: string;
  subscribe: string;
  /** Messages the turn consists of. */
  messages: number;
  container: string;
  steps: readonly string[];
  turn: string;
  actions: string;
}

const HANDED_OFF = 'data-handed-off';

// Runs inside the page, sent as text: the ask's own stream only hands off, the answer grows with the socket's messages.
function followSocket(turn: SocketTurn, mark: string): void {
  const finish = () => {
    document.querySelector(turn.container)?.classList.remove('result-streaming');
    document.querySelector(turn.turn)?.insertAdjacentHTML('beforeend', turn.actions);
    document.querySelector('#composer-submit-button')?.setAttribute('data-testid', 'send-button');
  };
  const open = () => {
    const socket = new WebSocket(turn.url);
    let received = 0;
    let shown = 0;
    socket.onopen = () => socket.send(turn.subscribe);
    socket.onmessage = () => {
      received += 1;
      const due = Math.floor((received / turn.messages) * turn.steps.length);
      for (; shown < due; shown++)
        document.querySelector(turn.container)?.insertAdjacentHTML('beforeend', turn.steps[shown] ?? '');
      if (received === turn.messages) finish();
    };
  };
  new MutationObserver((_changes, observer) => {
    if (!document.body.hasAttribute(mark)) return;
    observer.disconnect();
    document.body.removeAttribute(mark);
    open();
  }).observe(document.body, { attributes: true });
}

function socketScript(turn: SocketTurn): string {
  const data = JSON.stringify(turn).replaceAll('<', '\\u003c');
  return `<script>(() => {\ndocument.currentScript.remove();\n(${followSocket.toString()})(${data}, '${HANDED_OFF}');\n})();</script>`;
}

/** The ask's event stream only names a topic; the answer's items come over the WebSocket (seen 2026-07 to 2026-09). */
export function handedOff(name: string): Scene {
  const parts = lazily(() => {
    const script = signedInPlay(name);
    const socket = fixtureExchange(chatgptFixture(name), /^wss:/);
    const messages = socket.frames.filter(({ direction }) => direction === 'in').map(({ data }) => data);
    const subscribe = socket.frames.find(({ direction }) => direction === 'out')?.data ?? '';
    const actions = script.whenDone.flatMap((change) => ('html' in change ? change.html : [])).join('');
    const turn: SocketTurn = {
      url: 'wss://ws.chatgpt.com/p4/ws/user/stage?verify=stage-secret',
      subscribe,
      messages: messages.length,
      container: script.growth.containerSelector,
      steps: script.growth.steps,
      turn: '#thread > [data-turn="assistant"]',
      actions,
    };
    const played: PlayScript = {
      ...script,
      growth: { ...script.growth, steps: [] },
      whenDone: [{ do: 'set', at: 'body', name: HANDED_OFF, value: '' }],
    };
    return { played, messages, page: socketScript(turn) };
  });
  return {
    summary: 'the answer is handed off to a WebSocket',
    expect: { outcome: 'answered', minWords: 10, minSources: 2, minCited: 2, fanOut: 1, model: 'gpt-5-6' },
    handle: async (request, reply) => {
      const { played, page } = parts();
      if (request.isDocument)
        reply.html(playPage(played, request).replace('</body>', () => `${page}</body>`));
      else if (request.path === SIGNED_IN_ENDPOINT) await playFrames(played, reply, { totalMs: 100 });
    },
    socket: async (_request, socket) => {
      for await (const _subscribe of socket.messages()) {
        await socket.play(paced(parts().messages));
        return;
      }
    },
  };
}
