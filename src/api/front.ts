import type { ApiError } from '../contract/errors.ts';
import type { RequestId } from '../contract/ids.ts';
import type { Scope } from '../jobs/account.ts';
import type { FrontName } from '../jobs/key-fronts.ts';
import type { ApiContext } from './api-context.ts';
import type { ErrorAnswer } from './error-answer.ts';
import type { App } from './fastify-types.ts';

/** Where a front's routes are being put: below `/compat/<name>`, or at the root, where only uncolliding paths may go. */
export type MountPlace = 'compat' | 'root';

/** An API of others served on our captures: routes and presenters only, all sense lies in the core. */
export interface Front {
  readonly name: FrontName;
  /** What its OpenAPI document says about it. */
  readonly about: {
    title: string;
    version: string;
    description: string;
    tags: { name: string; description: string }[];
  };
  /** Paths at the root (without query) whose errors are this front's, also those no route answers. */
  readonly rootPaths: RegExp;
  /** A field of a body or query that is an empty text counts as left out. */
  readonly emptyMeansOmitted: boolean;
  /** Scope a route needs, by method (never HEAD) and pattern as `routes` names it; null: any key. Throws TypeError for a route without a rule. */
  scopeOf(method: string, pattern: string): Scope | null;
  /** Headers of every response beside the standard ones. */
  headers?(requestId: RequestId): Record<string, string>;
  /** An error in the front's own shape: framework errors, 401, 404 and 413 too. `error.details` of a missing scope is `{ required_scope, key_scopes }`. */
  answer(
    error: ApiError,
    requestId: RequestId,
  ): Pick<ErrorAnswer, 'status' | 'body'> & { headers?: Record<string, string> };
  /** Registers the routes, with paths as the front's reference prints them. */
  routes(app: App, context: ApiContext, place: MountPlace): void;
}
