import { changedPage, type DomChange } from '../dom-change.ts';
import { fixturePage } from '../fixtures.ts';
import { livePage, type PlayClick, type PlayPace, type PlayScript, playFrames, playPage } from '../player.ts';
import type { StageReply } from '../reply.ts';
import type { StageRequest } from '../request.ts';
import type { Scene, SceneExpectation } from '../scene.ts';
import { AI_MODE_CLICKS, ANSWER_PATH, askedPage, fixture } from './google-ai-mode-plays.ts';
import { isResultsRequest } from './google-pages.ts';

// The kinds of scenes AI Mode's stage is made of.

const REJECT_CONSENT: readonly PlayClick[] = [
  { at: '#W0wltc, #L2AGLb', changes: [{ do: 'remove', at: '#CXQnmb' }] },
];
/** What a reader can click on any of its pages. */
export const CLICKS = [...AI_MODE_CLICKS, ...REJECT_CONSENT];

/** A page shown at once. */
export function shown(
  summary: string,
  expect: SceneExpectation,
  page: () => string,
  changes: readonly DomChange[] = [],
): Scene {
  return {
    summary,
    expect,
    handle: async (request, reply) => {
      if (!isResultsRequest(request)) return;
      const html = changedPage(askedPage(page(), request.shownQuery), changes);
      reply.html(livePage(html, { clicks: CLICKS }));
    },
  };
}

/** A finished fixture, shown at once. */
export function finished(
  name: string,
  summary: string,
  expect: SceneExpectation,
  changes?: readonly DomChange[],
): Scene {
  return shown(summary, expect, () => fixturePage(fixture(name)), changes);
}

/** A page that asks by itself; `answer` plays the stream. */
export function played(
  summary: string,
  script: () => PlayScript,
  expect: SceneExpectation,
  answer: PlayPace | ((reply: StageReply, script: PlayScript) => Promise<void>) = {},
): Scene {
  return {
    summary,
    expect,
    handle: async (request, reply) => {
      const asked = askedScript(script(), request.shownQuery);
      if (request.path === ANSWER_PATH)
        return typeof answer === 'function' ? answer(reply, asked) : playFrames(asked, reply, answer);
      if (isResultsRequest(request)) reply.html(playPage(asked, request));
    },
  };
}

/** The stream repeats the question, as the page shows it. */
function askedScript(script: PlayScript, query: string): PlayScript {
  const text = query.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  return {
    ...script,
    entryHtml: askedPage(script.entryHtml, query),
    frames: script.frames.map((frame) => frame.replaceAll('{{query}}', text)),
  };
}

/** `base` behind something that answers first. */
export function behind(
  base: Scene,
  summary: string,
  first: (request: StageRequest, reply: StageReply) => Promise<boolean>,
): Scene {
  return {
    ...base,
    summary,
    handle: async (request, reply) => {
      if (!(await first(request, reply))) await base.handle(request, reply);
    },
  };
}
