import { changedPage, type DomChange } from '../dom-change.ts';
import { fixturePage, loadFixture } from '../fixtures.ts';
import { lazily, type PlayPace, type PlayScript, playFrames, playPage } from '../player.ts';
import type { StageReply } from '../reply.ts';
import type { Scene, SceneExpectation } from '../scene.ts';
import { ENDPOINT } from './perplexity-plays.ts';

/** What a played scene does differently. */
interface Variant {
  pace?: PlayPace;
  /** Changes of the page before anything is asked. */
  entry?: readonly DomChange[];
  script?: Partial<PlayScript>;
  /** Answers the endpoint instead of the play's frames. */
  answer?: (reply: StageReply, script: PlayScript) => Promise<void> | void;
  /** False where the deep link does not ask by itself and the question has to be typed. */
  linkAsks?: boolean;
}

const TYPED: PlayScript['trigger'] = {
  kind: 'submit',
  field: '#ask-input',
  button: '[data-ask-input-container] > button[aria-label="Submit"]',
  afterMs: 200,
};

/** A fixture that is asked and answers, with what this scene does differently. */
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
      if (!request.isDocument) return;
      const linked = request.path === '/search/new' && variant.linkAsks !== false;
      reply.html(playPage(linked ? page() : { ...page(), trigger: TYPED }, request));
    },
  };
}

/** A page that is all there is: walls. */
export function still(
  fixture: string,
  summary: string,
  expect: SceneExpectation,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Scene {
  return {
    summary,
    expect,
    handle: async (request, reply) => {
      if (request.isDocument)
        reply.html(fixturePage(loadFixture('perplexity', fixture)), { status, headers });
    },
  };
}
