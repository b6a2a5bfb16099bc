import type { DomChange } from './dom-change.ts';
import { byteLength, PLAIN_STREAM_MS, paced, type StreamEnd, tornAt } from './pieces.ts';
import { playerElement } from './player-page.ts';
import type { StageReply } from './reply.ts';
import { QUERY_HEADER } from './request.ts';

// How to write a surface's stage (src/stage/surfaces/<name>.ts, one line in registry.ts):
//
// 1. Build a PlayScript from a fixture, `lazily`: `loadFixture` → `changedPage(fixturePage(f), [...])` empties the
//    conversation → `growthSteps(fixturePage(f), ANSWER)` are the steps → `fixtureExchange(f, /endpoint/).frames` the
//    frames. `onSubmit` appends the user's turn and the empty answer turn; busy and done marks are DomChanges.
// 2. Each scene's `handle` answers the document with `reply.html(playPage(script(), request))` and the endpoint with
//    `playFrames(script(), reply, pace)`, and returns without answering for everything else.
// 3. Variants are other paces (`{ end: 'cut', stopAt: 0.5 }`, `{ totalMs: 4000 }`), other DomChanges, `scrambledPlay`,
//    `livePage` for pages without an exchange, and the traps of traps.ts.
//
// test/integration/stage/echo-stage.ts is a complete small example.

/** What makes the page ask. */
export type PlayTrigger =
  /**
   * A person: Enter in the field (Shift+Enter does not), a click on the enabled button, or the form's submit.
   * `afterMs`: how long the composer is dead after load (hydration).
   */
  | { kind: 'submit'; field: string; button: string | null; afterMs: number }
  /** The page itself, `afterMs` after load (deferred overviews, `?q=` deep links). */
  | { kind: 'load'; afterMs: number }
  /** Nothing: the page only has clicks and a timeline. */
  | { kind: 'none' };

/** What a click inside the first matching `at` does: panels, expanders, dismissing a dialog. Its default is prevented. */
export interface PlayClick {
  at: string;
  changes: readonly DomChange[];
}

/** What happens by itself, milliseconds after the script starts (while the document is still being read). */
export interface PlayMoment {
  afterMs: number;
  changes: readonly DomChange[];
}

/** What the page sends to the endpoint; `{{query}}` in any string stands for what was typed. */
export type PlayBody =
  | { kind: 'none' }
  | { kind: 'form'; fields: Readonly<Record<string, string>> }
  | { kind: 'json'; value: unknown };

/** How the answer grows: `steps` are shown in proportion to the bytes that arrived, all of them with the last byte. */
export interface PlayGrowth {
  /** The last match grows. It must exist once `onSubmit` has been applied. */
  containerSelector: string;
  /** HTML per step; `growthSteps` cuts them out of a finished page. */
  steps: readonly string[];
  /** `append` (default): each step is added. `replace`: each step is the whole content so far. */
  mode?: 'append' | 'replace';
}

/**
 * How a fixture becomes a living page, all as data. Order of events: entry page → (trigger) `onSubmit` → request →
 * first byte: `whileBusy` → growth → last byte: `whenDone`. A refused request (status ≥ 400) ends in `whenRefused`, a
 * broken stream in `whenCut`; a stream that hangs leaves the page busy.
 */
export interface PlayScript {
  /** The finished page with its conversation emptied: see `changedPage`. Without scripts of its own. */
  entryHtml: string;
  trigger: PlayTrigger;
  /** Path or absolute URL the page asks. Shared with the scene's `handle`, which answers it with `playFrames`. */
  endpoint: string;
  method: 'GET' | 'POST';
  body: PlayBody;
  /** Content type of the streamed answer. */
  contentType: string;
  /** The answer's wire frames, verbatim. */
  frames: readonly string[];
  /** Right after submit: the user's turn, the empty answer turn, stop button instead of send button. */
  onSubmit: readonly DomChange[];
  growth: PlayGrowth;
  whileBusy: readonly DomChange[];
  whenDone: readonly DomChange[];
  whenCut?: readonly DomChange[];
  whenRefused?: readonly DomChange[];
  /** When the field has text / has none: the send button's state. */
  whenTyped?: readonly DomChange[];
  whenEmpty?: readonly DomChange[];
  /** Where history.pushState goes (same origin), or null. */
  conversationUrl: string | null;
  /** When it goes there; `done` unless given. */
  conversationUrlAt?: 'first_frame' | 'done';
  /** The first one that matches a click is played, any number of times. */
  clicks?: readonly PlayClick[];
  timeline?: readonly PlayMoment[];
}

