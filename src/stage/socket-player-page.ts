/// <reference lib="dom" />
import type { DomChange } from './dom-change.ts';
import type { PlayGrowth } from './player.ts';
import { changeElement, changePage, escapeMarkup } from './player-page.ts';

/** What the page's socket script works with; sent to it as JSON. */
export interface PageSocket {
  url: string;
  /** Appears on the body with what was typed once the ask was answered; that opens the socket. */
  askedAttribute: string;
  /** What the page says, each after that many messages of the server. */
  sends: readonly { after: number; data: string }[];
  /** Messages before the page's last word: the answer comes after them. */
  openingMessages: number;
  messages: number;
  growth: PlayGrowth;
  whileBusy: readonly DomChange[];
  whenDone: readonly DomChange[];
  whenCut: readonly DomChange[];
  conversationUrl: string | null;
}

/** How the player changes its page. */
type ChangePage = typeof changePage;

interface SocketState {
  page: PageSocket;
  change: ChangePage;
  query: string;
  received: number;
  said: number;
  shown: number;
}

// Everything below runs inside the played page: `socketElement` sends these functions as text. They may use each other
// and the browser; what they need of the player they are given, because an import has another name once transformed.

function sayWhatIsDue(state: SocketState, socket: WebSocket): void {
  const quoted = JSON.stringify(state.query).slice(1, -1);
  const due = state.page.sends.filter(({ after }) => after <= state.received);
  for (const { data } of due.slice(state.said)) socket.send(data.replaceAll('{{query}}', quoted));
  state.said = due.length;
}

function showWhatIsDue(state: SocketState): void {
  const { growth, openingMessages, messages } = state.page;
  const reached = (state.received - openingMessages) / Math.max(1, messages - openingMessages);
  const due = Math.floor(Math.max(0, reached) * growth.steps.length);
  for (; state.shown < due; state.shown++) {
    const step = growth.steps[state.shown] ?? '';
    const container = [...document.querySelectorAll(growth.containerSelector)].at(-1);
    if (growth.mode === 'replace' && container !== undefined) container.innerHTML = step;
    else container?.insertAdjacentHTML('beforeend', step);
  }
}

function openSocket(state: SocketState): void {
  const { page, change } = state;
  const socket = new WebSocket(page.url);
  socket.onopen = () => sayWhatIsDue(state, socket);
  socket.onmessage = () => {
    state.received += 1;
    sayWhatIsDue(state, socket);
    if (state.received === page.openingMessages + 1) change(page.whileBusy, state.query);
    showWhatIsDue(state);
    if (state.received !== page.messages) return;
    change(page.whenDone, state.query);
    if (page.conversationUrl !== null) history.pushState(null, '', page.conversationUrl);
  };
  socket.onclose = () => {
    if (state.received < page.messages) change(page.whenCut, state.query);
  };
}

function startSocket(page: PageSocket, change: ChangePage): void {
  const open = (observer?: MutationObserver) => {
    const query = document.body.getAttribute(page.askedAttribute);
    if (query === null) return;
    observer?.disconnect();
    document.body.removeAttribute(page.askedAttribute);
    openSocket({ page, change, query, received: 0, said: 0, shown: 0 });
  };
  new MutationObserver((_changes, observer) => open(observer)).observe(document.body, { attributes: true });
  open();
}

const PARTS: readonly ((...args: never[]) => unknown)[] = [
  escapeMarkup,
  changeElement,
  changePage,
  sayWhatIsDue,
  showWhatIsDue,
  openSocket,
  startSocket,
];

/** One `<script>` that leaves no global behind and takes itself out of the document, as the player's own. */
export function socketElement(page: PageSocket): string {
  const source = PARTS.map((part) => part.toString())
    .join('\n')
    .replaceAll('</script', '<\\/script');
  const data = JSON.stringify(page).replaceAll('<', '\\u003c');
  return `<script>(() => {\ndocument.currentScript.remove();\n${source}\nstartSocket(${data}, changePage);\n})();</script>`;
}
