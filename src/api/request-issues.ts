import type { z } from 'zod';
import { ApiError, type ErrorDetail } from '../contract/errors.ts';
import { nearName } from './near-name.ts';

/** One thing wrong with a request. */
export interface RequestIssue extends ErrorDetail {
  code: 'VALIDATION_FAILED' | 'UNSUPPORTED_SURFACE';
}

type ZodIssue = z.core.$ZodIssue;

const MAX_DETAILS = 20;

/** `regions[0].country`, as messages and details write paths. */
export function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

/** zod's issues in our words. `fieldsAt` names the fields allowed at a path, for "did you mean". */
export function issuesOf(
  error: z.core.$ZodError,
  fieldsAt: (path: readonly PropertyKey[]) => readonly string[],
): RequestIssue[] {
  return error.issues.flatMap((issue) => flat(issue, [])).flatMap((issue) => worded(issue, fieldsAt));
}

/** A union's issues are those of the branch that fits the input's kind; without one, the union's own. */
function flat(issue: ZodIssue, prefix: readonly PropertyKey[]): ZodIssue[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'invalid_union') {
    const branch = issue.errors.find(
      (issues) => !issues.some((inner) => inner.code === 'invalid_type' && inner.path.length === 0),
    );
    if (branch !== undefined) return branch.flatMap((inner) => flat(inner, path));
  }
  return [{ ...issue, path }];
}

function worded(
  issue: ZodIssue,
  fieldsAt: (path: readonly PropertyKey[]) => readonly string[],
): RequestIssue[] {
  if (issue.code !== 'unrecognized_keys') {
    const path = pathText(issue.path);
    return [{ code: 'VALIDATION_FAILED', path, message: issue.message.replace('{path}', path) }];
  }
  return issue.keys.map((key) => {
    const name = key.slice(0, 100);
    const near = nearName(name, fieldsAt(issue.path));
    const hint = near === undefined ? '' : `; did you mean '${near}'?`;
    const path = pathText([...issue.path, name]);
    return { code: 'VALIDATION_FAILED', path, message: `unknown field '${path}'${hint}` };
  });
}

/**
 * One answer for several issues: VALIDATION_FAILED with the first in the message and all in the details (20 at most);
 * UNSUPPORTED_SURFACE when nothing else is wrong.
 */
export function requestError(issues: readonly RequestIssue[]): ApiError {
  const invalid = issues.filter((issue) => issue.code === 'VALIDATION_FAILED');
  const ordered = [...invalid, ...issues.filter((issue) => issue.code === 'UNSUPPORTED_SURFACE')];
  const first = ordered[0];
  if (first === undefined) throw new TypeError('an error needs an issue');
  const details = ordered.slice(0, MAX_DETAILS).map(({ path, message }) => ({ path, message }));
  return new ApiError(first.code, first.message, { details });
}
