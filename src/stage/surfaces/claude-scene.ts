import { changedPage, type DomChange } from '../dom-change.ts';
import { fixtureExchange, fixturePage, loadFixture } from '../fixtures.ts';
import { paced } from '../pieces.ts';
import { lazily, type PlayPace, type PlayScript, playFrames, playPage } from '../player.ts';
import type { StageReply } from '../reply.ts';
import type { Scene, SceneExpectation } from '../scene.ts';
import { ENDPOINT } from './claude-plays.ts';

/** How a scene differs from its play. */
export interface Variant {
  pace?: PlayPace;
  /** Changes of the page before anything is asked. */
  entry?: readonly DomChange[];
  script?: Partial<PlayScript>;
  /** Answers the endpoint instead of the play's frames. */
  answer?: (reply: StageReply, script: PlayScript) => Promise<void> | void;
}

/** A chat that is asked and answers. */
export function played(
  summary: string,
  script: () => PlayScript,
  expect: SceneExpectation,
  variant: Variant = {},
): Scene {
  const page = lazily(() => {
    const base = { ...script(), ...variant.script };
    return { ...base, entryHtml: changedPage(base.entryHtml, variant.entry ?? []) };
  });
  return {
    summary,
    expect,
    handle: async (request, reply) => {
      if (request.path === ENDPOINT) {
        if (variant.answer) return void (await variant.answer(reply, page()));
        return playFrames(page(), reply, variant.pace);
      }
      if (request.isDocument) reply.html(playPage(page(), request));
    },
  };
}

/** A page that is all there is. `at`: where the site sends the browser first. */
export function still(
  fixture: string,
  summary: string,
  expect: SceneExpectation,
  how: { status?: number; headers?: Readonly<Record<string, string>>; at?: string } = {},
): Scene {
  return {
    summary,
    expect,
    handle: async (request, reply) => {
      if (!request.isDocument) return;
      const elsewhere = how.at !== undefined && !how.at.startsWith(request.path);
      if (elsewhere && how.at !== undefined) return reply.redirect(how.at);
      const { status = 200, headers = {} } = how;
      reply.html(fixturePage(loadFixture('claude', fixture)), { status, headers });
    },
  };
}

/** The stream up to the end of its first search, then silence: a tool that takes its time (seen: 25.8 s). */
export function toolPause(pauseMs: number): (reply: StageReply, script: PlayScript) => Promise<void> {
  return async (reply, { contentType, frames }) => {
    const at = frames.findIndex((frame) => frame.includes('"tool_result"'));
    const [first, ...rest] = paced(frames.slice(at), 500);
    await reply.stream(contentType, [
      ...paced(frames.slice(0, at), 200),
      ...(first === undefined ? [] : [{ ...first, afterMs: pauseMs }]),
      ...rest,
    ]);
  };
}

/** The wire of another fixture instead of the play's own. */
export function withFrames(fixture: string): (reply: StageReply) => Promise<void> {
  return async (reply) => {
    const { frames, status, contentType } = fixtureExchange(loadFixture('claude', fixture), /completion$/);
    const body = frames.map(({ data }) => data);
    if (status !== null && status >= 400)
      reply.send(contentType ?? 'application/json', body.join(''), { status });
    else await reply.stream(contentType ?? 'text/event-stream', paced(body, 400));
  };
}
