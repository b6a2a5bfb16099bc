import { FleetError } from '../contract/errors.ts';
import { type StageRequest, SURFACE_HEADER } from './request.ts';
import { hostMatches, type PickedScene, type SurfaceStage, sceneOf } from './scene.ts';

/** Who plays a request. */
export type Route =
  | { kind: 'scene'; stage: SurfaceStage; picked: PickedScene }
  /** A host of a surface, but the query names a scene it does not have. */
  | { kind: 'unknown_scene'; message: string }
  /** No surface's host: telemetry, fonts, favicons of cited sites. */
  | { kind: 'nobody' };

/** The surface a request belongs to: by host, then by the surface header, then by the surface's own claim. */
export function stageOf(request: StageRequest, stages: readonly SurfaceStage[]): SurfaceStage | undefined {
  const hosting = stages.filter((stage) => hostMatches(request.host, stage.hosts));
  const named = hosting.find((stage) => stage.surface === request.headers[SURFACE_HEADER]);
  return named ?? hosting.find((stage) => stage.claims?.(request) ?? true);
}

/** Decides who plays a request. */
export function routeOf(request: StageRequest, stages: readonly SurfaceStage[]): Route {
  const stage = stageOf(request, stages);
  if (stage === undefined) return { kind: 'nobody' };
  try {
    return { kind: 'scene', stage, picked: sceneOf(request.query, stage) };
  } catch (error) {
    if (!(error instanceof FleetError) || error.code !== 'STAGE_SCENE_UNKNOWN') throw error;
    return { kind: 'unknown_scene', message: error.message };
  }
}
