import { FleetError } from '../contract/errors.ts';
import type { Outcome } from '../contract/outcome.ts';
import type { SurfaceName } from '../contract/surface-name.ts';
import type { StageReply } from './reply.ts';
import type { StageRequest } from './request.ts';
import type { StageSocket } from './socket.ts';

/** What a capture of a scene must come to; the demo and the scene tests check exactly what is given here. */
export interface SceneExpectation {
  outcome: Outcome;
  /** Words of `answer.text`, at least. */
  minWords?: number;
  /** Sources in `evidence.sources`, at least. */
  minSources?: number;
  /** Sources with `cited: true`, at least. */
  minCited?: number;
  /** Exact number of `evidence.fanOut.queries`. */
  fanOut?: number;
  /** Attempts the child needs (1 where absent); 2 for a scene that fails first. */
  attempts?: number;
  /** Codes that must be among `job.warnings`. */
  warnings?: readonly string[];
  loginState?: 'anonymous' | 'signed_in' | 'unknown';
  /** `provenance.model.observedLabel`; null where the surface shows none. */
  model?: string | null;
}

/**
 * One way a surface can behave. `handle` sees every request to the surface's hosts while this scene plays: the
 * document, the answer endpoint, and all the page's other calls. It answers the ones it knows and simply returns for
 * the rest; the server then answers those itself (204, or 404 for a document).
 */
export interface Scene {
  /** One line for `fleet stage --list`. */
  summary: string;
  expect: SceneExpectation;
  handle(request: StageRequest, reply: StageReply): Promise<void>;
  /** Plays WebSocket connections to the surface's hosts; without it the handshake is answered 404. */
  socket?(request: StageRequest, socket: StageSocket): Promise<void>;
}

/** Everything the stage plays of one surface: one file in `src/stage/surfaces/`, one line in `registry.ts`. */
export interface SurfaceStage {
  surface: SurfaceName;
  /** Host names served, lower case; `*.example.com` covers every subdomain (not `example.com` itself). */
  hosts: readonly string[];
  /**
   * For surfaces that share a host (Google): true for requests that belong to this one. Asked only when the request
   * carries no `x-stage-surface` header; without it the surface takes all requests to its hosts.
   */
  claims?(request: Pick<StageRequest, 'path' | 'url'>): boolean;
  scenes: Readonly<Record<string, Scene>>;
  /** Name of the scene that plays when the query names none. */
  plain: string;
}

/** A scene with the name it was picked by. */
export interface PickedScene {
  name: string;
  scene: Scene;
}

const SCENE_PREFIX = /^\s*\[scene:([^\]]*)\]\s*/;

/** The query without its `[scene:NAME]` prefix: what is shown to the page's reader. */
export function plainQuery(query: string): string {
  return query.replace(SCENE_PREFIX, '');
}

/** The scene name a query asks for, or null. */
export function sceneName(query: string): string | null {
  return SCENE_PREFIX.exec(query)?.[1]?.trim() ?? null;
}

/** What `[scene:…]` asks of one surface: `NAME` of every surface, `surface=NAME,…` of those named; null: nothing. */
function sceneFor(asked: string | null, surface: SurfaceName): string | null {
  if (asked === null || !asked.includes('=')) return asked;
  const pairs = asked.split(',').map((pair) => pair.split('=').map((part) => part.trim()));
  return pairs.find(([own]) => own === surface)?.[1] ?? null;
}

/**
 * The scene that plays for a query: the one named by `[scene:NAME]` (or `[scene:surface=NAME,surface=NAME]`) at its
 * start, else the surface's plain scene. Throws STAGE_SCENE_UNKNOWN, with all names, when the surface has no such scene.
 */
export function sceneOf(query: string, stage: SurfaceStage): PickedScene {
  const name = sceneFor(sceneName(query), stage.surface) ?? stage.plain;
  const scene = Object.hasOwn(stage.scenes, name) ? stage.scenes[name] : undefined;
  if (scene !== undefined) return { name, scene };
  const names = Object.keys(stage.scenes).sort().join(', ');
  throw new FleetError('STAGE_SCENE_UNKNOWN', `${stage.surface} has no scene "${name}"; it has: ${names}`, {
    fix: 'Begin the query with one of the names, or see `fleet stage --list`.',
  });
}

/** True when `host` (lower case, no port) is one of `patterns`. */
export function hostMatches(host: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) =>
    pattern.startsWith('*.')
      ? host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1
      : host === pattern,
  );
}
