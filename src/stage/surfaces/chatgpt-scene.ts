import { changedPage, type DomChange } from '../dom-change.ts';
import { fixturePage } from '../fixtures.ts';
import {
  lazily,
  livePage,
  type PlayClick,
  type PlayPace,
  type PlayScript,
  playFrames,
  playPage,
} from '../player.ts';
import type { StageReply } from '../reply.ts';
import type { StageRequest } from '../request.ts';
import type { Scene, SceneExpectation } from '../scene.ts';
import { ANONYMOUS_ENDPOINT } from './chatgpt-anonymous-play.ts';
import { chatgptFixture, SIGNED_IN_ENDPOINT } from './chatgpt-plays.ts';

const isEntry = ({ isDocument, path }: StageRequest): boolean =>
  isDocument && (path === '/' || path.startsWith('/c/') || path.startsWith('/uc/'));
const isAsk = ({ method, path }: StageRequest): boolean =>
  method === 'POST' && (path === SIGNED_IN_ENDPOINT || path === ANONYMOUS_ENDPOINT);

/** What a played scene does differently. */
interface Variation {
  pace?: PlayPace;
  /** Changes of the entry page: dialogs over it. */
  entry?: readonly DomChange[];
  clicks?: readonly PlayClick[];
  script?: Partial<PlayScript>;
  /** Answers the ask in the stream's stead. */
  refuse?: (reply: StageReply) => void | Promise<void>;
}

/** A fixture that is asked and answers, with what this scene does differently. */
export function played(
  summary: string,
  script: () => PlayScript,
  expect: SceneExpectation,
  variation: Variation = {},
): Scene {
  const { pace, entry, clicks, refuse } = variation;
  const full = lazily((): PlayScript => {
    const base = { ...script(), ...variation.script };
    const entryHtml = entry === undefined ? base.entryHtml : changedPage(base.entryHtml, entry);
    return { ...base, entryHtml, clicks: [...(base.clicks ?? []), ...(clicks ?? [])] };
  });
  return {
    summary,
    expect,
    handle: async (request, reply) => {
      if (isEntry(request)) reply.html(playPage(full(), request));
      else if (isAsk(request)) await (refuse === undefined ? playFrames(full(), reply, pace) : refuse(reply));
    },
  };
}

/** A page that is as it is. */
export function still(
  fixture: string,
  summary: string,
  expect: SceneExpectation,
  status = 200,
  headers: Record<string, string> = {},
): Scene {
  return {
    summary,
    expect,
    handle: async (request, reply) => {
      if (request.isDocument)
        reply.html(livePage(fixturePage(chatgptFixture(fixture)), {}), { status, headers });
    },
  };
}
