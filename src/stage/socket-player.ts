import type { Frame } from '../contract/capture-record.ts';
import { PLAIN_STREAM_MS } from './pieces.ts';
import { type PlayScript, playPage } from './player.ts';
import type { StageSocket } from './socket.ts';
import { type PageSocket, socketElement } from './socket-player-page.ts';

// Plays an answer that comes over a WebSocket. The page first asks as every played page does (PlayScript.endpoint: the
// surface's own session call), then opens the socket; both ends walk through one recorded conversation, each sending its
// own frames when the other's have come. `onSubmit` belongs to the ask, everything after it (`whileBusy`, `growth`,
// `whenDone`, `whenCut`) to the socket, `whenRefused` to a refused ask.

/** The conversation both ends play. */
export interface SocketTalk {
  /** `wss:` address the page opens. */
  url: string;
  /** Frames in order; `{{query}}` in the page's own (`out`) stands for what was typed, quoted for JSON. */
  frames: readonly Pick<Frame, 'direction' | 'data'>[];
}

const ASKED = 'data-stage-asked';

/** A recorded conversation in which `{{query}}` stands wherever the page said `query`. */
export function socketTalk(url: string, frames: readonly Frame[], query: string): SocketTalk {
  const quoted = JSON.stringify(query).slice(1, -1);
  return {
    url,
    frames: frames.map(({ direction, data }) => ({
      direction,
      data: direction === 'out' && quoted !== '' ? data.replaceAll(quoted, '{{query}}') : data,
    })),
  };
}

/** The entry page with the scripts of both phases; `request` is the StageRequest of the document. */
export function playSocketPage(script: PlayScript, talk: SocketTalk, request: { query: string }): string {
  const ask: PlayScript = {
    ...script,
    growth: { containerSelector: 'body', steps: [] },
    whileBusy: [],
    whenDone: [{ do: 'set', at: 'body', name: ASKED, value: '{{query}}' }],
    conversationUrl: null,
  };
  const lastOut = talk.frames.findLastIndex(({ direction }) => direction === 'out');
  const before = (index: number): number =>
    talk.frames.slice(0, index).filter(({ direction }) => direction === 'in').length;
  const page: PageSocket = {
    url: talk.url,
    askedAttribute: ASKED,
    sends: talk.frames.flatMap(({ direction, data }, index) =>
      direction === 'out' ? [{ after: before(index), data }] : [],
    ),
    openingMessages: before(Math.max(lastOut, 0)),
    messages: before(talk.frames.length),
    growth: script.growth,
    whileBusy: script.whileBusy,
    whenDone: script.whenDone,
    whenCut: script.whenCut ?? [],
    conversationUrl: script.conversationUrl,
  };
  const html = playPage(ask, request);
  const end = html.lastIndexOf('</body>');
  return html.slice(0, end) + socketElement(page) + html.slice(end);
}

/** How the server's frames go out. */
export interface SocketPace {
  /** From first to last frame; 700 ms unless given. */
  totalMs?: number;
  /** After the last frame: stays open (default), says goodbye, drops the connection, or stands still. */
  end?: 'open' | 'close' | 'cut' | 'hang';
  /** Stops after this part (0…1) of the server's frames; for `cut` and `hang`. */
  stopAt?: number;
}

/** The server's end: sends its frames in order, waits for the page's where the conversation has them. */
export async function playSocketFrames(
  talk: SocketTalk,
  socket: StageSocket,
  pace: SocketPace = {},
): Promise<void> {
  const incoming = socket.messages();
  const total = talk.frames.filter(({ direction }) => direction === 'in').length;
  const stop = Math.floor(total * (pace.stopAt ?? 1));
  const stepMs = (pace.totalMs ?? PLAIN_STREAM_MS) / Math.max(1, total);
  let sent = 0;
  let owedMs = 0;
  for (const { direction, data } of talk.frames) {
    if (sent >= stop) break;
    if (direction === 'out') {
      if ((await incoming.next()).done === true) return;
      continue;
    }
    owedMs += stepMs;
    // Timers are no finer than some milliseconds: frames that are due together go together.
    if (owedMs >= 5) {
      await socket.pause(owedMs);
      owedMs = 0;
    }
    socket.send(data);
    sent += 1;
  }
  await endSocket(socket, pace.end ?? 'open');
}

async function endSocket(socket: StageSocket, end: NonNullable<SocketPace['end']>): Promise<void> {
  if (end === 'close') socket.close();
  if (end === 'cut') {
    // What was sent must leave this process before the break, or the client would not see it.
    await socket.pause(20);
    socket.cut();
  }
}
