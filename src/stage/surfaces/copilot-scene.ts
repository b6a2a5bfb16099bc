import { changedPage, type DomChange } from '../dom-change.ts';
import { fixturePage } from '../fixtures.ts';
import { lazily, livePage, type PlayClick, type PlayScript, playFrames, playPage } from '../player.ts';
import type { StageReply } from '../reply.ts';
import type { StageRequest } from '../request.ts';
import type { Scene, SceneExpectation } from '../scene.ts';
import { scrambledPlay } from '../scramble.ts';
import { playSocketFrames, playSocketPage, type SocketPace, type SocketTalk } from '../socket-player.ts';
import { copilotFixture, copilotPlay, copilotTalk, START_ENDPOINT } from './copilot-plays.ts';

/** An endpoint that is not recorded: stands for a socket in a worker, which no one outside it sees. */
const UNSEEN_ENDPOINT = '/c/api/unseen';

const isEntry = ({ isDocument, path }: StageRequest): boolean =>
  isDocument && (path === '/' || path.startsWith('/chats'));

/** What a played scene does differently. */
export interface Variation {
  pace?: SocketPace;
  /** Changes of the entry page: dialogs over it. */
  entry?: readonly DomChange[];
  clicks?: readonly PlayClick[];
  script?: Partial<PlayScript>;
  talk?: (talk: SocketTalk) => SocketTalk;
  /** Every class has another name. */
  scrambled?: boolean;
  /** Answers the session call in its stead. */
  refuse?: (reply: StageReply) => void | Promise<void>;
}

function variedScript(fixture: string, { entry, clicks, script, scrambled }: Variation): PlayScript {
  const base = { ...copilotPlay(fixture), ...script };
  const entryHtml = entry === undefined ? base.entryHtml : changedPage(base.entryHtml, entry);
  const varied = { ...base, entryHtml, clicks: [...(clicks ?? []), ...(base.clicks ?? [])] };
  return scrambled === true ? scrambledPlay(varied) : varied;
}

/** A fixture that is asked and answers over its socket, with what this scene does differently. */
export function spoken(
  fixture: string,
  summary: string,
  expect: SceneExpectation,
  variation: Variation = {},
): Scene {
  const parts = lazily(() => {
    const talk = copilotTalk(fixture);
    return { script: variedScript(fixture, variation), talk: variation.talk?.(talk) ?? talk };
  });
  return {
    summary,
    expect,
    handle: async (request, reply) => {
      const { script, talk } = parts();
      if (isEntry(request)) reply.html(playSocketPage(script, talk, request));
      else if (request.path === START_ENDPOINT)
        await (variation.refuse === undefined
          ? playFrames(script, reply, { totalMs: 20 })
          : variation.refuse(reply));
    },
    socket: (_request, socket) => playSocketFrames(parts().talk, socket, variation.pace),
  };
}

/** A fixture whose page alone is seen: the answer comes by a way that nobody records. */
export function unseen(fixture: string, summary: string, expect: SceneExpectation): Scene {
  const script = lazily((): PlayScript => {
    const base = copilotPlay(fixture);
    const frames = base.growth.steps.map(() => 'x'.repeat(100));
    return { ...base, endpoint: UNSEEN_ENDPOINT, contentType: 'application/octet-stream', frames };
  });
  return {
    summary,
    expect,
    handle: async (request, reply) => {
      if (isEntry(request)) reply.html(playPage(script(), request));
      else if (request.path === UNSEEN_ENDPOINT) await playFrames(script(), reply);
    },
  };
}

/** A page that is as it is. */
export function still(
  fixture: string,
  summary: string,
  expect: SceneExpectation,
  init: { status?: number; headers?: Record<string, string> } = {},
): Scene {
  return {
    summary,
    expect,
    handle: async (request, reply) => {
      if (request.isDocument) reply.html(livePage(fixturePage(copilotFixture(fixture)), {}), init);
    },
  };
}
