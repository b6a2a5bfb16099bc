import type { StreamPiece } from './pieces.ts';
import type { StageReply } from './reply.ts';
import type { StageRequest } from './request.ts';
import type { Scene, SceneExpectation } from './scene.ts';

// Scenes every surface can reuse. Some stand alone, some change a scene given to them.

/** The document never answers. */
export function hangingPage(): Scene {
  return {
    summary: 'the page never answers',
    expect: { outcome: 'navigation_failed' },
    handle: async (_request, reply) => reply.hang(),
  };
}

/** Every request is answered with this status (5xx) and a short page. */
export function serverError(status = 500): Scene {
  return {
    summary: `the site answers HTTP ${status}`,
    expect: { outcome: 'surface_error' },
    handle: async (_request, reply) =>
      reply.html(`<!doctype html><title>Error ${status}</title><h1>Error ${status}</h1>`, { status }),
  };
}

/** Every connection is dropped without an answer. */
export function connectionReset(): Scene {
  return {
    summary: 'the connection is dropped without an answer',
    expect: { outcome: 'navigation_failed' },
    handle: async (_request, reply) => reply.reset(),
  };
}

/** The first `times` documents of a query play `failing`, the next one plays `base`, and so on in turn. */
export function failingFirst(failing: Scene, base: Scene, times = 1): Scene {
  return {
    ...base,
    summary: `${failing.summary} ${times === 1 ? 'once' : `${times} times`}, then: ${base.summary}`,
    expect: { ...base.expect, attempts: times + 1 },
    handle: (request, reply) => {
      const fails = request.isDocument && request.hit % (times + 1) !== 0;
      return (fails ? failing : base).handle(request, reply);
    },
  };
}

/** `base`, its documents changed by `rewrite`. */
function withPages(
  base: Scene,
  summary: string,
  rewrite: (html: string) => string,
  expect?: SceneExpectation,
): Scene {
  return {
    ...base,
    summary,
    expect: expect ?? base.expect,
    handle: (request, reply) => {
      reply.rewriteHtml(rewrite);
      return base.handle(request, reply);
    },
  };
}

function beforeBodyEnd(html: string, addition: string): string {
  const end = html.lastIndexOf('</body>');
  return end < 0 ? html + addition : html.slice(0, end) + addition + html.slice(end);
}

const FILLER = 'Filler text of a page that does not know when to stop. '.repeat(36);

/** `base` with `bytes` (default 20 MB) of further DOM after its content, hidden unless `visible`. */
export function hugePage(base: Scene, options: { bytes?: number; visible?: boolean } = {}): Scene {
  const bytes = options.bytes ?? 20_000_000;
  const hidden = options.visible === true ? '' : ' hidden';
  const paragraph = `<p>${FILLER}</p>`;
  const rewrite = (html: string) =>
    beforeBodyEnd(html, `<div${hidden}>${paragraph.repeat(Math.ceil(bytes / paragraph.length))}</div>`);
  return withPages(base, `a page of ${Math.round(bytes / 1e6)} MB`, rewrite);
}

// The page's own doing: dialogs block it until the browser dismisses them, so the rest follows in later tasks.
const STORM = `<script>(() => {
  const again = (work, times) => { if (times > 0) setTimeout(() => { work(times); again(work, times - 1); }, 30); };
  again((n) => { alert('alert ' + n); confirm('confirm ' + n); prompt('prompt ' + n); }, 3);
  again((n) => window.open('/popup/' + n), 5);
  again((n) => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob(['x'.repeat(1000)], { type: 'application/octet-stream' }));
    link.download = 'download-' + n + '.bin';
    link.click();
  }, 5);
  addEventListener('beforeunload', (event) => event.preventDefault());
  document.currentScript.remove();
})();</script>`;

/** `base`, whose pages open dialogs, popups and downloads, and object to being closed. */
export function storm(base: Scene): Scene {
  return withPages(base, 'the page opens dialogs, popups and downloads', (html) =>
    beforeBodyEnd(html, STORM),
  );
}

/** `base`, whose pages stop reacting 20 ms after load, before a fast capture has its answer: a script that never yields. */
export function busyLoop(base: Scene, expect: SceneExpectation): Scene {
  const script = `<script>addEventListener('load', () => setTimeout(() => { for (;;); }, 20));</script>`;
  return withPages(base, 'a script of the page never yields', (html) => beforeBodyEnd(html, script), expect);
}

const MEMORY_BOMB = `<script>addEventListener('load', () => setTimeout(() => {
  const held = []; (function more() { held.push(new Uint8Array(50e6).fill(1)); setTimeout(more, 20); })(); }, 100));
</script>`;

/** `base`, whose page takes memory without end once it has loaded: its renderer is lost. */
export function memoryBomb(base: Scene): Scene {
  return withPages(
    base,
    'the page takes memory without end, until its renderer is gone',
    (html) => beforeBodyEnd(html, MEMORY_BOMB),
    { outcome: 'browser_crashed' },
  );
}

const HOP = 'stage-hop';

/** `base` behind `hops` pages that send the browser on by meta refresh; Infinity never arrives. */
export function metaRefresh(base: Scene, hops = 1, expect: SceneExpectation = base.expect): Scene {
  return {
    ...base,
    summary: `${Number.isFinite(hops) ? hops : 'endless'} meta refresh, then: ${base.summary}`,
    expect,
    handle: async (request, reply) => {
      const hop = Number(request.url.searchParams.get(HOP) ?? 0);
      if (!request.isDocument || hop >= hops) return base.handle(request, reply);
      const next = new URL(request.url);
      next.searchParams.set(HOP, String(hop + 1));
      const target = `${next.pathname}${next.search}`.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
      reply.html(
        `<!doctype html><meta http-equiv="refresh" content="0;url=${target}"><title>One moment</title>`,
      );
    },
  };
}

function* forever(frame: string, everyMs: number): Generator<StreamPiece> {
  for (;;) yield { data: frame, afterMs: everyMs };
}

/** Which requests an endless stream answers, and with what. */
export interface EndlessAnswer {
  matches(request: StageRequest): boolean;
  contentType: string;
  /** Sent before the filler: an answer that begins as usual. */
  opening?: string;
  /** One frame of filler in the surface's own framing, sent every `everyMs` (default 50 ms). */
  frame: string;
  everyMs?: number;
}

/** `base`, whose answer endpoint drips for ever. */
export function endlessStream(base: Scene, answer: EndlessAnswer, expect: SceneExpectation): Scene {
  function* pieces(): Generator<StreamPiece> {
    if (answer.opening !== undefined) yield { data: answer.opening, afterMs: 0 };
    yield* forever(answer.frame, answer.everyMs ?? 50);
  }
  return {
    ...base,
    summary: 'the answer stream never ends',
    expect,
    handle: (request: StageRequest, reply: StageReply) =>
      answer.matches(request) ? reply.stream(answer.contentType, pieces()) : base.handle(request, reply),
  };
}