/** What the page itself is told of a PlayScript. */
export interface PagePlay extends Required<Omit<PlayScript, 'entryHtml' | 'contentType' | 'frames'>> {
  totalBytes: number;
  /** What the document was asked, scene prefix included; empty when nothing said it. */
  query: string;
  /** Name of the header in which the page repeats its query, so that a browser without context headers keeps its scene. */
  queryHeader: string;
}

function pagePlay(script: PlayScript, query: string): PagePlay {
  const { entryHtml: _entry, contentType: _type, frames, ...page } = script;
  return {
    ...page,
    whenCut: script.whenCut ?? [],
    whenRefused: script.whenRefused ?? [],
    whenTyped: script.whenTyped ?? [],
    whenEmpty: script.whenEmpty ?? [],
    conversationUrlAt: script.conversationUrlAt ?? 'done',
    clicks: script.clicks ?? [],
    timeline: script.timeline ?? [],
    totalBytes: byteLength(frames.map((data) => ({ data, afterMs: 0 }))),
    query,
    queryHeader: QUERY_HEADER,
  };
}

/** The entry page with its script; `request` is the StageRequest of the document. */
export function playPage(script: PlayScript, request: { query: string }): string {
  const element = playerElement(pagePlay(script, request.query));
  const end = script.entryHtml.lastIndexOf('</body>');
  if (end < 0) return script.entryHtml + element;
  return script.entryHtml.slice(0, end) + element + script.entryHtml.slice(end);
}

/** A page that asks nothing over the network but lives: what clicks and time do to it. */
export function livePage(
  html: string,
  life: { clicks?: readonly PlayClick[]; timeline?: readonly PlayMoment[] },
): string {
  const script: PlayScript = {
    entryHtml: html,
    trigger: { kind: 'none' },
    endpoint: '',
    method: 'GET',
    body: { kind: 'none' },
    contentType: 'text/plain',
    frames: [],
    onSubmit: [],
    growth: { containerSelector: 'body', steps: [] },
    whileBusy: [],
    whenDone: [],
    conversationUrl: null,
    ...life,
  };
  return playPage(script, { query: '' });
}

/** How a play's frames go out. */
export interface PlayPace {
  /** From first to last frame; 700 ms unless given. */
  totalMs?: number;
  end?: StreamEnd;
  /** Stops inside the frame at this part (0…1) of the body; for `cut` and `hang`. */
  stopAt?: number;
  headers?: Readonly<Record<string, string>>;
}

/** Answers the play's endpoint: the frames at a pace, ended as asked. */
export async function playFrames(script: PlayScript, reply: StageReply, pace: PlayPace = {}): Promise<void> {
  const pieces = paced(script.frames, pace.totalMs ?? PLAIN_STREAM_MS);
  await reply.stream(script.contentType, pace.stopAt === undefined ? pieces : tornAt(pieces, pace.stopAt), {
    end: pace.end ?? 'complete',
    ...(pace.headers === undefined ? {} : { headers: pace.headers }),
  });
}

/** A page whose field can be typed into `ms` before anything listens, as pages are that a server has drawn. */
export function deafAtFirst(script: PlayScript, ms: number): PlayScript {
  const { trigger } = script;
  if (trigger.kind !== 'submit') throw new TypeError('only a page that is asked by hand can be deaf to it');
  return { ...script, trigger: { ...trigger, afterMs: ms } };
}

/** Builds something once, at its first use: fixtures are read and cut only when a scene plays. */
export function lazily<T>(build: () => T): () => T {
  let built: { value: T } | undefined;
  return () => {
    built ??= { value: build() };
    return built.value;
  };
}
