import type { Scene } from '../../src/stage/scene.ts';

const POPUPS = `<script>addEventListener('load', () => {
  let left = 500;
  (function more() {
    for (let n = 0; n < 10 && left > 0; n++) window.open('/popup/' + left--);
    if (left > 0) setTimeout(more, 20);
  })();
});</script>`;

/**
 * `base`, whose page opens 500 popups as fast as it can. Not a scene of the stage: whether the answer is there before
 * the capture's time is up depends on the machine.
 */
export function popupFlood(base: Scene): Scene {
  return {
    ...base,
    summary: 'the page opens 500 popups',
    handle: (request, reply) => {
      reply.rewriteHtml((html) => html.replace('</body>', `${POPUPS}</body>`));
      return base.handle(request, reply);
    },
  };
}
