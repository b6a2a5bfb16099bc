import { describe, expect, test } from 'vitest';
import { queryOf, readCookies, type StageRequest } from '../../../src/stage/request.ts';
import { routeOf } from '../../../src/stage/routing.ts';
import { hostMatches, plainQuery, type Scene, type SurfaceStage, sceneOf } from '../../../src/stage/scene.ts';

const scene: Scene = { summary: 's', expect: { outcome: 'answered' }, handle: async () => undefined };
const overview: SurfaceStage = {
  surface: 'google_ai_overview',
  hosts: ['www.google.com', '*.gstatic.com'],
  plain: 'inline',
  scenes: { inline: scene, deferred: scene },
  claims: ({ url }) => url.searchParams.get('udm') === null,
};
const mode: SurfaceStage = {
  ...overview,
  surface: 'google_ai_mode',
  plain: 'inline',
  claims: ({ url }) => url.searchParams.get('udm') === '50',
};

function asked(address: string, headers: Record<string, string> = {}): StageRequest {
  const url = new URL(address);
  const query = queryOf(headers, url);
  return {
    method: 'GET',
    host: url.hostname,
    path: url.pathname,
    url,
    headers,
    cookies: {},
    httpVersion: '2.0',
    query,
    shownQuery: plainQuery(query),
    hit: 1,
    isDocument: true,
    body: async () => '',
    form: async () => new URLSearchParams(),
  };
}

describe('picking a scene', () => {
  test('a query without prefix gets the plain scene', () => {
    expect(sceneOf('best tea', overview).name).toBe('inline');
    expect(sceneOf('tell me about [scene:deferred]', overview).name).toBe('inline');
  });

  test('a prefix picks its scene and is not shown', () => {
    expect(sceneOf('[scene:deferred] best tea', overview).name).toBe('deferred');
    expect(plainQuery('[scene:deferred] best tea')).toBe('best tea');
    expect(plainQuery('[scene:deferred]best [tea]')).toBe('best [tea]');
  });

  test('a prefix can name a scene for some surfaces; the others play their plain one', () => {
    const query = '[scene:google_ai_overview=deferred,chatgpt=nope] best tea';
    expect(sceneOf(query, overview).name).toBe('deferred');
    expect(sceneOf(query, mode).name).toBe('inline');
    expect(plainQuery(query)).toBe('best tea');
    expect(() => sceneOf('[scene:google_ai_overview=nope] x', overview)).toThrow(/has no scene "nope"/);
  });

  test.each(['nope', '', 'toString', '__proto__'])(
    'an unknown name (%j) is refused with the names that exist',
    (name) => {
      expect(() => sceneOf(`[scene:${name}] x`, overview)).toThrow(
        expect.objectContaining({
          code: 'STAGE_SCENE_UNKNOWN',
          message: expect.stringContaining('deferred, inline'),
        }),
      );
    },
  );
});

describe('where the query comes from', () => {
  test('the context header wins over the URL', () => {
    const url = new URL('https://www.google.com/search?q=from+url');
    expect(queryOf({ 'x-stage-query': encodeURIComponent('grün & gut 100%') }, url)).toBe('grün & gut 100%');
    expect(queryOf({}, url)).toBe('from url');
  });

  test('a header that is not encoded is taken as it is', () => {
    expect(queryOf({ 'x-stage-query': '100% wool' }, new URL('https://a.test/'))).toBe('100% wool');
  });

  test('a WebSocket address can carry it, where there are no context headers', () => {
    expect(queryOf({}, new URL('wss://a.test/ws?stage-query=x&q=y'))).toBe('x');
  });
});

describe('routing', () => {
  test('surfaces that share a host are told apart by header first, by claim second', () => {
    const stages = [overview, mode];
    const surfaceOf = (request: StageRequest) => {
      const route = routeOf(request, stages);
      return route.kind === 'scene' ? route.stage.surface : route.kind;
    };
    expect(surfaceOf(asked('https://www.google.com/search?q=a'))).toBe('google_ai_overview');
    expect(surfaceOf(asked('https://www.google.com/search?q=a&udm=50'))).toBe('google_ai_mode');
    expect(
      surfaceOf(asked('https://www.google.com/search?q=a', { 'x-stage-surface': 'google_ai_mode' })),
    ).toBe('google_ai_mode');
    expect(surfaceOf(asked('https://www.google.com/search?udm=2'))).toBe('nobody');
    expect(surfaceOf(asked('https://example.com/'))).toBe('nobody');
  });

  test('a wildcard covers subdomains, not the domain itself and not its look-alikes', () => {
    expect(hostMatches('fonts.gstatic.com', overview.hosts)).toBe(true);
    expect(hostMatches('a.b.gstatic.com', overview.hosts)).toBe(true);
    expect(hostMatches('gstatic.com', overview.hosts)).toBe(false);
    expect(hostMatches('evilgstatic.com', overview.hosts)).toBe(false);
  });
});

test('cookies are read with their first value, equal signs inside kept', () => {
  expect(readCookies('a=1; b=x=y; a=2;  ; flag')).toEqual({ a: '1', b: 'x=y', flag: '' });
  expect(readCookies(undefined)).toEqual({});
});
