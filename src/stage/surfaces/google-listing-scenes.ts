import type { SurfaceName } from '../../contract/surface-name.ts';
import { changedPage, type DomChange } from '../dom-change.ts';
import { type Fixture, fixturePage, loadFixture } from '../fixtures.ts';
import { livePage, type PlayClick } from '../player.ts';
import type { StageReply } from '../reply.ts';
import type { StageRequest } from '../request.ts';
import type { Scene, SceneExpectation } from '../scene.ts';
import { scrambledPage } from '../scramble.ts';
import { CONSENT_DIALOG, isResultsRequest, playCheck, playConsent, resultsPageFor } from './google-pages.ts';

// Scenes that pages of results and of news have in common; each surface plays its own fixtures in them.

const REJECT_CONSENT: readonly PlayClick[] = [
  { at: '#W0wltc, #L2AGLb', changes: [{ do: 'remove', at: '#CXQnmb' }] },
];

/** No listing shows what was searched for it. */
const NOTHING: Pick<SceneExpectation, 'fanOut'> = { fanOut: 0 };

/** Makes the scenes of one surface. */
export class ListingScenes {
  readonly #surface: SurfaceName;
  readonly #clicks: readonly PlayClick[];

  constructor(surface: SurfaceName, clicks: readonly PlayClick[] = []) {
    this.#surface = surface;
    this.#clicks = [...clicks, ...REJECT_CONSENT];
  }

  fixture(name: string): Fixture {
    return loadFixture(this.#surface, name);
  }

  /** A fixture's page, shown at once with the query asked; `changes` are made to it first. */
  finished(
    name: string,
    summary: string,
    expect: SceneExpectation,
    changes: readonly DomChange[] = [],
  ): Scene {
    return {
      summary,
      expect: { ...NOTHING, ...expect },
      handle: async (request, reply) => {
        if (!isResultsRequest(request)) return;
        const page = resultsPageFor(fixturePage(this.fixture(name)), request.shownQuery);
        reply.html(livePage(changedPage(page, changes), { clicks: this.#clicks }));
      },
    };
  }

  /** The check page, consent and the JavaScript shell around `base`, whose page is the fixture `name`. */
  around(base: Scene, name: string): Readonly<Record<string, Scene>> {
    return {
      scrambled: {
        ...base,
        summary: 'every class name of the page is another one',
        handle: (request, reply) => {
          reply.rewriteHtml(scrambledPage);
          return base.handle(request, reply);
        },
      },
      consent: behind(base, 'consent page first, then the results', (request, reply) =>
        playConsent(request, reply, this.fixture('consent-left')),
      ),
      'consent-dialog': this.finished(name, 'a consent dialog lies over the results', base.expect, [
        { do: 'append', at: 'body', html: CONSENT_DIALOG },
      ]),
      sorry: {
        summary: 'the check page instead of results',
        expect: { ...NOTHING, outcome: 'challenge' },
        handle: async (request, reply) => void playCheck(request, reply, this.fixture('challenge-sorry')),
      },
      'js-shell': {
        summary: 'a page that only says to enable JavaScript',
        expect: { ...NOTHING, outcome: 'challenge' },
        handle: async (request, reply) => {
          if (isResultsRequest(request)) reply.html(this.#shell());
        },
      },
      'js-shell-first': behind(
        base,
        'the JavaScript shell leads on to the results',
        async (request, reply) => {
          if (!isResultsRequest(request) || request.url.searchParams.has('sei')) return false;
          const on =
            '<script>setTimeout(() => location.replace(location.href + "&sei=fixture"), 400)</script>';
          reply.html(this.#shell().replace('</body>', `${on}</body>`));
          return true;
        },
      ),
    };
  }

  #shell(): string {
    return fixturePage(this.fixture('challenge-javascript-shell'));
  }
}

/** `base` behind something that answers first. */
function behind(
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
